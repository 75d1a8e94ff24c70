"""Ways to a booking: the visits that led there, and the credit that each of them gets."""

from __future__ import annotations

from collections import Counter, defaultdict
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


@dataclass(frozen=True)
class Silence:
    """The moment at which nobody had come again for 30 days, and the visits before it."""

    given_up_at: datetime
    visits: tuple[Visit, ...]


MONTH, A_DAY = timedelta(days=30), timedelta(days=1)


@lru_cache(maxsize=4)
def ways(world: World) -> list[Way]:
    """All ways to a booking made in the period."""
    return [
        way for way in _ended_until_now(world) if isinstance(way, Way) and world.look.holds(way.booked_at)
    ]


@lru_cache(maxsize=4)
def silences(world: World) -> list[Silence]:
    """All ways that were given up in the period."""
    return [
        way
        for way in _ended_until_now(world)
        if isinstance(way, Silence) and world.look.holds(way.given_up_at)
    ]


def _ended_until_now(world: World) -> Iterator[Way | Silence]:
    mine: dict[tuple[object, ...], list[Visit]] = defaultdict(list)
    for visit in visits_of_people(world):
        if visit.visitor_id is not None and visit.started_at < world.look.until:
            mine[visit.visitor_id, visit.business_model, visit.partner_id].append(visit)
    for found in mine.values():
        trail: list[Visit] = []
        found.sort(key=lambda each: (each.started_at, each.session_id))
        for visit, later in zip(found, [*found[1:], None], strict=True):
            trail.append(visit)
            recent = tuple(each for each in trail if each.started_at >= visit.started_at - MONTH)
            if visit.booked_at is not None and visit.started_at <= visit.booked_at < world.look.until:
                if visit.booked_at - visit.started_at <= A_DAY:
                    yield Way(visit.booked_at, recent)
                trail = []
                continue
            silence = visit.started_at + MONTH
            if silence < world.look.until and (later is None or later.started_at > silence):
                yield Silence(silence, recent)
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


START, BOOKED, GIVEN_UP = "the start", "a booking", "nothing"
Steps = frozenset[tuple[tuple[str, str], int]]
"""How often each step was taken, from one channel to another."""


def steps_on_ended_ways(world: World) -> Iterator[Seen]:
    """The visits of ways that ended in the period, each with the steps there and on to the end."""
    ended = [(way.booked_at, BOOKED, way.visits) for way in ways(world)]
    ended += [(way.given_up_at, GIVEN_UP, way.visits) for way in silences(world)]
    for when, end, visits in ended:
        named = [START, *(UNKNOWN if visit.channel is None else visit.channel for visit in visits), end]
        for place, visit in enumerate(visits, start=1):
            last = [(named[place], end)] if place == len(visits) else []
            steps = [(named[place - 1], named[place]), *last]
            yield Seen(Row(**{**vars(visit), "table": "touches", "steps": steps}), when)


def chance_of_booking(steps: Steps, without: str | None = None) -> Fraction:
    """From the start, channel by channel left out: who would step there goes on to where it leads.

    A step to the channel that is taken away leads nowhere.
    """
    onward: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for (since, to), count in steps:
        onward[since][to] += count
    for since, ways_on in onward.items():
        whole = sum(ways_on.values())
        onward[since] = defaultdict(Fraction, {to: part / whole for to, part in ways_on.items()})
    for channel in sorted(onward.keys() - {START}):
        through = onward.pop(channel)
        again = through.pop(channel, Fraction(0))
        for ways_on in onward.values():
            there = ways_on.pop(channel, None)
            if there is not None and channel != without:
                for to, part in through.items():
                    ways_on[to] += there * part / (1 - again)
    return onward[START][BOOKED]


@lru_cache(maxsize=1024)
def removal_effects(steps: Steps) -> dict[str, Fraction]:
    """Channel -> the part of the chance of a booking that is lost without it."""
    channels = {to for (_, to), _ in steps} - {BOOKED, GIVEN_UP}
    whole = chance_of_booking(steps)
    return {channel: 1 - chance_of_booking(steps, channel) / whole for channel in channels}


def by_removal(cell: Cell) -> Number | None:
    """The bookings, in proportion to what is lost without the channel."""
    counts: Counter[tuple[str, str]] = Counter()
    for seen in cell.everywhere().seen(steps_on_ended_ways):
        counts.update(seen.row.steps)
    bookings = sum(count for (_, to), count in counts.items() if to == BOOKED)
    channel = cell.part("channel")
    if channel is None or not bookings:
        return bookings if channel is None else Fraction(0)
    effects = removal_effects(frozenset(counts.items()))
    return bookings * effects.get(channel, Fraction(0)) / sum(effects.values())


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
    "attributed_markov": (by_removal, steps_on_ended_ways),
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
