"""Cohorts: who came for the first time in which month, and is there again in which later one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, literal_column, select

from analytics_lib.cell import Cell, Group, Place
from analytics_lib.engines import LocalClock, counted, truncated
from analytics_lib.local_time import TimeFrame, floor, step, to_instant, to_local
from analytics_lib.metric import AGE, Cohort, Leaf
from analytics_lib.scope import Scope
from analytics_lib.statement.asking import Query, Rows
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import Window, windows

FIRST_AGE = 1
"""The age that is meant where none is asked for."""


@dataclass
class _Months:
    """One cohort of one group: how many of it are there by months since the first, or last seen then."""

    active: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    last: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def size(self) -> int:
        return self.active[0]

    def there(self, age: int, *, unbounded: bool) -> int:
        """How many are there at that age exactly, or then or later."""
        if unbounded:
            return sum(count for seen, count in self.last.items() if seen >= age)
        return self.active[age]


@dataclass(frozen=True, eq=False)
class Cohorts:
    """One SELECT an arm for cohorts of the same rows, and how to add them up."""

    leaves: tuple[Cohort, ...]
    arms: tuple[Arm, ...]
    queries: tuple[Query, ...]
    by: tuple[str, ...]
    over: TimeFrame | None

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each window, group, age and leaf of which any cohort is old enough."""
        for arm, rows in zip(self.arms, answers, strict=True):
            cohorts = self._cohorts(rows)
            for window in windows(arm.scope, self.over):
                for group in sorted({group for group, _ in cohorts}):
                    inside = {
                        month: found
                        for (own, month), found in cohorts.items()
                        if own == group and _is_inside(month, window, arm.scope)
                    }
                    yield from self._of_window(arm, window, group, inside)

    def _of_window(
        self, arm: Arm, window: Window, group: Group, inside: dict[datetime, _Months]
    ) -> Iterator[tuple[Place, Leaf, Cell]]:
        for age in self._ages(arm.scope, inside):
            old = [found for month, found in inside.items() if _is_over(month, age, arm.scope)]
            if not old:
                continue
            size = sum(found.size for found in old)
            place = (arm.label, window.key, self._with_age(group, age))
            for leaf in self.leaves:
                there = sum(found.there(age, unbounded=leaf.unbounded) for found in old)
                yield place, leaf, Cell(size if leaf.side == "size" else there, size, customers=size)

    def _ages(self, scope: Scope, inside: dict[datetime, _Months]) -> range:
        if AGE not in self.by:
            return range(FIRST_AGE, FIRST_AGE + 1)
        if not inside:
            return range(0)
        oldest, now = min(inside), to_local(scope.as_of, scope.zone)
        return range((now.year - oldest.year) * 12 + now.month - oldest.month + 1)

    def _with_age(self, group: Group, age: int) -> Group:
        rest = iter(group)
        return tuple(f"{age:02}" if name == AGE else next(rest) for name in self.by)

    def _cohorts(self, rows: Rows) -> dict[tuple[Group, datetime], _Months]:
        found: dict[tuple[Group, datetime], _Months] = defaultdict(_Months)
        others = [name for name in self.by if name != AGE]
        for row in rows:
            first, month = row["first_month"], row["month"]
            age = (month.year - first.year) * 12 + month.month - first.month
            cohort = found[tuple(str(row[f"by_{name}"]) for name in others), first]
            cohort.active[age] += int(row["there"])
            cohort.last[age] += int(row["last"])
        return found


def build_cohorts(
    leaves: Sequence[Cohort], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Cohorts:
    """The SELECTs that answer cohorts of the same rows, one for each arm."""
    queries = tuple(_arm(arm, leaves[0], [name for name in by if name != AGE]) for arm in arms)
    return Cohorts(tuple(leaves), tuple(arms), queries, tuple(by), over)


def _arm(arm: Arm, leaf: Cohort, by: Sequence[str]) -> Query:
    view = View(arm, leaf.rows)
    scope = arm.scope
    # The first row of all decides, so everything up to the end is read, whatever its clock was then.
    clock = view.resolved(LocalClock(leaf.dated))
    month = truncated(clock, TimeFrame.MONTH)
    keys = [leaf.who.label("who"), month.label("month"), *view.keys(by)]
    filters = [leaf.dated < scope.as_of, *view.kept(), leaf.who.is_not(None), leaf.dated.is_not(None)]
    if leaf.where is not None:
        filters.append(view.resolved(leaf.where))
    # Whoever came first in the period was there in it. A day more does for months that begin twice.
    began = floor(scope.period.local_start, TimeFrame.MONTH) - timedelta(days=1)
    inside = [leaf.dated >= to_instant(began, scope.zone), leaf.dated < scope.until]
    there = view.joined(select(leaf.who), leaf.who, *filters).where(*inside, *filters)
    filters.append(leaf.who.in_(there))
    months = view.select(*keys, using=filters).where(*filters).group_by(*keys).cte(f"months_{arm.label}")
    groups = [months.c[f"by_{name}"] for name in by]
    each = [months.c.who, *groups]
    placed = select(
        *groups,
        months.c.month,
        func.min(months.c.month).over(partition_by=each).label("first_month"),
        func.max(months.c.month).over(partition_by=each).label("last_month"),
    ).cte(f"placed_{arm.label}")
    shown = [placed.c.first_month, placed.c.month, *(placed.c[group.name] for group in groups)]
    return (
        select(
            literal_column(str(arm.label)).label("arm"),
            *shown,
            func.count().label("there"),
            counted(None, placed.c.month == placed.c.last_month).label("last"),
        )
        .where(placed.c.first_month >= floor(scope.period.local_start, TimeFrame.MONTH))
        .where(placed.c.first_month < to_local(scope.until, scope.zone))
        .group_by(*shown)
    )


def _is_inside(month: datetime, window: Window, scope: Scope) -> bool:
    """Whether the whole month belongs to the window; of the last one only knowledge may be missing."""
    low, high = to_local(window.start, scope.zone), to_local(window.end, scope.zone)
    ends = step(month, TimeFrame.MONTH, 1)
    return floor(low, TimeFrame.DAY) <= month < high and ends <= floor(scope.period.local_end, TimeFrame.DAY)


def _is_over(month: datetime, age: int, scope: Scope) -> bool:
    return to_instant(step(month, TimeFrame.MONTH, age + 1), scope.zone) <= scope.as_of
