"""Who was there in the period before, or a year before, and is there again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from tests.oracles.calendar import Look, bucket_name, clock, reached
from tests.oracles.oracle import Base, Cell, Formula, Group, Oracle, Tallying

Side = Callable[[dict[object, int], dict[object, int]], int]
"""A number from what everybody brought in the earlier window, and in this one."""


def earlier_window(cell: Cell, against: str) -> tuple[datetime, datetime]:
    """As much of the bucket before, or of that a year before, as the cell holds of its own."""
    look = cell.look
    start, end = cell.window()
    frame = cell.oracle.over or look.frame
    mine = Look.at(bucket_name(start, frame, look.zone), frame, look.as_of, look.zone)
    other = mine.compared(against)

    def moved(instant: datetime) -> datetime:
        if instant >= mine.end:
            return other.end
        if frame == "hour":
            return min(other.end, other.start + (instant - mine.start))
        passed = clock(instant, look.zone) - clock(mine.start, look.zone)
        return min(other.end, reached(clock(other.start, look.zone) + passed, look.zone))

    low = other.start if start <= mine.start else moved(start)
    return low, max(low, moved(end))


def there(cell: Cell, tally: Tallying, window: tuple[datetime, datetime]) -> dict[object, int]:
    """Who has rows in a window, with what they bring; rows without an amount do not count."""
    found: dict[object, int] = defaultdict(int)
    for seen in cell.ever(tally):
        if seen.who is not None and seen.amount is not None and window[0] <= seen.when < window[1]:
            found[seen.who] += seen.amount
    return dict(found)


def held(tally: Tallying, against: str, side: Side) -> Formula:
    """A side of the comparison of the cell with its earlier window, within the cell's group."""
    return lambda cell: side(
        there(cell, tally, earlier_window(cell, against)), there(cell, tally, cell.window())
    )


def base_people(before: dict[object, int], _now: dict[object, int]) -> int:
    return len(before)


def kept_people(before: dict[object, int], now: dict[object, int]) -> int:
    return len(before.keys() & now.keys())


def lost_people(before: dict[object, int], now: dict[object, int]) -> int:
    return len(before.keys() - now.keys())


def base_sum(before: dict[object, int], _now: dict[object, int]) -> int:
    return sum(before.values())


def kept_sum(before: dict[object, int], now: dict[object, int]) -> int:
    return sum(now[who] for who in before if who in now)


def base_sum_of_kept(before: dict[object, int], now: dict[object, int]) -> int:
    return sum(amount for who, amount in before.items() if who in now)


def capped_base_sum(before: dict[object, int], _now: dict[object, int]) -> int:
    return sum(amount for amount in before.values() if amount > 0)


def capped_kept_sum(before: dict[object, int], now: dict[object, int]) -> int:
    """Nobody keeps less than nothing, nor more than there was."""
    return sum(sorted((0, now.get(who, 0), amount))[1] for who, amount in before.items() if amount > 0)


def groups_of(tally: Tallying) -> Callable[[Oracle], Iterable[Group]]:
    return lambda oracle: oracle.ever(tally)


def resting_on(tally: Tallying, against: str, side: Side = base_people) -> Base:
    """How many were there before."""
    count = held(tally, against, side)
    return Base(lambda cell: int(count(cell) or 0), groups_of(tally))
