"""Requests that some services were asked, hour by hour, and how many of them they answered well.

They come from the front door's own log, so that hours without telemetry are counted too. Requests
that meet a maintenance page are not valid ones and are not counted.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import day_number, local_instant
from analytics_lib.sources.sample.demand import B2B, B2B2C, B2C, bookings_a_day
from analytics_lib.sources.sample.draws import IntArray
from analytics_lib.sources.sample.lots import lots, lots_within
from analytics_lib.sources.sample.outages import MAINTENANCE, SERVICES, UNPLANNED, Outages
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.rows import as_table, instants, named, whole
from analytics_lib.sources.sample.slices import World

COUNTED_FROM = date(2025, 10, 1)
"""The first local day on which requests are counted."""

_BOOKINGS_A_DAY = 1_000
"""The platform that is asked is always of this size, however many bookings the sample has."""

# Service, and its requests for each booking of a model.
_ASKED = (
    ("website", {B2C: 900, B2B: 40, B2B2C: 220}),
    ("booking_api", {B2C: 60, B2B: 140, B2B2C: 190}),
    ("search", {B2C: 380, B2B: 160, B2B2C: 240}),
)
# By local hour, for b2c, b2b and b2b2c: people look at more hours than they book, machines all night.
_HOURS = np.array(
    [
        (22, 12, 8, 6, 6, 8, 15, 27, 40, 52, 60, 62, 60, 57, 55, 56, 58, 62, 68, 75, 84, 88, 70, 42),
        (14, 12, 11, 11, 12, 14, 22, 44, 86, 116, 124, 118, 98, 74, 74, 92, 102, 92, 66, 38, 26, 22, 18, 16),
        (24, 19, 16, 15, 16, 19, 26, 40, 58, 72, 78, 77, 70, 64, 63, 68, 71, 70, 66, 63, 61, 57, 46, 33),
    ],
    dtype=np.int64,
)
_UNREST = (930, 1_070)
"""Thousandths of what the day and hour lead one to expect."""
_BASE_FAILURES = (2, 20)
"""Requests in a hundred thousand that fail on an ordinary day."""
_FAILURES_IN_OUTAGE = (7_500, 9_900)
"""Requests in ten thousand that fail while the service is out of order."""
_HOUR = 3_600


def request_counts(world: World, outages: Outages) -> pa.Table:
    """The canonical table `request_counts`, by hour and service; empty if the data ends too early."""
    begin = local_instant(COUNTED_FROM)
    hour = np.arange(begin, max(world.through, begin), _HOUR, dtype=np.int64)
    asked, answered = zip(
        *(_counts(world, outages, place, hour) for place in range(len(_ASKED))), strict=True
    )
    return as_table(
        "request_counts",
        {
            "service": named([name for name, _ in _ASKED], np.tile(np.arange(len(_ASKED)), len(hour))),
            "bucket_at": instants(np.repeat(hour, len(_ASKED))),
            "valid": whole(np.stack(asked, axis=1).ravel()),
            "good": whole(np.stack(answered, axis=1).ravel()),
        },
    )


def _counts(world: World, outages: Outages, place: int, hour: IntArray) -> tuple[IntArray, IntArray]:
    """Valid requests and good ones of a service in each hour."""
    name, seed = _ASKED[place][0], world.seed
    unrest = lots_within(seed, f"requests {name}", hour, _UNREST)
    closed = _overlap(outages, name, MAINTENANCE, hour)
    valid = _expected(world, place, hour) * unrest // 1_000 * (_HOUR - closed) // _HOUR
    # One rate a day, and a rest that is rounded by lot, so that small hours fail at times too.
    rate = lots_within(seed, f"base failures {name}", world.local.day_of(hour), _BASE_FAILURES)
    failed = (valid * rate + lots(seed, f"failed {name}", hour, 100_000)) // 100_000
    share = lots_within(seed, f"out of order {name}", hour, _FAILURES_IN_OUTAGE)
    out = np.minimum(_overlap(outages, name, UNPLANNED, hour), _HOUR - closed)
    failed += valid * out // np.maximum(_HOUR - closed, 1) * share // 10_000
    return valid, np.maximum(valid - failed, 0)


def _expected(world: World, place: int, hour: IntArray) -> IntArray:
    """Requests of each hour by the demand of its day."""
    first = day_number(FIRST_DAY)
    day = world.local.day_of(hour)
    last = int(world.local.day_of(np.array([world.through]))[0])
    through = date.fromordinal(FIRST_DAY.toordinal() + last - first)
    booked = bookings_a_day(
        seed=world.seed, bookings=_BOOKINGS_A_DAY * (last - first), first=FIRST_DAY, through=through
    )
    clock = (hour - world.local.begin(day)) // _HOUR % 24
    total = np.zeros(len(hour), dtype=np.int64)
    for model, requests in _ASKED[place][1].items():
        total += booked[day - first, model] * requests * _HOURS[model, clock] // _HOURS[model].sum()
    return total


def _overlap(outages: Outages, name: str, kind: int, hour: IntArray) -> IntArray:
    """Seconds of each hour within the outages of a service, those that overlap counted once."""
    service = next(place for place, each in enumerate(SERVICES) if each.name == name)
    rows = np.flatnonzero((outages.service == service) & (outages.kind == kind))
    if not len(rows):
        return np.zeros(len(hour), dtype=np.int64)
    start = outages.start[rows]
    reached = np.maximum.accumulate(outages.end[rows])
    start = np.maximum(start, np.concatenate([start[:1], reached[:-1]]))
    length = np.maximum(reached - start, 0)
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(length)])

    def until(instant: IntArray) -> IntArray:
        begun = np.searchsorted(start, instant, side="right")
        last = np.maximum(begun - 1, 0)
        into = np.clip(instant - start[last], 0, length[last])
        return np.where(begun > 0, before[last] + into, 0)

    return until(hour + _HOUR) - until(hour)
