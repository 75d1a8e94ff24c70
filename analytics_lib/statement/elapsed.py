"""How much of a window has passed, by the local calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import ceil

from analytics_lib.cell import Cell, Group
from analytics_lib.local_time import TimeFrame, buckets
from analytics_lib.metric import Elapsed
from analytics_lib.metric.calendar import ElapsedUnit
from analytics_lib.statement.windows import Window

WEEKDAY, HOUR_OF_DAY = "weekday", "hour_of_day"

ALL_SLOTS_BY = timedelta(days=15)
"""However a window of this length lies, it has every hour of every weekday, also one that the clock skips."""


def elapsed(leaf: Elapsed, window: Window, zone: str, slot: Mapping[str, str]) -> Cell:
    """The seconds, hours or days of a window that lie in a slot: in its weekday, in its hour, or anywhere.

    An hour that the window only touches counts as the part of it that lies in it. A day that has begun
    counts whole: whoever was there on it was there on a day.
    """
    if leaf.elapsed == "second" and not slot.keys() & {WEEKDAY, HOUR_OF_DAY}:
        return _cell(Fraction((window.end - window.start) // timedelta(microseconds=1), 1_000_000))
    # By the hour only where the slot asks for it: a year has 8,760 of them.
    by_hour = leaf.elapsed != "day" and HOUR_OF_DAY in slot
    weekday = int(slot[WEEKDAY]) if slot.get(WEEKDAY, "").isdigit() else None
    hour = int(slot[HOUR_OF_DAY]) if by_hour and slot[HOUR_OF_DAY].isdigit() else None
    if (WEEKDAY in slot and weekday is None) or (by_hour and hour is None):
        return _cell(Fraction(0))
    found = _slots(window.start, window.end, zone, leaf.elapsed, by_hour=by_hour)
    return _cell(
        sum(
            (
                amount
                for (day, time), amount in found.items()
                if weekday in (None, day) and hour in (None, time)
            ),
            Fraction(0),
        )
    )


def slots_of(by: Sequence[str], window: Window, zone: str) -> set[Group]:
    """The slots of a window, by weekday, by hour of day or by both; none where anything else is asked by."""
    if not by or not set(by) <= {WEEKDAY, HOUR_OF_DAY}:
        return set()
    places: Iterable[tuple[int, int | None]] = product(range(1, 8), range(24))
    if window.end - window.start < ALL_SLOTS_BY:
        places = _slots(window.start, window.end, zone, "second", by_hour=HOUR_OF_DAY in by)
    texts = {WEEKDAY: lambda place: str(place[0]), HOUR_OF_DAY: lambda place: f"{place[1]:02}"}
    return {tuple(texts[name](place) for name in by) for place in places}


@lru_cache(maxsize=128)
def _slots(
    start: datetime, end: datetime, zone: str, unit: ElapsedUnit, *, by_hour: bool
) -> Mapping[tuple[int, int | None], Fraction]:
    """(ISO weekday, hour or None) -> how much of a window lies there, in the unit."""
    found: dict[tuple[int, int | None], Fraction] = defaultdict(Fraction)
    for bucket in buckets(start, end, TimeFrame.HOUR if by_hour else TimeFrame.DAY, zone):
        place = bucket.local_start.isoweekday(), bucket.local_start.hour if by_hour else None
        seconds = Fraction((bucket.end - bucket.start) // timedelta(microseconds=1), 1_000_000)
        found[place] += 1 if unit == "day" else seconds / {"second": 1, "hour": 3600}[unit]
    return found


def _cell(amount: Fraction) -> Cell:
    value = int(amount) if amount.denominator == 1 else amount
    return Cell(value, ceil(amount))
