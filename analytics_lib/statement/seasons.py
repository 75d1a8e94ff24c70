"""The shape of the year: months beside the centred moving average of the twelve around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import DateTime, cast, func

from analytics_lib.cell import Cell, Group, Place
from analytics_lib.engines import LocalClock, truncated
from analytics_lib.local_time import TimeFrame, floor, step, to_local
from analytics_lib.metric import SEASON, Leaf, Seasonal
from analytics_lib.statement.asking import Query, Rows
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import Window, windows

YEAR = 12
TOO_SHORT = "not yet known: it takes two full years of complete months"


@dataclass(frozen=True, eq=False)
class Seasons:
    """One SELECT an arm for the months of the same rows, and how to make indices of them."""

    leaves: tuple[Seasonal, ...]
    arms: tuple[Arm, ...]
    queries: tuple[Query, ...]
    by: tuple[str, ...]
    over: TimeFrame | None
    complete: tuple[datetime | None, datetime | None]

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each window, group and month of the year of which enough is known."""
        for arm, rows in zip(self.arms, answers, strict=True):
            series = self._series(rows)
            for window in windows(arm.scope, self.over):
                for group, counts in series.items():
                    yield from self._of_window(arm, window, group, counts)

    def _of_window(
        self, arm: Arm, window: Window, group: Group, counts: Mapping[datetime, int]
    ) -> Iterator[tuple[Place, Leaf, Cell]]:
        known = self._known(arm, window, counts)
        indices = seasonal_indices(known)
        local = to_local(window.start, arm.scope.zone)
        for month in range(1, YEAR + 1) if SEASON in self.by else (local.month,):
            rest = iter(group)
            values = tuple(f"{month:02}" if name == SEASON else next(rest) for name in self.by)
            n = sum(count for when, count in known.items() if when.month == month)
            cell = Cell(None, n, TOO_SHORT) if indices is None else Cell(indices[month], n, customers=n)
            for leaf in self.leaves:
                yield (arm.label, window.key, values), leaf, cell

    def _known(self, arm: Arm, window: Window, counts: Mapping[datetime, int]) -> dict[datetime, int]:
        """The complete months up to the window's end, also those in which nothing happened."""
        zone = arm.scope.zone
        low, high = self.complete
        end = window.end if high is None else min(high, window.end)
        last = floor(to_local(end, zone), TimeFrame.MONTH)
        first = min(counts)
        if low is not None:
            began = to_local(low, zone)
            month = floor(began, TimeFrame.MONTH)
            first = max(first, month if began == month else step(month, TimeFrame.MONTH, 1))
        months: dict[datetime, int] = {}
        while first < last:
            months[first] = counts.get(first, 0)
            first = step(first, TimeFrame.MONTH, 1)
        return months

    def _series(self, rows: Rows) -> dict[Group, dict[datetime, int]]:
        found: dict[Group, dict[datetime, int]] = defaultdict(dict)
        others = [name for name in self.by if name != SEASON]
        for row in rows:
            group = tuple(str(row[f"by_{name}"]) for name in others)
            found[group][row["month"]] = int(row["there"])
        return found


def seasonal_indices(months: Mapping[datetime, int]) -> dict[int, Fraction] | None:
    """Calendar month (1 to 12) -> its index, mean 1; None with less than two full years.

    The classical decomposition: ratios to the centred 2x12 moving average, averaged by calendar month and
    normalised. Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., 3.4.
    """
    ordered = [months[month] for month in sorted(months)]
    if len(ordered) < 2 * YEAR:
        return None
    ratios: dict[int, list[Fraction]] = defaultdict(list)
    half = YEAR // 2
    for place, month in enumerate(sorted(months)):
        if half <= place < len(ordered) - half:
            inner = sum(ordered[place - half + 1 : place + half])
            doubled = 2 * inner + ordered[place - half] + ordered[place + half]
            if doubled:
                ratios[month.month].append(Fraction(2 * YEAR * ordered[place], doubled))
    if len(ratios) < YEAR:
        return None
    means = {month: sum(each, Fraction(0)) / len(each) for month, each in ratios.items()}
    total = sum(means.values(), Fraction(0))
    return {month: YEAR * mean / total for month, mean in means.items()} if total else None


def build_seasons(
    leaves: Sequence[Seasonal],
    arms: Sequence[Arm],
    by: Sequence[str],
    over: TimeFrame | None,
    complete: tuple[datetime | None, datetime | None],
) -> Seasons:
    """The SELECTs that answer seasonal indices of the same rows, one for each arm."""
    queries = tuple(_arm(arm, leaves[0], [name for name in by if name != SEASON]) for arm in arms)
    return Seasons(tuple(leaves), tuple(arms), queries, tuple(by), over, complete)


def _arm(arm: Arm, leaf: Seasonal, by: Sequence[str]) -> Query:
    view = View(arm, leaf.rows)
    month = truncated(_local(view, leaf), TimeFrame.MONTH).label("month")
    keys = [month, *view.keys(by)]
    ended = View(arm, leaf.rows, leaf.dated).in_period(datetime(1, 1, 2), arm.scope.until)
    filters = [*ended, *view.kept()]
    if leaf.where is not None:
        filters.append(view.resolved(leaf.where))
    query = view.select(*keys, func.count().label("there"), using=filters)
    return query.where(*filters).group_by(*keys)


def _local(view: View, leaf: Seasonal) -> Any:
    if leaf.knows_hours:
        return view.resolved(LocalClock(leaf.dated))
    return cast(leaf.dated, DateTime)
