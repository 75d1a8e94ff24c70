"""Payments that customers dispute with their bank or with PayPal, and how that ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.captures import Captures
from analytics_lib.sources.sample.days import DAY_SECONDS
from analytics_lib.sources.sample.draws import IntArray, Lottery, Quantiles
from analytics_lib.sources.sample.geography import COLLAPSED
from analytics_lib.sources.sample.payment_methods import CARD, PAYPAL
from analytics_lib.sources.sample.refunds import Refunds
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World, scoped
from analytics_lib.sources.sample.story import COLLAPSE

OUTCOMES = ("won", "lost", "withdrawn")
_WITHDRAWN = OUTCOMES.index("withdrawn")
_OUTCOME = Lottery([(39, 47, 14)])

# Disputed cards and PayPal payments by business model, in ten-thousandths; then of those who did not show up
# and of those who were about to go to the place that collapsed.
_DISPUTED = np.array([26, 8, 18], dtype=np.int64)
_OF_NO_SHOWS, _OF_COLLAPSE = 300, 900

_SOONEST, _LATEST = 10 * DAY_SECONDS, 90 * DAY_SECONDS
# Seconds from the capture to the dispute, and from there to its end.
_OPENING = Quantiles([[(0, _SOONEST), (5_000, 36 * DAY_SECONDS), (10_000, _LATEST)]])
_CLOSING = Quantiles([[(0, 20 * DAY_SECONDS), (6_000, 45 * DAY_SECONDS), (10_000, 75 * DAY_SECONDS)]])
_AFTER_NO_SHOW_SOONEST, _AFTER_NO_SHOW_LATEST = 1 * DAY_SECONDS, 20 * DAY_SECONDS
_IN_COLLAPSE = 40 * DAY_SECONDS


@dataclass(frozen=True)
class _Disputes:
    """`capture` is a position in the captures, `amount` in euro cents."""

    capture: IntArray
    amount: IntArray
    opened: IntArray
    closed: IntArray
    outcome: IntArray


def disputes_table(
    world: World, booked: BookedSlice, captures: Captures, refunds: Refunds, first_number: int
) -> pa.Table:
    """The canonical table `disputes`: those that are opened before the data ends, in order of that."""
    disputes = _dispute(world, booked, captures, refunds)
    closes = disputes.closed < world.through
    return as_table(
        "disputes",
        {
            "dispute_id": numbered("dp", np.arange(len(closes), dtype=np.int64) + first_number, 7),
            "attempt_id": captures.attempt_id.take(pa.array(disputes.capture)),
            "amount_base_minor": whole(disputes.amount),
            "opened_at": instants(disputes.opened),
            "closed_at": instants(disputes.closed, closes),
            "outcome": named(OUTCOMES, disputes.outcome, closes),
            **scoped(booked, world.partners, captures.row[disputes.capture]),
        },
    )


def _dispute(world: World, booked: BookedSlice, captures: Captures, refunds: Refunds) -> _Disputes:
    draws = booked.draws(world.seed, "disputes")
    size = len(captures.row)
    opened, share = _opening(captures, booked, draws.words(size), draws.words(size))
    outcome = _OUTCOME.draw(draws.words(size))
    closed = opened + _CLOSING.draw(draws.words(size))

    # Nobody disputes what has been given back already, and who is still to get it drops the matter.
    in_time = refunds.refunded <= opened[refunds.capture]
    given, to_come = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(given, refunds.capture[in_time], refunds.amount[in_time])
    np.add.at(to_come, refunds.capture[~in_time], refunds.amount[~in_time])
    amount = captures.base - -(-captures.base * given // captures.amount)
    outcome = np.where(to_come > 0, _WITHDRAWN, outcome)

    disputed = draws.chance(share, size) & np.isin(captures.method, (CARD, PAYPAL))
    rows = np.flatnonzero(disputed & (amount > 0) & (opened < world.through))
    rows = rows[np.argsort(opened[rows], kind="stable")]
    return _Disputes(rows, amount[rows], opened[rows], closed[rows], outcome[rows])


def _opening(
    captures: Captures, booked: BookedSlice, words: IntArray, other_words: IntArray
) -> tuple[IntArray, IntArray]:
    """When each capture would be disputed, and in how many of ten thousand cases it is."""
    row, at = captures.row, captures.at
    soonest, latest = at + _SOONEST, at + _LATEST
    usual = at + _OPENING.draw(words)
    missed = booked.fates.no_show.at[row] + _AFTER_NO_SHOW_SOONEST
    missed += other_words * (_AFTER_NO_SHOW_LATEST - _AFTER_NO_SHOW_SOONEST) >> 32
    burnt = COLLAPSE.begins + (other_words * _IN_COLLAPSE >> 32)
    no_show = booked.fates.no_show.happened[row] & (missed <= latest)
    collapsed = ((booked.place == COLLAPSED) & COLLAPSE.holds(booked.trips.starts))[row] & (burnt <= latest)
    collapsed &= at < COLLAPSE.ends
    opened = np.where(no_show, np.maximum(missed, soonest), usual)
    opened = np.where(collapsed, np.maximum(burnt, soonest), opened)
    share = np.where(no_show, _OF_NO_SHOWS, _DISPUTED[booked.model[row]])
    return opened, np.where(collapsed, _OF_COLLAPSE, share)
