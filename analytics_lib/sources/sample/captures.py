"""What becomes of an attempt that was accepted: captured or released, paid out, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.attempts import Attempts
from analytics_lib.sources.sample.days import DAY_SECONDS
from analytics_lib.sources.sample.demand import B2B2C, B2C
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray
from analytics_lib.sources.sample.exchange import convert
from analytics_lib.sources.sample.fates import Event
from analytics_lib.sources.sample.payment_methods import (
    CARD,
    FEE_FIXED,
    FEE_SHARE,
    LATEST_PAYOUT,
    SOONEST_PAYOUT,
    TRANSFER,
)
from analytics_lib.sources.sample.payment_plans import Intents, working_day
from analytics_lib.sources.sample.slices import BookedSlice, World

_HELD = np.array([600, 1_000, 1_200], dtype=np.int64)
"""Cards that are only held until somebody at the platform or the hotel has looked, by business model."""
_HELD_SHORTEST, _HELD_LONGEST = 6 * 3_600, 6 * DAY_SECONDS
_LEAD_TO_HOLD = 8
"""Days: who leaves sooner is charged without a hold."""
_RELEASED_WITHIN = 900
"""Seconds from the cancellation to the release of a hold."""
_TRANSFER_SOONEST, _TRANSFER_LATEST = 1, 3
"""Days until a transfer has come in, but for weekends."""
_BANK_OPENS, _BANK_CLOSES = 7 * 3_600, 17 * 3_600
_PAYOUT_BEGINS, _PAYOUT_ENDS = 4 * 3_600, 7 * 3_600


@dataclass(frozen=True)
class Settlement:
    """What happens to each attempt by the end of the data; `captured_base` and `fee` where it is captured."""

    authorised: Event
    captured: Event
    voided: Event
    paid_out: Event
    base: IntArray
    captured_base: IntArray
    fee: IntArray


@dataclass(frozen=True)
class Captures:
    """The attempts of a slice whose money has come in, in order of time; `row` is the booking's position."""

    row: IntArray
    attempt_id: pa.Array
    method: IntArray
    at: IntArray
    amount: IntArray
    base: IntArray


def settle(world: World, booked: BookedSlice, intents: Intents, attempts: Attempts) -> Settlement:
    """Captures, releases and payouts of the attempts, and their amounts in the reporting currency."""
    draws = booked.draws(world.seed, "settlement")
    size, by_transfer = len(attempts.intent), attempts.method == TRANSFER
    row, amount = intents.row[attempts.intent], intents.amount[attempts.intent]

    def by_now(at: IntArray, there: BoolArray) -> Event:
        return Event(at, there & (at < world.through))

    due = _capture(draws, world, booked, row, attempts)
    cancelled_at = np.where(booked.fates.cancelled.happened, booked.fates.cancelled.at, world.through)[row]
    released = attempts.succeeds & ~by_transfer & (cancelled_at <= due)
    released_at = np.maximum(cancelled_at + draws.below(_RELEASED_WITHIN, size), attempts.answered)
    captured = by_now(due, attempts.succeeds & ~released)

    known = np.minimum(due, world.through - 1)
    soonest, latest = SOONEST_PAYOUT[attempts.provider], LATEST_PAYOUT[attempts.provider]
    days = soonest + draws.below(latest - soonest + 1, size)
    payout_day = working_day(world.local.day_of(known) + days)
    paid_out_at = world.local.at(payout_day, draws.within(_PAYOUT_BEGINS, _PAYOUT_ENDS, size))
    captured_base = base_minor(world, booked, row, amount, known)
    return Settlement(
        authorised=by_now(attempts.answered, attempts.succeeds & ~by_transfer),
        captured=captured,
        voided=by_now(released_at, released),
        paid_out=by_now(paid_out_at, captured.happened),
        base=base_minor(world, booked, row, amount, attempts.at),
        captured_base=captured_base,
        fee=share_of(captured_base, FEE_SHARE[attempts.method]) + FEE_FIXED[attempts.method],
    )


def base_minor(
    world: World, booked: BookedSlice, row: IntArray, minor: IntArray, instant: IntArray
) -> IntArray:
    """Amounts in the currency of the bookings at these positions, in euro cents at the rate of an instant."""
    currency = booked.currency[row]
    return convert(minor, world.rates.decimals[currency], world.rates.in_force(currency, instant))


def share_of(amount: IntArray, ten_thousandths: IntArray) -> IntArray:
    """A share of amounts, rounded half up."""
    return (amount * ten_thousandths + 5_000) // 10_000


def _capture(draws: Draws, world: World, booked: BookedSlice, row: IntArray, attempts: Attempts) -> IntArray:
    """When the money is taken, should nothing come between."""
    size, model, fates = len(row), booked.model[row], booked.fates
    at_once = attempts.answered + draws.below(3, size)
    confirmed = np.maximum(fates.confirmed.at[row] + draws.below(3, size), attempts.answered)
    # Who gives up before the confirmation was not charged at once.
    dropped = fates.cancelled.happened & (fates.cancelled.at <= fates.confirmed.at)
    waits = (model == B2B2C) | ((model == B2C) & dropped[row])
    held = (attempts.method == CARD) & (booked.trips.lead[row] >= _LEAD_TO_HOLD)
    held &= draws.chance(_HELD[model], size)
    hold = np.maximum(attempts.answered + draws.within(_HELD_SHORTEST, _HELD_LONGEST, size), confirmed)

    day = world.local.day_of(attempts.at) + draws.within(_TRANSFER_SOONEST, _TRANSFER_LATEST, size)
    transferred = world.local.at(working_day(day), draws.within(_BANK_OPENS, _BANK_CLOSES, size))
    due = np.where(waits, confirmed, at_once)
    due = np.where(held, hold, due)
    return np.where(attempts.method == TRANSFER, transferred, due)
