"""The windows of time that an answer looks at: its buckets, and those that each is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import Date, DateTime, Integer, Select, column, literal, literal_column, true, values
from sqlalchemy import cast as sql_cast

from analytics_lib.local_time import TimeFrame, to_instant, to_local
from analytics_lib.period import Period
from analytics_lib.scope import Scope, local_midnight_after
from analytics_lib.statement.view import Arm

Against = Literal["previous", "year"]

At = Literal["start", "end", "during"]
"""When rows of a window are looked at."""


@dataclass(frozen=True)
class Window:
    """The instants [start, end) of a bucket, or of the whole period with the key None."""

    key: datetime | None
    start: datetime
    end: datetime


def windows(scope: Scope, over: TimeFrame | None) -> Iterator[Window]:
    """The buckets of a scope as far as they have passed; one window for the period without buckets."""
    if over is None:
        yield Window(None, scope.period.start, scope.until)
        return
    for bucket in scope.buckets(over):
        yield Window(bucket.key, bucket.start, bucket.end)


def earlier(scope: Scope, over: TimeFrame | None, window: Window, against: Against) -> Window | None:
    """The window that one is held against: as much of the bucket before, or of that a year before.

    None for all data as one period, which has none before it.
    """
    if over is None and scope.period.time_frame is None:
        return None
    natural = scope.period if over is None else Period.containing(over, window.start, scope.zone)
    other = natural.compared(against)

    def moved(instant: datetime) -> datetime:
        if instant >= natural.end:
            return other.end
        if natural.time_frame is TimeFrame.HOUR:
            return min(other.end, other.start + (instant - natural.start))
        passed = to_local(instant, scope.zone) - to_local(natural.start, scope.zone)
        return min(other.end, to_instant(to_local(other.start, scope.zone) + passed, scope.zone))

    start = other.start if window.start <= natural.start else moved(window.start)
    return Window(window.key, start, max(start, moved(window.end)))


def as_bucket(window: Window, scope: Scope) -> datetime:
    """What stands for the window's bucket in SQL; a period without buckets stands under its local start."""
    return window.key if window.key is not None else scope.period.local_start


class Moment(NamedTuple):
    """A window's arm, key and beginning, the instant at which its rows are looked at, the local day of that
    instant, and the first one not before it.
    """

    arm: Any
    bucket: Any
    begin: Any
    instant: Any
    today: Any
    day: Any


class Constants(NamedTuple):
    """What stands for a table of one row, read like it: constants, which engines fold."""

    c: Any


def moments(arm: Arm, over: TimeFrame | None, at: At = "end") -> Any:
    """The moments of all windows as a table, or the only one."""
    return Constants(next(_moments(arm, None, at))) if over is None else moments_table([arm], over, at)


def beside(query: Select[Any], ends: Any) -> Select[Any]:
    """The SELECT with each of its rows at every one of the moments."""
    return query if isinstance(ends, Constants) else query.join(ends, true())


def moments_table(arms: Sequence[Arm], over: TimeFrame | None, at: At = "end") -> Any:
    """The moments of all windows of the arms as rows of a table."""
    rows = [found for arm in arms for found in _moments(arm, over, at)]
    shape = values(
        column("arm", Integer),
        column("bucket", DateTime),
        column("begin", DateTime),
        column("instant", DateTime),
        column("today", Date),
        column("day", Date),
        name="moment",
    )
    return shape.data(rows)


def _moments(arm: Arm, over: TimeFrame | None, at: At) -> Iterator[Moment]:
    scope = arm.scope
    for window in windows(scope, over):
        instant = window.start if at == "start" else window.end
        yield Moment(
            literal_column(str(arm.label)),
            _instant(as_bucket(window, scope)),
            _instant(window.start),
            _instant(instant),
            _date(to_local(instant, scope.zone).date()),
            _date(local_midnight_after(window.end, scope.zone)),
        )


class WindowPair(NamedTuple):
    """The instants [low, high) of a window, and those of the earlier one that it is held against."""

    bucket: Any
    low: Any
    high: Any
    base_low: Any
    base_high: Any


def window_pairs(scope: Scope, over: TimeFrame | None, against: Against) -> Any:
    """Each window with the earlier one that it is held against, as rows of a table, or the only one."""
    rows = [
        WindowPair(
            _instant(as_bucket(window, scope)),
            *(_instant(instant) for each in (window, before) for instant in (each.start, each.end)),
        )
        for window in windows(scope, over)
        if (before := earlier(scope, over, window, against)) is not None
    ]
    if over is None:
        return Constants(rows[0])
    names = WindowPair._fields
    return values(*(column(name, DateTime) for name in names), name="pair").data(rows)


def reach_of_pairs(scope: Scope, over: TimeFrame | None, against: Against) -> tuple[datetime, datetime]:
    """The instants [low, high) in which all windows and those before them lie."""
    found = [
        each
        for window in windows(scope, over)
        for each in (window, earlier(scope, over, window, against))
        if each is not None
    ]
    return min(each.start for each in found), max(each.end for each in found)


def _instant(value: datetime) -> Any:
    return sql_cast(literal(value), DateTime)


def _date(value: date) -> Any:
    return sql_cast(literal(value), Date)
