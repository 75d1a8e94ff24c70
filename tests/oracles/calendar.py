"""Local calendars for the oracle, by asking the zone about one instant after another.

Nothing is shared with the library: no offsets as a CASE, no segments, no arithmetic on months. Every
change of a clock lies on a quarter of an hour, so the search goes in steps of that length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def clock(instant: datetime, zone: str) -> datetime:
    """The wall clock at a naive UTC instant, naive."""
    return instant.replace(tzinfo=UTC).astimezone(_zone(zone)).replace(tzinfo=None)


@lru_cache(maxsize=100_000)
def bucket_name(instant: datetime, frame: str, zone: str) -> str:
    """The name of the local hour, day, ... in which an instant lies."""
    local = clock(instant, zone)
    if frame == "hour":
        minutes = round((local - instant).total_seconds() / 60)
        sign = "-" if minutes < 0 else "+"
        return f"{local:%Y-%m-%dT%H}{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    return date_bucket_name(local.date(), frame)


def date_bucket_name(day: date, frame: str) -> str:
    """The name of the day, week, ... in which a local date lies."""
    if frame == "day":
        return day.isoformat()
    if frame == "week":
        return f"{day.isocalendar().year:04}-W{day.isocalendar().week:02}"
    if frame == "month":
        return day.isoformat()[:7]
    if frame == "quarter":
        return f"{day.year:04}-Q{1 + (day.month - 1) // 3}"
    return f"{day.year:04}"


@cache
def first_instant(day: date, zone: str) -> datetime:
    """The first instant of a local day, which is not midnight where the clock skips midnight."""
    instant = datetime.combine(day, datetime.min.time()) - timedelta(hours=16)
    while clock(instant, zone).date() < day:
        instant += QUARTER
    return instant


def reached(wall: datetime, zone: str) -> datetime:
    """The first instant at which the wall clock shows `wall` or, where it skips it, a later time."""
    instant = wall - timedelta(hours=16)
    while clock(instant + QUARTER, zone) < wall:
        instant += QUARTER
    if clock(instant, zone) >= wall:
        return instant
    shown = instant + (wall - clock(instant, zone))
    return shown if clock(shown, zone) == wall else instant + QUARTER


@cache
def bounds(name: str, frame: str, zone: str) -> tuple[datetime, datetime]:
    """The instants `[start, end)` of a named period, found by looking at every quarter of an hour."""
    instant = datetime(int(name[:4]), 1, 1) - timedelta(days=8)
    jump = timedelta(hours=12) if frame in ("month", "quarter", "year") else QUARTER
    if frame in ("hour", "day"):
        instant = datetime.fromisoformat(name[:10]) - timedelta(hours=30)
    while bucket_name(instant + jump, frame, zone) != name:
        instant += jump
    while bucket_name(instant, frame, zone) != name:
        instant += QUARTER
    end = instant
    while bucket_name(end + jump, frame, zone) == name:
        end += jump
    while bucket_name(end, frame, zone) == name:
        end += QUARTER
    return instant, end


@dataclass(frozen=True)
class Look:
    """What is looked at: a named period of a time frame in a zone, as of an exclusive instant, for whom."""

    name: str
    frame: str
    start: datetime
    end: datetime
    as_of: datetime
    zone: str
    models: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    asked_from: datetime | None = None
    """Where the period asked for began, if this is the one that it is compared with."""

    @classmethod
    def at(
        cls,
        name: str,
        frame: str,
        as_of: datetime,
        zone: str,
        models: tuple[str, ...] = (),
        partners: tuple[str, ...] = (),
    ) -> Look:
        return cls(name, frame, *bounds(name, frame, zone), as_of, zone, models, partners)

    @property
    def until(self) -> datetime:
        return min(self.end, self.as_of)

    @property
    def reference(self) -> datetime:
        """The instant whose exchange rates serve both periods of a comparison."""
        return self.start if self.asked_from is None else self.asked_from

    def knows(self, instant: datetime | None) -> bool:
        """Whether something that happened at `instant` had happened before `as_of`."""
        return instant is not None and instant < self.as_of

    def holds(self, when: datetime | date | None) -> bool:
        """Whether an instant, or the beginning of a local date, lies in the part that has passed."""
        if when is None:
            return False
        instant = when if isinstance(when, datetime) else first_instant(when, self.zone)
        return self.start <= instant < self.until

    def spine(self, over: str | None) -> tuple[str | None, ...]:
        """The names of the buckets of the part that has passed, in order."""
        if over is None:
            return (None,)
        names: dict[str | None, None] = {}
        instant = self.start
        while instant < self.until:
            names[bucket_name(instant, over, self.zone)] = None
            instant += QUARTER
        return tuple(names)

    def slots(self, by: Sequence[str]) -> set[tuple[str, ...]]:
        """The weekdays, hours of day or both of the part that has passed."""
        found: set[tuple[str, ...]] = set()
        instant = self.start
        while instant < self.until:
            wall = clock(instant, self.zone)
            names = {"weekday": str(wall.isoweekday()), "hour_of_day": f"{wall.hour:02}"}
            found.add(tuple(names[name] for name in by))
            instant += QUARTER
        return found

    def bucket(self, when: datetime | date, over: str | None) -> str | None:
        if over is None:
            return None
        is_instant = isinstance(when, datetime)
        return bucket_name(when, over, self.zone) if is_instant else date_bucket_name(when, over)

    def bucket_end(self, bucket: str | None, over: str | None) -> datetime:
        """The exclusive end of a bucket, not beyond the part that has passed; of the period for none."""
        if bucket is None or over is None:
            return self.end
        return min(bounds(bucket, over, self.zone)[1], self.until)

    def compared(self, how: str) -> Look:
        """The previous period, or that of the year before, as it was known at the same age (METRICS R2)."""
        if how == "previous":
            name = bucket_name(self.start - timedelta(microseconds=1), self.frame, self.zone)
        elif self.frame in ("hour", "day", "week"):
            same_weekday = reached(clock(self.start, self.zone) - timedelta(days=364), self.zone)
            name = bucket_name(same_weekday, self.frame, self.zone)
        else:
            name = f"{int(self.name[:4]) - 1:04}{self.name[4:]}"
        start, end = bounds(name, self.frame, self.zone)
        if self.as_of < self.end:
            as_of = min(end, self._moved(self.start, start))
        else:
            as_of = self._moved(self.end, end)
        return replace(self, name=name, start=start, end=end, as_of=as_of, asked_from=self.reference)

    def _moved(self, mine: datetime, other: datetime) -> datetime:
        """An instant as long after `other` as `as_of` is after `mine`, on the wall clock."""
        if self.frame == "hour":
            return other + (self.as_of - mine)
        elapsed = clock(self.as_of, self.zone) - clock(mine, self.zone)
        return reached(clock(other, self.zone) + elapsed, self.zone)


def counterparts(
    now: Look, before: Look, over: str | None, how: str
) -> dict[str | None, tuple[str | None, bool]]:
    """Bucket -> the bucket it is compared with, and whether a change between the two means anything.

    Hours match by the clock, the second of a repeated hour with a second one only; days by day of month
    a year before; all others by their place in the period. A bucket of which only a part lies in the
    period is not alike one of another length on the wall clock.
    """
    if over is None:
        return {None: (None, True)}
    earlier = {place: bucket for bucket, place in _places(before, over, how).items()}
    found: dict[str | None, tuple[str | None, bool]] = {}
    for bucket, place in _places(now, over, how).items():
        if place in earlier:
            (mine, whole), (other, other_whole) = (
                _extent(look, name, over) for look, name in ((now, bucket), (before, earlier[place]))
            )
            found[bucket] = earlier[place], mine == other or (whole and other_whole)
    return found


def _places(look: Look, over: str, how: str) -> dict[str, object]:
    places: dict[str, object] = {}
    for index, name in enumerate(str(bucket) for bucket in look.spine(over)):
        place: object = index
        if over == "hour" and look.frame != "hour":
            midnight = datetime.combine(clock(look.start, look.zone).date(), datetime.min.time())
            times_before = sum(other[:13] == name[:13] for other in places)
            place = (datetime.fromisoformat(name[:13]) - midnight, times_before)
        elif over == "day" and how == "year" and look.frame not in ("day", "week"):
            place = name[5:]
        places[name] = place
    return places


def _extent(look: Look, bucket: str, over: str) -> tuple[timedelta, bool]:
    """How much of the wall clock a bucket holds within the look, and whether that is the whole bucket."""
    low, high = bounds(bucket, over, look.zone)
    start, end = max(low, look.start), min(high, look.until)
    return clock(end, look.zone) - clock(start, look.zone), (low, high) == (start, end)
