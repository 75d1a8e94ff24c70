"""The services of the platform, and when they were out of order, under maintenance or not watched.

Chance is a word for each service and day, so that a longer range leaves the days before it as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics_lib.sources.sample.days import LocalDays, local_instant, weekday
from analytics_lib.sources.sample.draws import IntArray, Lottery, Quantiles, words_of
from analytics_lib.sources.sample.lots import lots, lots_within
from analytics_lib.sources.sample.slices import World
from analytics_lib.sources.sample.story import PROVIDER_FAILURE

KINDS = ("unplanned", "maintenance", "unmeasured")
UNPLANNED, MAINTENANCE, UNMEASURED = range(3)

_TUESDAY, _SUNDAY = 1, 6


@dataclass(frozen=True)
class Service:
    """A part of the platform that is watched.

    `failures` are unplanned outages in ten thousand days, at first and once it has settled; `maintained`
    is the weekday, and which one of a month, of its maintenance. It is watched between two instants.
    """

    name: str
    failures: tuple[int, int]
    maintained: tuple[int, int] | None = None
    since: int | None = None
    until: int | None = None


SERVICES: tuple[Service, ...] = (
    Service("website", (230, 180), (_SUNDAY, 1)),
    Service("mobile_app", (420, 240)),
    Service("booking_api", (240, 200), (_TUESDAY, 2)),
    Service("payments_gateway", (200, 160), (_SUNDAY, 2)),
    Service("search", (360, 220)),
    Service("ai_assistant", (760, 420), since=local_instant(date(2024, 6, 3))),
    Service("notifications", (200, 140)),
    Service("partner_portal", (260, 220), (_TUESDAY, 3)),
    Service("legacy_partner_feed", (460, 520), until=local_instant(date(2025, 9, 16), 12)),
)
_PLACES = {service.name: place for place, service in enumerate(SERVICES)}
_SETTLES_DAYS = 400

# Unplanned outages by weekday, Monday first, in percent; by local hour; and their length in seconds.
_WEEK = np.array([112, 124, 124, 118, 96, 62, 64], dtype=np.int64)
_HOUR_OF = Lottery([(2, 2, 2, 2, 2, 2, 3, 4, 6, 9, 10, 9, 7, 7, 9, 9, 8, 7, 6, 6, 6, 5, 4, 3)])
_LENGTH = Quantiles(
    [
        [
            (0, 70),
            (2_500, 330),
            (5_000, 840),
            (7_500, 2_200),
            (9_000, 5_800),
            (9_700, 14_400),
            (10_000, 30_000),
        ]
    ]
)
# Maintenance: first and last second of the day at which it begins, and seconds that it takes.
_NIGHT, _WORK = (7_200, 7_500), (4_500, 6_900)
# Hours without telemetry: in ten thousand days, and their length in seconds.
_BLIND, _BLINDNESS = 26, Quantiles([[(0, 2_400), (5_000, 7_200), (9_000, 18_000), (10_000, 36_000)]])
_FALTERS_A_DAY = 5
"""Outages of the gateway on each day on which a card provider fails."""

# Kind, service, local day, hour and minute, and minutes: what everybody remembers.
_REMEMBERED = (
    # It began badly: out of order from the first second on.
    (UNPLANNED, "ai_assistant", date(2024, 6, 3), 0, 0, 38),
    (UNMEASURED, "partner_portal", date(2025, 2, 10), 0, 0, 7 * 1_440),
    # A second fault was found before the first one was mended.
    (UNPLANNED, "booking_api", date(2025, 6, 17), 10, 12, 96),
    (UNPLANNED, "booking_api", date(2025, 6, 17), 11, 5, 118),
    # Switched off two hours after it had failed for the last time; the ticket was closed later.
    (UNPLANNED, "legacy_partner_feed", date(2025, 9, 16), 9, 50, 205),
    # Maintenance went wrong.
    (UNPLANNED, "booking_api", date(2026, 2, 10), 3, 5, 112),
)
# The last one, not over at the end of the data: how long before it began, in seconds.
_OPEN, _BEGAN_BEFORE = "partner_portal", (10_800, 25_200)


@dataclass(frozen=True)
class Outages:
    """Outages in order of time; `end` may lie beyond the end of the data, where it is not yet known."""

    service: IntArray
    kind: IntArray
    start: IntArray
    end: IntArray


def monitored(world: World) -> IntArray:
    """From and until when each service (row) is watched; until the end of the data where it still is."""
    bounds = [
        (max(service.since or 0, world.begin), min(service.until or world.through, world.through))
        for service in SERVICES
    ]
    return np.array(bounds, dtype=np.int64)


def outages(world: World) -> Outages:
    """All outages that begin before the end of the data, while their service is watched."""
    bounds = monitored(world)
    rows = [row for row in _rows(world) if len(row.start)]
    service, kind, start, end = (
        np.concatenate([getattr(row, name) for row in rows]) for name in ("service", "kind", "start", "end")
    )
    kept = np.flatnonzero((start >= bounds[service, 0]) & (start < bounds[service, 1]))
    order = kept[np.lexsort((end[kept], service[kept], start[kept]))]
    return Outages(service[order], kind[order], start[order], end[order])


def _rows(world: World) -> Iterator[Outages]:
    local, seed = world.local, world.seed
    first, after = local.day_of(np.array([world.begin, world.through])).tolist()
    day = np.arange(first, after, dtype=np.int64)
    for place, service in enumerate(SERVICES):
        yield _unplanned(seed, local, place, service, day)
        if service.maintained:
            yield _maintenance(seed, local, place, service, day)
        blind = lots(seed, f"blind {service.name}", day, 10_000) < _BLIND
        start = local.at(day[blind], lots(seed, f"blind from {service.name}", day[blind], 86_400))
        length = _BLINDNESS.draw(words_of(seed, f"blind for {service.name}", day[blind]))
        yield _outages(place, UNMEASURED, start, length)
    yield _in_provider_failure(seed, local, day)
    for kind, name, on, hour, minute, minutes in _REMEMBERED:
        start = np.array([local_instant(on, hour) + minute * 60], dtype=np.int64)
        yield _outages(_PLACES[name], kind, start, np.array([minutes * 60]))
    ago = lots_within(seed, "open outage", day[-1:], _BEGAN_BEFORE)
    yield _outages(_PLACES[_OPEN], UNPLANNED, world.through - ago, 2 * ago)


def _unplanned(seed: int, local: LocalDays, place: int, service: Service, day: IntArray) -> Outages:
    """At most one a day; fewer once the service has settled."""
    early, settled = service.failures
    age = np.maximum(day - (day[0] if service.since is None else service.since // 86_400), 0)
    share = settled + (early - settled) * _SETTLES_DAYS // (_SETTLES_DAYS + age)
    lot = lots(seed, f"outage {service.name}", day, 10_000)
    fails = day[lot < share * _WEEK[weekday(day)] // 100]
    hour = _HOUR_OF.draw(words_of(seed, f"outage hour {service.name}", fails))
    second = hour * 3_600 + lots(seed, f"outage second {service.name}", fails, 3_600)
    length = _LENGTH.draw(words_of(seed, f"outage length {service.name}", fails))
    return _outages(place, UNPLANNED, local.at(fails, second), length)


def _maintenance(seed: int, local: LocalDays, place: int, service: Service, day: IntArray) -> Outages:
    """Once a month in the same night, between two and four o'clock."""
    on, which = service.maintained or (0, 0)
    date = day.astype("datetime64[D]")
    of_month = (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    night = day[(weekday(day) == on) & (of_month // 7 == which - 1)]
    second, length = (
        low + lots(seed, f"maintenance {name} {service.name}", night, high - low + 1)
        for name, (low, high) in (("from", _NIGHT), ("for", _WORK))
    )
    return _outages(place, MAINTENANCE, local.at(night, second), length)


def _in_provider_failure(seed: int, local: LocalDays, day: IntArray) -> Outages:
    """The gateway falters several times a day while a card provider fails."""
    each = np.repeat(day[PROVIDER_FAILURE.holds(day)], _FALTERS_A_DAY)
    turn = np.tile(np.arange(_FALTERS_A_DAY, dtype=np.int64), len(each) // _FALTERS_A_DAY)
    number = each * _FALTERS_A_DAY + turn
    second = 28_800 + turn * 10_800 + lots(seed, "faltering from", number, 7_200)
    length = 360 + lots(seed, "faltering for", number, 2_700)
    return _outages(_PLACES["payments_gateway"], UNPLANNED, local.at(each, second), length)


def _outages(service: int, kind: int, start: IntArray, length: IntArray) -> Outages:
    ones = np.ones(len(start), dtype=np.int64)
    return Outages(service * ones, kind * ones, start, start + length)
