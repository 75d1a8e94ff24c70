"""Local calendars over UTC instants: what hour, day or month an instant falls into, and back.

Instants are naive UTC datetimes. A zone's offset is constant between its transitions, so a local
clock is an instant plus the offset of its `Segment`; SQL gets the segments as a CASE and needs no
time-zone functions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from analytics_lib.errors import InputError, UnknownName

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


class TimeFrame(StrEnum):
    """The lengths of period that reports are made for; weeks are ISO weeks."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @classmethod
    def _missing_(cls, value: object) -> TimeFrame:
        raise UnknownName("time frame", str(value), [frame.value for frame in cls])


FINER = {
    TimeFrame.HOUR: TimeFrame.HOUR,
    TimeFrame.DAY: TimeFrame.HOUR,
    TimeFrame.WEEK: TimeFrame.DAY,
    TimeFrame.MONTH: TimeFrame.DAY,
    TimeFrame.QUARTER: TimeFrame.WEEK,
    TimeFrame.YEAR: TimeFrame.MONTH,
}
"""The buckets that show the course of a period."""


_LENGTHS = {TimeFrame.HOUR: HOUR, TimeFrame.DAY: DAY, TimeFrame.WEEK: 7 * DAY}


@dataclass(frozen=True)
class Segment:
    """A span `[start, end)` of instants during which a zone keeps one offset from UTC."""

    start: datetime
    end: datetime
    offset: timedelta


@dataclass(frozen=True)
class Bucket:
    """One local hour, day, ... or year: its name, its local start and its instants `[start, end)`.

    `is_clipped` says that the span it was asked for holds only a part of it.

    `key` is what SQL groups by: the local start for days and longer; for hours the UTC instant at
    which the local hour starts under its offset, so that a repeated autumn hour stays two buckets.
    """

    name: str
    key: datetime
    local_start: datetime
    start: datetime
    end: datetime
    is_clipped: bool = False


@lru_cache(maxsize=64)
def zone_info(zone: str) -> ZoneInfo:
    """The IANA zone of that name. Raises `UnknownName`."""
    try:
        return ZoneInfo(zone)
    except Exception as error:
        raise UnknownName("time zone", zone, available_timezones()) from error


def offset_at(instant: datetime, zone: str) -> timedelta:
    """The zone's offset from UTC at an instant."""
    try:
        offset = instant.replace(tzinfo=UTC).astimezone(zone_info(zone)).utcoffset()
    except OverflowError:
        raise _outside(instant.year) from None
    return offset if offset is not None else timedelta(0)


def to_local(instant: datetime, zone: str) -> datetime:
    """The wall clock at an instant, naive."""
    return instant + offset_at(instant, zone)


def to_instant(local: datetime, zone: str) -> datetime:
    """The first instant at which the wall clock has reached `local`.

    A time that a spring change skips becomes the moment of the change.
    """
    first, second = (
        local.replace(tzinfo=zone_info(zone), fold=fold).astimezone(UTC).replace(tzinfo=None)
        for fold in (0, 1)
    )
    # Only for a skipped time does the offset before the change yield the later instant.
    return first if first <= second else _transition(second, first, zone)


@lru_cache(maxsize=256)
def segments(start: datetime, end: datetime, zone: str) -> tuple[Segment, ...]:
    """The spans of constant offset that make up `[start, end)`, in order."""
    bounds = [start]
    here, offset = start, offset_at(start, zone)
    while here < end:
        ahead = min(here + DAY, end)
        if offset_at(ahead, zone) != offset:
            bounds.append(_transition(here, ahead, zone))
            ahead = bounds[-1]
            offset = offset_at(ahead, zone)
        here = ahead
    bounds.append(end)
    return tuple(
        Segment(low, high, offset_at(low, zone)) for low, high in pairwise(bounds) if low < high
    ) or (Segment(start, end, offset_at(start, zone)),)


def _transition(low: datetime, high: datetime, zone: str) -> datetime:
    """The instant within `(low, high]` at which the offset changes."""
    before = offset_at(low, zone)
    first, last = 0, (high - low) // INSTANT
    while last - first > 1:
        middle = (first + last) // 2
        if offset_at(low + middle * INSTANT, zone) == before:
            first = middle
        else:
            last = middle
    return low + last * INSTANT


def floor(local: datetime, frame: TimeFrame) -> datetime:
    """The start of the local hour, day, ISO week, month, quarter or year that holds `local`."""
    if frame is TimeFrame.HOUR:
        return local.replace(minute=0, second=0, microsecond=0)
    day = datetime.combine(local.date(), datetime.min.time())
    match frame:
        case TimeFrame.DAY:
            return day
        case TimeFrame.WEEK:
            return day - timedelta(days=day.weekday())
        case TimeFrame.MONTH:
            return day.replace(day=1)
        case TimeFrame.QUARTER:
            return day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        case _:
            return day.replace(month=1, day=1)


def step(local_start: datetime, frame: TimeFrame, count: int) -> datetime:
    """The local start of the period `count` after the one that starts at `local_start` (day or longer)."""
    if frame in _LENGTHS:
        try:
            return local_start + count * _LENGTHS[frame]
        except OverflowError:
            raise _outside(local_start.year) from None
    width = {TimeFrame.MONTH: 1, TimeFrame.QUARTER: 3}.get(frame, 12)
    months = local_start.year * 12 + local_start.month - 1 + width * count
    if not 12 <= months < 9999 * 12:
        raise _outside(months // 12)
    return local_start.replace(year=months // 12, month=months % 12 + 1)


def _outside(year: int) -> InputError:
    return InputError(f"The year {year} is outside the calendar: choose a nearer date.")


def name_of(local_start: datetime, frame: TimeFrame, offset: timedelta = timedelta(0)) -> str:
    """The name under which a period can be asked for: 2026-10, 2026-W43, 2026-Q3, ..."""
    match frame:
        case TimeFrame.HOUR:
            minutes = int(offset.total_seconds() // 60)
            sign = "-" if minutes < 0 else "+"
            return f"{local_start:%Y-%m-%dT%H}{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
        case TimeFrame.DAY:
            return f"{local_start:%Y-%m-%d}"
        case TimeFrame.WEEK:
            year, week, _ = local_start.isocalendar()
            return f"{year:04}-W{week:02}"
        case TimeFrame.MONTH:
            return f"{local_start:%Y-%m}"
        case TimeFrame.QUARTER:
            return f"{local_start:%Y}-Q{(local_start.month + 2) // 3}"
        case _:
            return f"{local_start:%Y}"


_NAMES = {
    TimeFrame.HOUR: re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)(Z|[+-]\d\d:?\d\d)?"),
    TimeFrame.DAY: re.compile(r"(\d{4}-\d\d-\d\d)"),
    TimeFrame.WEEK: re.compile(r"(\d{4})-W(\d\d)"),
    TimeFrame.MONTH: re.compile(r"(\d{4})-(\d\d)"),
    TimeFrame.QUARTER: re.compile(r"(\d{4})-Q([1-4])"),
    TimeFrame.YEAR: re.compile(r"(\d{4})"),
}


def parse_name(name: str) -> tuple[TimeFrame, datetime, timedelta | None]:
    """Time frame, local start and, for an hour, its offset if given. Raises `InputError`."""
    for frame, pattern in _NAMES.items():
        if name.isascii() and (match := pattern.fullmatch(name)):
            try:
                return frame, _local_start(frame, match.groups()), _offset(frame, match.groups())
            except ValueError:
                break
    raise InputError(
        f"Period '{name}' is not a date of the calendar: write 2026, 2026-Q3, 2026-10, 2026-W43, 2026-10-25, "
        "2026-10-25T02+0200, last, current or all."
    )


def _local_start(frame: TimeFrame, parts: tuple[str, ...]) -> datetime:
    match frame:
        case TimeFrame.HOUR:
            return datetime.fromisoformat(f"{parts[0]}T{parts[1]}:00")
        case TimeFrame.DAY:
            return datetime.fromisoformat(parts[0])
        case TimeFrame.WEEK:
            return datetime.combine(
                date.fromisocalendar(int(parts[0]), int(parts[1]), 1), datetime.min.time()
            )
        case TimeFrame.MONTH:
            return datetime(int(parts[0]), int(parts[1]), 1)
        case TimeFrame.QUARTER:
            return datetime(int(parts[0]), 3 * int(parts[1]) - 2, 1)
        case _:
            return datetime(int(parts[0]), 1, 1)


def _offset(frame: TimeFrame, parts: tuple[str, ...]) -> timedelta | None:
    if frame is not TimeFrame.HOUR or parts[2] is None:
        return None
    if parts[2] == "Z":
        return timedelta(0)
    sign = -1 if parts[2][0] == "-" else 1
    digits = parts[2][1:].replace(":", "")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def buckets(start: datetime, end: datetime, frame: TimeFrame, zone: str) -> Iterator[Bucket]:
    """The local hours, days, ... that cover the instants `[start, end)`, in order, clipped to them."""
    if frame is TimeFrame.HOUR:
        yield from _hours(start, end, zone)
        return
    local = floor(to_local(start, zone), frame)
    low = to_instant(local, zone)
    while low < end:
        following = step(local, frame, 1)
        high = to_instant(following, zone)
        if high > start:
            is_clipped = low < start or high > end
            yield Bucket(name_of(local, frame), local, local, max(low, start), min(high, end), is_clipped)
        local, low = following, high


def _hours(start: datetime, end: datetime, zone: str) -> Iterator[Bucket]:
    for segment in segments(start, end, zone):
        local = floor(segment.start + segment.offset, TimeFrame.HOUR)
        while (key := local - segment.offset) < segment.end:
            low, high = max(key, segment.start), min(key + HOUR, segment.end)
            if low < high:
                # Where the clock changes within an hour, its part under one offset is all there is of it.
                is_clipped = (low == start and key < start) or (high == end and key + HOUR > end)
                name = name_of(local, TimeFrame.HOUR, segment.offset)
                yield Bucket(name, key, local, low, high, is_clipped)
            local += HOUR
