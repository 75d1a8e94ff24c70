"""Periods as they are asked for: `last`, `current`, `all`, a name, or a range such as 2025-01..2025-12."""

from __future__ import annotations

from collections.abc import Iterator

from analytics_lib.errors import InputError
from analytics_lib.local_time import TimeFrame, parse_name
from analytics_lib.period import Period

RELATIVE_PERIODS = ("last", "current")
"""Periods that are another one in each time frame; a name such as 2026-10 fixes its own."""

ALL = "all"
RANGE = ".."

MOST_PERIODS = 10_000
"""A longer range is a slip of the pen: hours of a year are 8,784."""


def frame_of(period: str) -> TimeFrame | None:
    """The time frame that a period's name or range fixes; None for those that fix none.

    Raises `InputError` for what is no period, and for a range whose ends do not belong together.
    """
    if period in (*RELATIVE_PERIODS, ALL):
        return None
    if RANGE not in period:
        return parse_name(period)[0]
    first, last = _ends(period)
    (frame, start, _), (other, end, _) = parse_name(first), parse_name(last)
    if frame is not other:
        raise InputError(
            f"The range '{period}' goes from a {frame.value} to a {other.value}: name two of one length."
        )
    if end < start:
        raise InputError(f"The range '{period}' ends before it begins: write {last}{RANGE}{first}.")
    return frame


def periods_in(period: str, zone: str) -> Iterator[str]:
    """The periods of a range, one after the other with both ends; any other period stands for itself.

    Raises `InputError`.
    """
    frame_of(period)
    if RANGE not in period:
        yield period
        return
    first, last = (Period.named(name, zone) for name in _ends(period))
    for _ in range(MOST_PERIODS):
        yield first.name
        if first.start >= last.start:
            return
        first = first.shifted(1)
    raise InputError(f"The range '{period}' has more than {MOST_PERIODS:,} periods: name a shorter one.")


def _ends(period: str) -> tuple[str, str]:
    first, _, last = period.partition(RANGE)
    if not first or not last:
        raise InputError(f"The range '{period}' lacks an end: write both, such as 2025-01{RANGE}2025-12.")
    return first, last
