"""What each metric of selling through partners counts, and its formula over a cell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.oracles.bookings import CUTS as BOOKING_CUTS
from tests.oracles.cuts import SOLD, TRIP, at, looked_up, of_booking, own
from tests.oracles.domain import Domain
from tests.oracles.lasting import half_after, share_beyond, watched
from tests.oracles.oracle import (
    HALF,
    Base,
    Cell,
    Cut,
    Formula,
    Number,
    Row,
    Seen,
    Tallying,
    World,
    added,
    by_local_date,
    distinct,
    divided,
    less,
    rank,
    ratio,
    total,
)
from tests.oracles.returning import (
    base_people,
    base_sum,
    base_sum_of_kept,
    capped_base_sum,
    capped_kept_sum,
    held,
    kept_people,
    kept_sum,
    lost_people,
    resting_on,
)

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def sales(world: World) -> Iterator[Seen]:
    """Bookings, of the partner through whom they came."""
    for booking in world.scoped("bookings"):
        if world.look.knows(booking.created_at):
            who = booking.partner_id
            yield Seen(booking, booking.created_at, 1 if who is not None else None, who)


def values(world: World) -> Iterator[Seen]:
    """The price of bookings, of the partner."""
    for seen in sales(world):
        yield Seen(seen.row, seen.when, seen.row.price_base_minor, seen.who)


def placed(world: World) -> Iterator[Seen]:
    for seen in sales(world):
        yield Seen(seen.row, seen.when)


def entries(world: World, *kinds: str) -> Iterator[Row]:
    """What the platform was to get or had to give back."""
    for entry in world.scoped("commission_entries"):
        if entry.leg == "platform" and entry.entry in kinds and world.look.knows(entry.occurred_at):
            yield entry


def revenue(world: World) -> Iterator[Seen]:
    """What the platform keeps, of the partner: accrued less clawed back."""
    for entry in entries(world, "accrued", "clawed_back"):
        amount = entry.amount_base_minor
        if amount is not None and entry.entry == "clawed_back":
            amount = -amount
        yield Seen(entry, entry.occurred_at, amount, entry.partner_id)


def accrued(world: World) -> Iterator[Seen]:
    for entry in entries(world, "accrued"):
        yield Seen(entry, entry.occurred_at, entry.amount_base_minor)


def clawed_back(world: World) -> Iterator[Seen]:
    for entry in entries(world, "clawed_back"):
        yield Seen(entry, entry.occurred_at, entry.amount_base_minor)


def fees(world: World) -> Iterator[Seen]:
    for attempt in world.scoped("payments"):
        if world.look.knows(attempt.attempted_at):
            yield Seen(attempt, attempt.captured_at, attempt.fee_base_minor)


def spent_on(kind: str) -> Tallying:
    @by_local_date
    def tally(world: World) -> Iterator[Seen]:
        for cost in world.scoped("costs"):
            if cost.kind == kind:
                yield Seen(cost, cost.spent_on, cost.amount_base_minor)

    return tally


incentives, support = spent_on("incentive"), spent_on("support")


def contribution(cell: Cell) -> Number | None:
    earned = less(cell.total(accrued), cell.total(clawed_back))
    return less(earned, added(cell.total(fees), cell.total(incentives), cell.total(support)))


def looks(world: World) -> Iterator[Seen]:
    """Searches that are no repetition and that no robot made."""
    for search in world.scoped("searches"):
        visit = world.find("sessions", "session_id", search.session_id)
        if search.is_repeat is not True and not (visit and visit.is_bot is True):
            yield Seen(search, search.searched_at)


# Partners themselves, at the end of each window


def bookings_by_partner(world: World) -> dict[str, list[datetime]]:
    """When a partner sold, whatever the scope: its state is that of the whole partner."""
    found: dict[str, list[datetime]] = {}
    for booking in world.rows("bookings"):
        if booking.created_at is not None and booking.is_test is not True:
            found.setdefault(booking.partner_id, []).append(booking.created_at)
    return {who: sorted(times) for who, times in found.items() if who is not None}


def state_at(partner: Row, sold: list[datetime], moment: datetime) -> str:
    """The state, read off the life of a partner at a moment; what happens then is not known yet."""
    known = bisect_left(sold, moment)
    silent_for = moment - sold[known - 1] if known else timedelta(0)
    if (partner.ended_at is not None and partner.ended_at < moment) or silent_for >= 365 * DAY:
        return "churned"
    if not known:
        return "onboarding"
    if silent_for >= 90 * DAY:
        return "dormant"
    if silent_for >= 30 * DAY:
        return "at_risk"
    return "ramp" if moment - sold[0] < 90 * DAY else "active"


def days_in_state(partner: Row, sold: list[datetime], moment: datetime) -> int:
    """Back from the moment through all at which anything could change, until the state was another."""
    state = state_at(partner, sold, moment)
    turns = {when + days * DAY for when in sold for days in (0, 30, 90, 365)}
    turns |= {partner.ended_at} - {None}
    for turn in sorted((turn for turn in turns if turn < moment), reverse=True):
        # Neither what lies just before a turn nor the turn itself may be left out.
        if any(state_at(partner, sold, turn + step) != state for step in (INSTANT, 0 * DAY, -INSTANT)):
            later = state_at(partner, sold, turn + INSTANT) == state
            assert later, "a state that ends between two turns"
            return (moment - turn) // DAY
    assert state == "onboarding", f"{state} since ever"
    return (moment - partner.joined_at) // DAY


def like(partner: Row, table: str, **more: Any) -> Row:
    return Row(
        table=table,
        partner_id=partner.partner_id,
        business_model=partner.business_model,
        name=partner.name,
        kind=partner.kind,
        **more,
    )


def standing_partners(world: World) -> Iterator[tuple[Row, Seen]]:
    sold = bookings_by_partner(world)
    for _, end in world.windows():
        for partner in world.scoped("partners"):
            if partner.joined_at is None or partner.joined_at >= end:
                continue
            times = sold.get(partner.partner_id, [])
            row = like(
                partner,
                "partner_states",
                state=state_at(partner, times, end),
                days=days_in_state(partner, times, end),
            )
            yield row, Seen(row, end - INSTANT, 1)


def partners(world: World) -> Iterator[Seen]:
    for _, seen in standing_partners(world):
        yield seen


def partner_days(world: World) -> Iterator[Seen]:
    for row, seen in standing_partners(world):
        yield Seen(row, seen.when, row.days)


def moves(world: World) -> Iterator[Seen]:
    """Changes of state: what held just before an instant at which anything could change, and just after."""
    sold = bookings_by_partner(world)
    for partner in world.scoped("partners"):
        times = sold.get(partner.partner_id, [])
        turns = {when + INSTANT for when in [*times, partner.ended_at] if when is not None}
        turns |= {when + days * DAY for when in times for days in (30, 90, 365)}
        for turn in turns:
            before = turn - INSTANT
            if partner.joined_at is None or before <= partner.joined_at or not world.look.holds(before):
                continue
            was, now = state_at(partner, times, before), state_at(partner, times, turn)
            if was != now:
                yield Seen(like(partner, "partner_moves", was=was, state=now), before)


def part_of_moves_from_there(cell: Cell) -> Number | None:
    """Of all moves, or of those from the same state where there is one."""
    there = cell.part("from_state")
    all_moves = cell.everywhere().seen(moves)
    return divided(cell.total(moves), sum(there in (None, seen.row.was) for seen in all_moves))


def careers(world: World) -> Iterator[Seen]:
    sold = bookings_by_partner(world)
    for partner in world.scoped("partners"):
        first = sold.get(partner.partner_id, [None])[0]
        yield Seen(like(partner, "careers", ended_at=partner.ended_at, first_at=first), partner.joined_at)


def left(row: Row) -> datetime | None:
    return row.ended_at


def first_sold(row: Row) -> datetime | None:
    return row.first_at


# Sites of their own


def sites(world: World) -> Iterator[tuple[Row, Row]]:
    """(term, partner) of the terms that allow a site; one that ends before it begins allows nothing."""
    for term in world.rows("partner_terms"):
        partner = world.find("partners", "partner_id", term.partner_id)
        is_backwards = term.valid_to is not None and term.valid_to <= term.valid_from
        if term.white_label is True and partner is not None and not is_backwards and world.holds(partner):
            yield term, partner


def provisioned(world: World) -> Iterator[Seen]:
    allowed = list(sites(world))
    for start, end in world.windows():
        for term, partner in allowed:
            if term.valid_from < end and (term.valid_to is None or term.valid_to > start):
                yield Seen(like(partner, "sites"), end - INSTANT, who=partner.partner_id)


def own_visits(world: World) -> Iterator[tuple[Row, Row]]:
    """(visit, its partner) of the visits of people to a partner's own site while terms allowed it."""
    allowed = list(sites(world))
    for visit in world.rows("sessions"):
        if visit.is_test is True or visit.is_bot is True or visit.own_domain is not True:
            continue
        if visit.started_at is None:
            continue
        for term, partner in allowed:
            is_in_force = term.valid_from <= visit.started_at and (
                term.valid_to is None or visit.started_at < term.valid_to
            )
            if term.partner_id == visit.partner_id and is_in_force:
                yield visit, partner
                break


def active_sites(world: World) -> Iterator[Seen]:
    for visit, partner in own_visits(world):
        yield Seen(like(partner, "sites"), visit.started_at, who=partner.partner_id)


def own_bookings(world: World) -> Iterator[Seen]:
    for visit, partner in own_visits(world):
        if world.look.knows(visit.booked_at):
            is_named = visit.booking_id is not None
            row = like(partner, "sites")
            yield Seen(row, visit.started_at, 1 if is_named else None, visit.booking_id)


def over_different(top: Tallying, bottom: Tallying) -> Formula:
    return lambda cell: divided(cell.distinct(top), cell.distinct(bottom))


def growth(cell: Cell) -> Number | None:
    now, then = held(values, "year", kept_sum)(cell), held(values, "year", base_sum_of_kept)(cell)
    return divided(less(now, then), then)


def over_base(top: Formula, bottom: Formula) -> Formula:
    return lambda cell: divided(top(cell), bottom(cell))


_year = resting_on(revenue, "year")

METRICS: dict[str, tuple[Formula, Tallying | Base | None]] = {
    "active_partners": (distinct(sales), sales),
    "like_for_like_growth": (growth, resting_on(values, "year", kept_people)),
    "net_revenue_retention": (
        over_base(held(revenue, "year", kept_sum), held(revenue, "year", base_sum)),
        _year,
    ),
    "gross_revenue_retention": (
        over_base(held(revenue, "year", capped_kept_sum), held(revenue, "year", capped_base_sum)),
        _year,
    ),
    "partner_churn_rate": (
        over_base(held(sales, "previous", lost_people), held(sales, "previous", base_people)),
        resting_on(sales, "previous"),
    ),
    "partners": (total(partners), partners),
    "partner_days_in_state": (rank(partner_days, HALF), partner_days),
    "partner_transitions": (total(moves), moves),
    "partner_transition_share": (part_of_moves_from_there, moves),
    "partner_survival_12m": (share_beyond(365, careers, left), watched(careers, left)),
    "time_to_first_booking_median": (half_after(careers, first_sold), watched(careers, first_sold)),
    "searches": (total(looks), looks),
    "look_to_book": (ratio(looks, placed), placed),
    "partner_contribution": (contribution, accrued),
    "active_tenants": (distinct(active_sites), active_sites),
    "provisioned_tenants": (distinct(provisioned), provisioned),
    "white_label_usage": (over_different(active_sites, provisioned), provisioned),
    "white_label_bookings": (distinct(own_bookings), own_bookings),
    "bookings_per_tenant": (over_different(own_bookings, active_sites), active_sites),
}
"""Metric -> its formula over a cell, and what it rests on."""

_PARTNER: dict[str, Cut] = {
    "business_model": own("business_model"),
    "partner": own("partner_id"),
    "partner_name": own("name"),
    "partner_kind": own("kind"),
}
_OF_BOOKING = {name: of_booking(cut) for name, cut in TRIP.items()}


def _searched_at(row: Row, _world: World) -> datetime | None:
    return row.searched_at


CUTS: dict[str, dict[str, Cut]] = {
    **BOOKING_CUTS,
    "commission_entries": {**SOLD, "leg": own("leg"), **_OF_BOOKING},
    "payments": {**SOLD, **_OF_BOOKING},
    "costs": {**SOLD, "channel": own("channel")},
    "searches": {
        **SOLD,
        "destination": own("destination_id"),
        "destination_name": looked_up("destinations", "destination_id", "name"),
        "country": looked_up("destinations", "destination_id", "country_code"),
        "region": looked_up("destinations", "destination_id", "region"),
        "weekday": at(_searched_at, "weekday"),
        "hour_of_day": at(_searched_at, "hour"),
    },
    "partner_states": {"lifecycle_state": own("state"), **_PARTNER},
    "partner_moves": {"from_state": own("was"), "lifecycle_state": own("state"), **_PARTNER},
    "careers": _PARTNER,
    "sites": _PARTNER,
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
