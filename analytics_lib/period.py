"""One concrete local hour, day, ISO week, month, quarter or year, or all data, as an interval of instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from analytics_lib.errors import InputError
from analytics_lib.local_time import (
    TimeFrame,
    buckets,
    floor,
    name_of,
    offset_at,
    parse_name,
    step,
    to_instant,
    to_local,
    zone_info,
)

Comparison = Literal["previous", "year"]

COMPARISONS: dict[str, Comparison] = {"previous": "previous", "year": "year"}

WEEKDAY_ALIGNED_YEAR = timedelta(days=364)


@dataclass(frozen=True)
class Period:
    """A half-open interval of instants `[start, end)` that is one local hour, day, ... or year.

    `time_frame` is None for the period that holds all data, and for a stretch of `months` calendar months.
    Make one with `named`, `containing`, `last`, `whole` or `months_to`.
    """

    time_frame: TimeFrame | None
    start: datetime
    end: datetime
    zone: str
    months: int | None = None

    def __post_init__(self) -> None:
        zone_info(self.zone)
        if self.start.tzinfo or self.end.tzinfo:
            raise InputError("A period's start and end are naive UTC instants: convert them first.")
        if not self.start < self.end:
            raise InputError(f"The period from {self.start} to {self.end} is empty: its end must come later.")

    def __deepcopy__(self, _memo: object) -> Period:
        return self  # it cannot change, and pandas copies the `attrs` of a frame at each step

    @classmethod
    def named(cls, name: str, zone: str = "UTC") -> Period:
        """The period called 2026-10, 2026-W43, 2026-Q3, 2026, 2026-10-25 or 2026-10-25T02+0200."""
        frame, local, offset = parse_name(name)
        if frame is TimeFrame.HOUR:
            return cls._hour(name, local, offset, zone)
        return cls._from_local(frame, local, zone)

    @classmethod
    def containing(cls, time_frame: TimeFrame, instant: datetime, zone: str = "UTC") -> Period:
        """The period of that time frame in which an instant lies."""
        if time_frame is TimeFrame.HOUR:
            hour = next(buckets(instant, instant + timedelta(microseconds=1), TimeFrame.HOUR, zone))
            return cls._hour(hour.name, hour.local_start, offset_at(instant, zone), zone)
        return cls._from_local(time_frame, floor(to_local(instant, zone), time_frame), zone)

    @classmethod
    def last(cls, time_frame: TimeFrame, as_of: datetime, zone: str = "UTC") -> Period:
        """The last period of that time frame that was complete at `as_of`."""
        current = cls.containing(time_frame, as_of, zone)
        return current if current.end <= as_of else current.shifted(-1)

    @classmethod
    def whole(cls, start: datetime, end: datetime, zone: str = "UTC") -> Period:
        """All data as one period; it has no predecessor."""
        return cls(None, start, end, zone)

    @classmethod
    def months_to(cls, end: datetime, months: int, zone: str = "UTC") -> Period:
        """So many calendar months, the last of them up to an instant; it has no predecessor."""
        last = floor(to_local(end - timedelta(microseconds=1), zone), TimeFrame.MONTH)
        start = to_instant(step(last, TimeFrame.MONTH, 1 - months), zone)
        return cls(None, start, end, zone, months)

    @classmethod
    def _from_local(cls, frame: TimeFrame, local: datetime, zone: str) -> Period:
        return cls(frame, to_instant(local, zone), to_instant(step(local, frame, 1), zone), zone)

    @classmethod
    def _hour(cls, name: str, local: datetime, offset: timedelta | None, zone: str) -> Period:
        around = list(buckets(local - timedelta(hours=30), local + timedelta(hours=30), TimeFrame.HOUR, zone))
        found = [
            hour
            for hour in around
            if hour.local_start == local and (offset is None or hour.local_start - hour.key == offset)
        ]
        if not found:
            raise InputError(
                f"The hour '{name}' does not exist in {zone}: its clock skips it or has another offset."
            )
        if len(found) > 1:
            names = " or ".join(hour.name for hour in found)
            raise InputError(f"The hour '{name}' occurs twice in {zone}: write {names}.")
        return cls(TimeFrame.HOUR, found[0].start, found[0].end, zone)

    @property
    def local_start(self) -> datetime:
        return to_local(self.start, self.zone)

    @property
    def local_end(self) -> datetime:
        """The wall clock at the exclusive end."""
        return to_local(self.end, self.zone)

    @property
    def name(self) -> str:
        """The name under which this period can be asked for; that of a stretch of months says what it is."""
        if self.months is not None:
            return f"{self.months} months to {(self.local_end - timedelta(microseconds=1)).date()}"
        if self.time_frame is None:
            return "all"
        start = self.local_start
        return name_of(floor(start, self.time_frame), self.time_frame, offset_at(self.start, self.zone))

    def shifted(self, count: int) -> Period:
        """The period `count` later (negative: earlier) of the same time frame."""
        frame = self._frame()
        if frame in (TimeFrame.HOUR, TimeFrame.DAY):
            # Step by step by the clock, which may go through an hour twice and skip a whole day.
            period = self
            for _ in range(abs(count)):
                instant = period.end if count > 0 else period.start - timedelta(microseconds=1)
                period = Period.containing(frame, instant, self.zone)
            return period
        return Period._from_local(frame, step(floor(self.local_start, frame), frame, count), self.zone)

    def year_before(self) -> Period:
        """The same period a year before; hours, days and weeks shift 364 days, so that weekdays match."""
        frame = self._frame()
        if frame in (TimeFrame.HOUR, TimeFrame.DAY, TimeFrame.WEEK):
            earlier = to_instant(self.local_start - WEEKDAY_ALIGNED_YEAR, self.zone)
            return Period.containing(frame, earlier, self.zone)
        return Period._from_local(frame, step(floor(self.local_start, frame), TimeFrame.YEAR, -1), self.zone)

    def compared(self, comparison: Comparison) -> Period:
        """The period that this one is compared with."""
        return self.shifted(-1) if comparison == "previous" else self.year_before()

    def _frame(self) -> TimeFrame:
        if self.time_frame is None:
            raise InputError(
                f"The period '{self.name}' has no other to compare with: name a period, such as 2026-10."
            )
        return self.time_frame
