"""Money given back: after cancellations less what is kept, and out of goodwill after the trip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.captures import Captures, base_minor, share_of
from analytics_lib.sources.sample.days import DAY_SECONDS
from analytics_lib.sources.sample.draws import Draws, IntArray, Quantiles
from analytics_lib.sources.sample.exchange import CODES
from analytics_lib.sources.sample.geography import COLLAPSED
from analytics_lib.sources.sample.legs import PLATFORM, divide, rounded
from analytics_lib.sources.sample.payment_methods import FEE_SHARE
from analytics_lib.sources.sample.penalties import penalty_share
from analytics_lib.sources.sample.products import HOTEL, PACKAGE
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World, scoped
from analytics_lib.sources.sample.story import COLLAPSE, Span

BACKLOG = Span(date(2025, 11, 1), date(2025, 12, 1))
"""Refunds that are asked for in this month wait long: the desk that pays them cannot keep up."""

REASONS = ("customer_cancelled", "supplier_cancelled", "force_majeure", "service_quality", "overbooked")
_CUSTOMER, _SUPPLIER, _FORCE_MAJEURE, _QUALITY, _OVERBOOKED = range(len(REASONS))
_BY_SUPPLIER = 800
"""Of the cancellations that cost nothing, those that come from the supplier; in ten-thousandths."""

# Seconds from the cancellation to the request: at once by the machine, or later by hand.
_REQUEST = Quantiles([[(0, 0), (5_500, 0), (8_000, 1_500), (9_300, 20_000), (10_000, 130_000)]])
# Seconds from the request to the payment.
_PAYMENT = Quantiles(
    [
        [
            (0, DAY_SECONDS),
            (3_000, 2 * DAY_SECONDS),
            (6_000, 4 * DAY_SECONDS),
            (9_000, 7 * DAY_SECONDS),
            (10_000, 10 * DAY_SECONDS),
        ]
    ]
)
_LATE, _LATE_IN_BACKLOG = 350, 4_000
_LATE_SOONEST, _LATE_LATEST = 20 * DAY_SECONDS, 45 * DAY_SECONDS

_WORTH_ANY = 100
"""Minor units below which nothing is sent back."""
_IN_TWO = 500
"""Refunds that come in two parts, the second after some days."""
_WORTH_TWO = 5_000
"""The smallest refund in minor units that is paid in two parts."""
_FIRST_PART_LEAST, _FIRST_PART_MOST = 40, 75
"""Percent of the refund."""
_SECOND_SOONEST, _SECOND_LATEST = 3 * DAY_SECONDS, 20 * DAY_SECONDS

_GOODWILL = 150
_GOODWILL_LEAST, _GOODWILL_MOST = 5, 30
"""Percent of the price."""
_GOODWILL_SOONEST, _GOODWILL_LATEST = 4 * 3_600, 21 * DAY_SECONDS
_WALKED = 2_500
"""Of the goodwill for lodging, what is given to guests for whom there was no room."""


@dataclass(frozen=True)
class Refunds:
    """What is given back by the end of the data; `capture` is a position in the captures.

    `kept` is what remains of the attempt, in its currency; it stands with the attempt's first refund.
    """

    capture: IntArray
    amount: IntArray
    kept: IntArray
    reason: IntArray
    requested: IntArray
    refunded: IntArray

    def chosen(self, rows: IntArray) -> Refunds:
        """Those at the given positions."""
        return Refunds(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def give_back(world: World, booked: BookedSlice, captures: Captures) -> Refunds:
    """The refunds that are asked for before the data ends, in order of that."""
    draws = booked.draws(world.seed, "refunds")
    all_of_them = [
        *_of_cancellations(draws, world, booked, captures),
        _goodwill(draws, world, booked, captures),
    ]
    refunds = Refunds(
        *(
            np.concatenate([getattr(each, name) for each in all_of_them])
            for name in Refunds.__dataclass_fields__
        )
    )
    rows = np.flatnonzero((refunds.requested < world.through) & (refunds.amount > 0))
    return refunds.chosen(rows[np.argsort(refunds.requested[rows], kind="stable")])


def refunds_table(
    world: World, booked: BookedSlice, captures: Captures, refunds: Refunds, first_number: int
) -> pa.Table:
    """The canonical table `refunds`."""
    capture = refunds.capture
    row, captured_at = captures.row[capture], captures.at[capture]
    base = base_minor(world, booked, row, refunds.amount, refunds.requested)
    # What the provider keeps was fixed when it took the money, whatever the rate has become.
    base_when_captured = base_minor(world, booked, row, refunds.amount, captured_at)
    return as_table(
        "refunds",
        {
            "refund_id": numbered("r", np.arange(len(row), dtype=np.int64) + first_number, 8),
            "attempt_id": captures.attempt_id.take(pa.array(capture)),
            "booking_id": booked.booking_id.take(pa.array(row)),
            "currency": named(CODES, booked.currency[row]),
            "amount_minor": whole(refunds.amount),
            "amount_base_minor": whole(base),
            "reason": named(REASONS, refunds.reason),
            "requested_at": instants(refunds.requested),
            "refunded_at": instants(refunds.refunded, refunds.refunded < world.through),
            "platform_reversed_base_minor": whole(_reversed(world, booked, row, refunds.amount)),
            "fee_lost_base_minor": whole(share_of(base_when_captured, FEE_SHARE[captures.method[capture]])),
            "penalty_kept_base_minor": whole(base_minor(world, booked, row, refunds.kept, captured_at)),
            **scoped(booked, world.partners, row),
        },
    )


def _reversed(world: World, booked: BookedSlice, row: IntArray, amount: IntArray) -> IntArray:
    """The refunds' parts of the platform's own leg of the price, as far as that is clawed back.

    It is for cancellations of what was accrued; goodwill is paid out of what the platform has earned.
    """
    clawed_back = booked.fates.confirmed.happened & booked.fates.cancelled.happened
    leg = np.where(clawed_back, divide(world, booked).amount[:, PLATFORM], 0)
    return rounded(leg[row] * amount, booked.prices.price[row])


def _of_cancellations(
    draws: Draws, world: World, booked: BookedSlice, captures: Captures
) -> tuple[Refunds, Refunds]:
    """What comes back of cancelled bookings, in one part or, the second list, in a second one."""
    share, cancelled = penalty_share(world, booked), booked.fates.cancelled
    by_supplier = draws.chance(_BY_SUPPLIER, len(booked))
    capture = np.flatnonzero(cancelled.happened[captures.row])
    row = captures.row[capture]
    kept = _kept(share_of(booked.prices.price, share), captures, capture, len(booked))
    amount, size = captures.amount[capture] - kept, len(capture)

    forced = (booked.place == COLLAPSED) & COLLAPSE.holds(booked.trips.starts)
    forced &= (cancelled.at >= COLLAPSE.begins) & (cancelled.at < COLLAPSE.ends)
    reason = np.where(by_supplier & (share == 0), _SUPPLIER, _CUSTOMER)
    reason = np.where(forced, _FORCE_MAJEURE, reason)[row]

    since = np.maximum(cancelled.at[row], captures.at[capture])
    requested = since + _REQUEST.draw(draws.words(size))
    in_two = draws.chance(_IN_TWO, size) & (amount >= _WORTH_TWO)
    percent = draws.within(_FIRST_PART_LEAST, _FIRST_PART_MOST, size)
    first = np.where(in_two, amount * percent // 100, amount)
    second_requested = requested + draws.within(_SECOND_SOONEST, _SECOND_LATEST, size)
    return (
        Refunds(capture, first, kept, reason, requested, _paid(draws, world, requested)),
        Refunds(
            capture,
            amount - first,
            np.zeros(size, dtype=np.int64),
            reason,
            second_requested,
            _paid(draws, world, second_requested),
        ),
    )


def _kept(penalty: IntArray, captures: Captures, capture: IntArray, bookings: int) -> IntArray:
    """What is kept of captures of cancelled bookings: their parts of the penalty, as far as it was paid."""
    order = np.argsort(captures.row[capture], kind="stable")
    row, amount = captures.row[capture][order], captures.amount[capture][order]
    total = np.zeros(bookings, dtype=np.int64)
    np.add.at(total, row, amount)
    # Nobody sends a few cents back.
    kept = np.where(total - penalty < _WORTH_ANY, total, penalty)[row]
    # Parts are differences of rounded running sums, so that they add up to the whole.
    running = np.cumsum(amount)
    is_first = np.diff(row, prepend=-1) != 0
    before_booking = np.maximum.accumulate(np.where(is_first, running - amount, 0))
    upto = running - before_booking
    parts = kept * upto // total[row] - kept * (upto - amount) // total[row]
    back: IntArray = np.empty_like(parts)
    back[order] = parts
    return back


def _goodwill(draws: Draws, world: World, booked: BookedSlice, captures: Captures) -> Refunds:
    """A part of the price for some who were not content, out of the booking's last payment."""
    size, completed = len(booked), booked.fates.completed
    given = draws.chance(_GOODWILL, size) & completed.happened
    percent = draws.within(_GOODWILL_LEAST, _GOODWILL_MOST, size)
    walked = draws.chance(_WALKED, size) & np.isin(booked.kind, (HOTEL, PACKAGE))
    waits = draws.within(_GOODWILL_SOONEST, _GOODWILL_LATEST, size)
    last = np.full(size, -1, dtype=np.int64)
    np.maximum.at(last, captures.row, np.arange(len(captures.row), dtype=np.int64))
    row = np.flatnonzero(given & (last >= 0))
    capture = last[row]
    requested = np.maximum(completed.at[row], captures.at[capture]) + waits[row]
    return Refunds(
        capture=capture,
        amount=np.minimum(booked.prices.price[row] * percent[row] // 100, captures.amount[capture]),
        kept=np.zeros(len(row), dtype=np.int64),
        reason=np.where(walked[row], _OVERBOOKED, _QUALITY),
        requested=requested,
        refunded=_paid(draws, world, requested),
    )


def _paid(draws: Draws, world: World, requested: IntArray) -> IntArray:
    """When the money arrives: within days, or weeks later."""
    size = len(requested)
    delayed = BACKLOG.holds(world.local.day_of(np.minimum(requested, world.through - 1)))
    late = draws.chance(np.where(delayed, _LATE_IN_BACKLOG, _LATE), size)
    wait = np.where(late, draws.within(_LATE_SOONEST, _LATE_LATEST, size), _PAYMENT.draw(draws.words(size)))
    return requested + wait
