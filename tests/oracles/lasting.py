"""How long what started lasts, by Kaplan and Meier, with whoever has not ended yet as censored."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

from tests.oracles.oracle import Base, Cell, Formula, Number, Row, Tallying

DAY = timedelta(days=1)
Ending = Callable[[Row], datetime | None]


def durations(cell: Cell, started: Tallying, ended: Ending) -> list[tuple[int, bool]]:
    """(whole days, has ended) at the end of the cell's window, for all that had started by then."""
    end = cell.window()[1]
    found = []
    for seen in cell.ever(started):
        over = ended(seen.row)
        if not isinstance(seen.when, datetime) or seen.when >= end or (over and over < seen.when):
            continue
        has_ended = over is not None and over < end
        found.append((((over if has_ended else end) - seen.when) // DAY, has_ended))
    return found


def surviving(found: list[tuple[int, bool]], days: int) -> Fraction:
    """The share that lasts longer than so many days, as far as it was watched."""
    return next((share for until, share in reversed(steps(found)) if until <= days), Fraction(1))


def steps(found: list[tuple[int, bool]]) -> list[tuple[int, Fraction]]:
    """(day, share that lasts longer) for each day on which anything ended."""
    watched = sorted(length for length, _ in found)
    gone = Counter(length for length, has_ended in found if has_ended)
    share = Fraction(1)
    shares = []
    for day in sorted(gone):
        share *= 1 - Fraction(gone[day], len(watched) - bisect_left(watched, day))
        shares.append((day, share))
    return shares


def share_beyond(days: int, started: Tallying, ended: Ending) -> Formula:
    def formula(cell: Cell) -> Number | None:
        found = durations(cell, started, ended)
        if not found:
            return None
        share = surviving(found, days)
        is_known = max(length for length, _ in found) >= days or share == 0
        return share if is_known else None

    return formula


def half_after(started: Tallying, ended: Ending) -> Formula:
    """The first day by which half have ended; None while more than half last."""

    def formula(cell: Cell) -> Number | None:
        found = durations(cell, started, ended)
        return next((day for day, share in steps(found) if share <= Fraction(1, 2)), None)

    return formula


def watched(started: Tallying, ended: Ending) -> Base:
    """All that had started."""
    return Base(lambda cell: len(durations(cell, started, ended)), lambda oracle: oracle.ever(started))
