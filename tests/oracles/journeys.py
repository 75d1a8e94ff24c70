"""Ways to a booking: the visits that led there, and the credit that each of them gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache, wraps

from tests.oracles.cuts import SOLD, own
from tests.oracles.domain import Domain
from tests.oracles.oracle import (
    HALF,
    UNKNOWN,
    Base,
    Cell,
    Cut,
    Formula,
    Number,
    Row,
    Seen,
    Tallying,
    World,
    divided,
    ratio,
    share,
    total,
)
from tests.oracles.visits import Visit, visits_of_people


@dataclass(frozen=True)
class Way:
    """A booking made in a visit, and the visits that led there, in order, that one included."""

    booked_at: datetime
    visits: tuple[Visit, ...]


MONTH, A_DAY = timedelta(days=30), timedelta(days=1)


@lru_cache(maxsize=4)
def ways(world: World) -> list[Way]:
    """All ways to a booking made in the period."""
    return [way for way in _ways_until_now(world) if world.look.holds(way.booked_at)]


def _ways_until_now(world: World) -> Iterator[Way]:
    mine: dict[tuple[object, ...], list[Visit]] = defaultdict(list)
    for visit in visits_of_people(world):
        if visit.visitor_id is not None and visit.started_at < world.look.until:
            mine[visit.visitor_id, visit.business_model, visit.partner_id].append(visit)
    for found in mine.values():
        trail: list[Visit] = []
        for visit in sorted(found, key=lambda each: (each.started_at, each.session_id)):
            trail.append(visit)
            if visit.booked_at is None or not visit.started_at <= visit.booked_at < world.look.until:
                continue
            if visit.booked_at - visit.started_at <= A_DAY:
                recent = (each for each in trail if each.started_at >= visit.started_at - MONTH)
                yield Way(visit.booked_at, tuple(recent))
            trail = []


def of_ways(credit: Callable[[int, int], int | None]) -> Tallying:
    """A tally of visits on a way, from (place of the visit, counted from 1; visits) to its amount or None."""

    @wraps(credit)
    def tally(world: World) -> Iterator[Seen]:
        for way in ways(world):
            channel_before = None
            for place, visit in enumerate(way.visits, start=1):
                amount = credit(place, len(way.visits))
                if amount is not None:
                    touch = Row(**{**vars(visit), "table": "touches", "channel_before": channel_before})
                    yield Seen(touch, way.booked_at, amount)
                channel_before = visit.channel

    return tally


@of_ways
def touches(place: int, count: int) -> int | None:
    return 1


@of_ways
def journeys(place: int, count: int) -> int | None:
    return 1 if place == count else None


@of_ways
def transitions(place: int, count: int) -> int | None:
    return None if place == 1 else 1


WHOLE = 1_000_000
"""Credits are given in millionths; what does not divide goes to the last visit."""


@of_ways
def last_touch(place: int, count: int) -> int | None:
    return WHOLE if place == count else 0


@of_ways
def first_touch(place: int, count: int) -> int | None:
    return WHOLE if place == 1 else 0


@of_ways
def linear(place: int, count: int) -> int | None:
    each = WHOLE // count
    return WHOLE - each * (count - 1) if place == count else each


@of_ways
def by_position(place: int, count: int) -> int | None:
    if count <= 2:
        return WHOLE // count
    between = 200_000 // (count - 2)
    if place == 1:
        return 400_000
    return WHOLE - 400_000 - between * (count - 2) if place == count else between


def shapley(world: World) -> Iterator[Seen]:
    """Equal parts for the different channels of a way, each on the last visit from there."""
    for way in ways(world):
        named = [UNKNOWN if visit.channel is None else visit.channel for visit in way.visits]
        each = WHOLE // len(set(named))
        channel_before = None
        for place, (visit, channel) in enumerate(zip(way.visits, named, strict=True), start=1):
            amount = 0 if channel in named[place:] else each
            if place == len(named):
                amount = WHOLE - each * (len(set(named)) - 1)
            touch = Row(**{**vars(visit), "table": "touches", "channel_before": channel_before})
            yield Seen(touch, way.booked_at, amount)
            channel_before = visit.channel


def days_on_the_way(world: World) -> Iterator[Seen]:
    for way in ways(world):
        touch = Row(**{**vars(way.visits[-1]), "table": "touches"})
        touch.channel_before = way.visits[-2].channel if len(way.visits) > 1 else None
        yield Seen(touch, way.booked_at, (way.booked_at - way.visits[0].started_at) // timedelta(seconds=1))


def credited(tally: Tallying) -> Formula:
    return lambda cell: divided(cell.total(tally), WHOLE)


def median_days(cell: Cell) -> Number | None:
    """Of nine decimals, as all that is ranked."""
    days = divided(cell.quantile(days_on_the_way, HALF), 86_400)
    return None if days is None else Fraction(round(days * 10**9), 10**9)


METRICS: dict[str, tuple[Formula, Tallying | Base | None]] = {
    "journeys": (total(journeys), journeys),
    "journey_days_median": (median_days, days_on_the_way),
    "journey_touches": (total(touches), touches),
    "journey_touches_average": (ratio(touches, journeys), journeys),
    "journey_transitions": (total(transitions), transitions),
    "journey_transition_share": (share(transitions), transitions),
    "attributed_last_touch": (credited(last_touch), last_touch),
    "attributed_first_touch": (credited(first_touch), first_touch),
    "attributed_linear": (credited(linear), linear),
    "attributed_position": (credited(by_position), by_position),
    "attributed_shapley": (credited(shapley), shapley),
}
"""Metric -> its formula over a cell, and the tally whose rows it rests on."""

CUTS: dict[str, dict[str, Cut]] = {
    "touches": {
        **SOLD,
        "channel": own("channel"),
        "device": own("device"),
        "from_channel": own("channel_before"),
    },
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
