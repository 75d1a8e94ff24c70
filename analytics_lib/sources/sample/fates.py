"""What became of each booking: confirmed, expired, cancelled, not shown up or completed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.days import LocalDays, day_number
from analytics_lib.sources.sample.demand import B2C, second_of_day
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Quantiles
from analytics_lib.sources.sample.geography import COLLAPSED
from analytics_lib.sources.sample.story import COLLAPSE, PROVIDER_FAILURE
from analytics_lib.sources.sample.trips import Trips, ready_hour

# Seconds to confirmation, as quantiles in ten-thousandths, by business model.
_CONFIRMATION = Quantiles(
    [
        [(0, 3), (5_000, 20), (8_200, 90), (9_200, 900), (9_700, 14_400), (9_950, 90_000), (10_000, 300_000)],
        [
            (0, 8),
            (4_200, 120),
            (6_600, 1_800),
            (8_600, 14_400),
            (9_600, 86_400),
            (9_900, 230_000),
            (10_000, 430_000),
        ],
        [(0, 5), (6_000, 60), (8_000, 600), (9_200, 10_800), (9_800, 72_000), (10_000, 340_000)],
    ]
)
_UNCONFIRMED = np.array([110, 240, 170], dtype=np.int64)
_UNPAID_IN_FAILURE = 7
"""So many times as many direct bookings expire while a payment provider fails."""
_HELD = np.array([24, 72, 48], dtype=np.int64) * 3_600

# Share of cancellations by buyer and kind of product (hotel, package, tour, activity, transfer), in
# ten-thousandths, for a lead time of two to four weeks; then percent of that by days ahead.
_CANCELLED = np.array(
    [
        (2_050, 1_500, 1_150, 900, 800),
        (2_000, 1_700, 1_500, 1_000, 900),
        (1_750, 1_400, 1_200, 900, 1_300),
        (2_900, 2_200, 1_500, 1_100, 1_000),
    ],
    dtype=np.int64,
)
_LEAD_STEPS = np.array([1, 7, 14, 30, 60, 90, 180], dtype=np.int64)
_CANCELLED_PERCENT = np.array([22, 42, 74, 100, 116, 126, 140, 158], dtype=np.int64)
# How much of the time to the start had passed, in ten-thousandths: one in ten at once, half by a third.
_WHEN_CANCELLED = Quantiles(
    [[(0, 0), (1_000, 20), (2_500, 450), (5_000, 2_900), (7_500, 6_900), (9_000, 8_900), (10_000, 9_990)]]
)

# While a place collapses: share of the trips given up, in how many days, and how long after it they start.
_FLIGHT, _DAYS_OF_FLIGHT, _AFTERMATH_DAYS = 7_200, 5, 14

_NO_SHOW = np.array(
    [(150, 40, 260, 240, 160), (90, 50, 160, 120, 110), (130, 40, 100, 100, 180), (120, 60, 240, 260, 170)],
    dtype=np.int64,
)
_NO_SHOW_PERCENT = np.array([150, 150, 125, 100, 86, 74, 66, 44], dtype=np.int64)


@dataclass(frozen=True)
class Event:
    """An instant for each row, and whether it has happened by the end of the data."""

    at: IntArray
    happened: BoolArray


@dataclass(frozen=True)
class Fates:
    """Every booking ends in one of expired, cancelled, not shown up and completed, or is still open."""

    confirmed: Event
    expired: Event
    cancelled: Event
    no_show: Event
    completed: Event


def decide(
    draws: Draws,
    local: LocalDays,
    model: IntArray,
    buyer: IntArray,
    kind: IntArray,
    trips: Trips,
    created: IntArray,
    day: IntArray,
    through: int,
) -> Fates:
    """The fate of each booking; what would happen at or after `through` has not happened yet.

    The order is kept by construction: created, confirmed, start of the trip, no-show in the night
    after the first day, completion in the night after the last.
    """
    size = len(created)
    begins = local.at(trips.starts, ready_hour(kind) * 3_600)
    time_left = begins - created
    bucket = np.searchsorted(_LEAD_STEPS, trips.lead, side="right")

    fails = PROVIDER_FAILURE.holds(day) & (model == B2C)
    unanswered = draws.chance(_UNCONFIRMED[model] * np.where(fails, _UNPAID_IN_FAILURE, 1), size)
    delay = np.minimum(_CONFIRMATION.draw(draws.words(size), model), time_left * 3 // 4)
    expired_at = created + np.minimum(_HELD[model], time_left)

    gives_up = draws.chance(_CANCELLED[buyer, kind] * _CANCELLED_PERCENT[bucket] // 100, size) & ~unanswered
    cancelled_at = _cancellation(draws, local, model, trips, created, day, begins)
    confirmed = ~unanswered & ~(gives_up & (cancelled_at < created + delay))

    stays_away = draws.chance(_NO_SHOW[buyer, kind] * _NO_SHOW_PERCENT[bucket] // 100, size)
    stays_away &= ~unanswered & ~gives_up
    comes = ~unanswered & ~gives_up & ~stays_away
    no_show_at = local.at(trips.starts + 1, draws.within(3 * 3_600, 4 * 3_600, size))
    completed_at = local.at(trips.ends + 1, draws.within(4 * 3_600 + 60, 5 * 3_600, size))

    def by_now(at: IntArray, fate: BoolArray) -> Event:
        return Event(at, fate & (at < through))

    return Fates(
        confirmed=by_now(created + delay, confirmed),
        expired=by_now(expired_at, unanswered),
        cancelled=by_now(cancelled_at, gives_up),
        no_show=by_now(no_show_at, stays_away),
        completed=by_now(completed_at, comes),
    )


def collapse(
    draws: Draws,
    local: LocalDays,
    fates: Fates,
    place: IntArray,
    trips: Trips,
    created: IntArray,
    through: int,
) -> Fates:
    """The same fates, but that most trips to the place that collapses are given up within days."""
    if COLLAPSE.begins >= through:
        return fates
    size = len(created)
    first, after = day_number(COLLAPSE.first), day_number(COLLAPSE.after)
    at = local.at(first + draws.below(_DAYS_OF_FLIGHT, size), draws.within(8 * 3_600, 22 * 3_600, size))
    gives_up = (
        draws.chance(_FLIGHT, size) & (place == COLLAPSED) & (created < COLLAPSE.begins) & (at < through)
    )
    gives_up &= (trips.starts > first + _DAYS_OF_FLIGHT) & (trips.starts < after + _AFTERMATH_DAYS)
    gives_up &= ~fates.expired.happened & ~(fates.cancelled.happened & (fates.cancelled.at <= at))
    gives_up &= fates.confirmed.at < at

    def spared(event: Event) -> Event:
        return Event(event.at, event.happened & ~gives_up)

    return Fates(
        confirmed=fates.confirmed,
        expired=fates.expired,
        cancelled=Event(np.where(gives_up, at, fates.cancelled.at), fates.cancelled.happened | gives_up),
        no_show=spared(fates.no_show),
        completed=spared(fates.completed),
    )


def _cancellation(
    draws: Draws,
    local: LocalDays,
    model: IntArray,
    trips: Trips,
    created: IntArray,
    day: IntArray,
    begins: IntArray,
) -> IntArray:
    """When a booking is given up, if it is: at the hours people keep, after its creation, before the trip."""
    passed = _WHEN_CANCELLED.draw(draws.words(len(created)))
    proportional = created + (begins - created) * passed // 10_000 + 1
    at_waking_hours = local.at(day + trips.lead * passed // 10_000, second_of_day(draws, model))
    fits = (at_waking_hours > created) & (at_waking_hours < begins)
    return np.where(fits, at_waking_hours, np.minimum(proportional, begins))
