"""What each metric of commissions counts, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from weakref import WeakKeyDictionary

from tests.oracles.bookings import value
from tests.oracles.calendar import clock
from tests.oracles.cuts import SOLD, TRIP, of_booking, own
from tests.oracles.oracle import (
    Cut,
    Formula,
    Row,
    Seen,
    Tallying,
    World,
    difference,
    ratio,
    standing,
    total,
)

TO_PARTNERS = ("agency", "distributor", "reseller")
SOLD_BY = ("agency", "reseller")
"""The legs of those through whom a booking came."""

SIGN = {"accrued": 1, "paid": -1, "clawed_back": -1}


_KNOWN: WeakKeyDictionary[World, dict[str, list[Row]]] = WeakKeyDictionary()


def known_entries(world: World, *kinds: str) -> Iterator[Row]:
    """The entries of some kinds that had happened by then."""
    if world not in _KNOWN:
        found = _KNOWN[world] = {}
        for entry in world.scoped("commission_entries"):
            if world.look.knows(entry.occurred_at):
                found.setdefault(entry.entry, []).append(entry)
    for kind in kinds:
        yield from _KNOWN[world].get(kind, ())


def booked(*legs: str, kind: str) -> Tallying:
    """The amounts of one kind of entry on some legs, by the instant of the entry; no legs means all."""

    def tally(world: World) -> Iterator[Seen]:
        for entry in known_entries(world, kind):
            if not legs or entry.leg in legs:
                yield Seen(entry, entry.occurred_at, entry.amount_base_minor)

    return tally


platform_accrued = booked("platform", kind="accrued")
platform_reversed = booked("platform", kind="clawed_back")
price_divided = booked(kind="accrued")
accrued, invoiced, paid, clawed_back = (
    booked(*TO_PARTNERS, kind=kind) for kind in ("accrued", "invoiced", "paid", "clawed_back")
)
own_accrued = booked(*SOLD_BY, kind="accrued")
own_paid = booked(*SOLD_BY, kind="paid")


def kept_of_bookings(*, priced: bool) -> Tallying:
    """What the platform keeps, by the instant of the booking; of bookings with a known price only, or all."""

    def tally(world: World) -> Iterator[Seen]:
        for entry in known_entries(world, "accrued", "clawed_back"):
            booking = world.find("bookings", "booking_id", entry.booking_id)
            if entry.leg != "platform" or booking is None:
                continue
            if priced and booking.price_base_minor is None:
                continue
            amount = entry.amount_base_minor
            yield Seen(entry, booking.created_at, None if amount is None else SIGN[entry.entry] * amount)

    return tally


net_revenue_of_bookings = kept_of_bookings(priced=False)


def commission_and_base(which: str) -> Tallying:
    """One of the two amounts of accrued commission, where both are known."""

    def tally(world: World) -> Iterator[Seen]:
        for entry in known_entries(world, "accrued"):
            if entry.leg in TO_PARTNERS:
                both = entry.amount_base_minor, entry.commissionable_base_minor
                yield Seen(entry, entry.occurred_at, None if None in both else getattr(entry, which))

    return tally


commission = commission_and_base("amount_base_minor")
commissionable = commission_and_base("commissionable_base_minor")


def standing_entries(signs: dict[str, int]) -> Tallying:
    """Entries that happened before an instant, each with what it adds to the balance."""

    @standing
    def tally(world: World, instant: datetime) -> Iterator[Seen]:
        for entry in known_entries(world, *signs):
            if entry.leg in TO_PARTNERS and entry.occurred_at < instant:
                claim = SimpleNamespace(**{**vars(entry), "table": "claims", "moment": instant})
                amount = entry.amount_base_minor
                yield Seen(claim, None, None if amount is None else signs[entry.entry] * amount)

    return tally


owed = standing_entries({"accrued": 1, "paid": -1, "clawed_back": -1})
outstanding = standing_entries({"invoiced": 1, "paid": -1})


def ageing_band(claim: Row, world: World) -> str | None:
    """By the days from the day on which it was due to the local day at the moment."""
    if claim.due_on is None:
        return None
    days = (clock(claim.moment, world.look.zone).date() - claim.due_on).days
    ends = ((0, "0 not yet due"), (30, "1 up to 30 days"), (60, "2 31 to 60 days"), (90, "3 61 to 90 days"))
    return next((band for last, band in ends if days <= last), "4 over 90 days")


@standing
def kept_of_customers(world: World, instant: datetime) -> Iterator[Seen]:
    """What the platform kept before an instant of bookings that name a customer."""
    for entry in known_entries(world, "accrued", "clawed_back"):
        booking = world.find("bookings", "booking_id", entry.booking_id)
        if entry.leg != "platform" or entry.occurred_at >= instant:
            continue
        if booking is not None and booking.customer_id is not None:
            amount = entry.amount_base_minor
            yield Seen(entry, None, None if amount is None else SIGN[entry.entry] * amount)


def whole(tally: Tallying) -> tuple[Formula, Tallying]:
    return total(tally), tally


net_revenue = difference(platform_accrued, platform_reversed)

METRICS: dict[str, tuple[Formula, Tallying | None]] = {
    "net_revenue": (net_revenue, platform_accrued),
    "net_revenue_of_bookings": whole(net_revenue_of_bookings),
    "take_rate": (ratio(kept_of_bookings(priced=True), value), value),
    "price_divided": whole(price_divided),
    "commission_accrued": whole(accrued),
    "commission_invoiced": whole(invoiced),
    "commission_paid": whole(paid),
    "commission_clawed_back": whole(clawed_back),
    "own_commission_accrued": whole(own_accrued),
    "own_commission_paid": whole(own_paid),
    "commission_balance": whole(owed),
    "commission_outstanding": whole(outstanding),
    "historic_customer_value": whole(kept_of_customers),
    "effective_commission": (ratio(commission, commissionable), commissionable),
}
"""Metric -> its formula over a cell, and the tally whose rows it rests on."""

_OF_ENTRY: dict[str, Cut] = {
    **SOLD,
    **{name: of_booking(cut) for name, cut in TRIP.items()},
    "leg": own("leg"),
}

CUTS: dict[str, dict[str, Cut]] = {
    "commission_entries": _OF_ENTRY,
    "claims": {**_OF_ENTRY, "ageing_band": ageing_band},
}
"""Table -> dimension -> the value of a row in it."""
