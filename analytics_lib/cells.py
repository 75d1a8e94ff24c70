"""The counted parts of an answer by where they stand: zero-filled, and marked where not to be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analytics_lib.arithmetic import evaluate
from analytics_lib.cell import Cell, Group, Place
from analytics_lib.covering import Covering
from analytics_lib.facts import UNKNOWN
from analytics_lib.local_time import Bucket, to_local
from analytics_lib.metric import AnyMetric, Elapsed, Kept, Leaf, Metric, Share, Shrunk
from analytics_lib.question import Question
from analytics_lib.statement.elapsed import elapsed, slots_of
from analytics_lib.statement.windows import Window, earlier
from analytics_lib.suppression import NOBODY, Hidden

Alike = tuple[int, str]
"""The place of a dimension among those asked for, and the value that groups share in it."""


class Cells:
    """What the database counted, asked for metric by metric.

    `counted` holds the leaves' cells by place; `unserved` says why some leaves were not asked for;
    `withheld` are the cells of too few customers, which count in totals all the same.
    """

    def __init__(
        self,
        question: Question,
        covering: Covering,
        counted: Mapping[Place, Mapping[str, Cell]],
        unserved: Mapping[str, str],
        withheld: Hidden = NOBODY,
    ) -> None:
        self._question = question
        self._covering = covering
        self._counted = counted
        self._unserved = unserved
        self._withheld = withheld
        self._completed: dict[Place, dict[str, Cell]] = {}
        self._totals: dict[tuple[int, datetime | None, Alike | None], dict[str, Cell]] = {}
        self._gaps: dict[tuple[int, datetime, datetime], str | None] = {}
        passed = self._slots()
        slots: set[Group] = set().union(*passed)
        self._lacking = [slots - of_arm for of_arm in passed]
        found = {group for _, _, group in counted} | slots if question.by else {()}
        self.groups: tuple[Group, ...] = tuple(sorted(found)) or ((UNKNOWN,) * len(question.by),)

    def _slots(self) -> tuple[set[Group], ...]:
        """The hours and weekdays of each arm that have passed, where none may be left out.

        That is where nothing else cuts the answer, and something of it is dated by that very clock.
        """
        by, served = self._question.by, (x for x in self._question.leaves if x.name not in self._unserved)
        if self._question.over or not any(_is_by_own_clock(leaf, by) for leaf in served):
            return ()
        return tuple(
            slots_of(by, Window(None, scope.period.start, scope.until), scope.zone)
            for scope in self._question.scopes
        )

    def value(self, metric: AnyMetric, arm: int, bucket: Bucket | None, group: Group) -> Cell:
        """The cell of any metric at a place."""
        leaves = self._shown(arm, bucket, group)
        is_of_all = bool(self._question.by) and _looks_at_all(metric)
        if not is_of_all:
            return evaluate(metric, leaves, leaves)
        within = metric.within if isinstance(metric, Share) else None
        by = self._question.by
        alike = (by.index(within), group[by.index(within)]) if within in by else None
        return evaluate(metric, leaves, self._all_groups(arm, bucket, alike))

    def _shown(self, arm: int, bucket: Bucket | None, group: Group) -> Mapping[str, Cell]:
        leaves = self._leaves(arm, bucket, group)
        if not self._withheld:
            return leaves
        place = (arm, bucket.key if bucket else None, group)
        few = self._question.scopes[arm].smallest_group
        secret = Cell(None, 0, f"withheld, so as not to tell of fewer than {few} customers", is_withheld=True)
        return {name: secret if (place, name) in self._withheld else cell for name, cell in leaves.items()}

    def _leaves(self, arm: int, bucket: Bucket | None, group: Group) -> dict[str, Cell]:
        place = (arm, bucket.key if bucket else None, group)
        if place not in self._completed:
            found = self._counted.get(place, {})
            self._completed[place] = {
                leaf.name: self._complete(leaf, found.get(leaf.name), arm, bucket, group)
                for leaf in self._question.leaves
            }
        return self._completed[place]

    def _all_groups(self, arm: int, bucket: Bucket | None, alike: Alike | None) -> dict[str, Cell]:
        place = (arm, bucket.key if bucket else None, alike)
        if place not in self._totals:
            everywhere = [
                self._leaves(arm, bucket, group)
                for group in self.groups
                if alike is None or group[alike[0]] == alike[1]
            ]
            self._totals[place] = {
                leaf.name: _added([cells[leaf.name] for cells in everywhere])
                for leaf in self._question.leaves
                if leaf.is_additive
            }
        return self._totals[place]

    def _complete(self, leaf: Leaf, cell: Cell | None, arm: int, bucket: Bucket | None, group: Group) -> Cell:
        """Zero where nothing happened; missing where it cannot be known yet; marked where not covered."""
        if leaf.name in self._unserved:
            return Cell(None, 0, self._unserved[leaf.name])
        scope = self._question.scopes[arm]
        start, until = (bucket.start, bucket.end) if bucket else (scope.period.start, scope.until)
        if isinstance(leaf, Elapsed):
            slot = dict(zip(self._question.by, group, strict=True))
            return elapsed(leaf, Window(None, start, until), scope.zone, slot)
        if cell is None and self._lacking and group in self._lacking[arm]:
            return Cell(None, 0, "the period has no such hour or weekday, or not yet")
        if cell is None:
            cell = Cell(0, 0) if leaf.counts_from_zero else Cell(None, 0, leaf.nothing)
        base = self._base(leaf, arm, bucket)
        for end in (until, *([base.end] if base else [])):
            outside = self._covering.why_outside(end, scope.zone)
            if outside is not None:
                return Cell(None, 0, outside)
        mature_after = getattr(leaf, "mature_after", None)
        ripe_from = until if bucket else scope.period.end
        if mature_after and ripe_from + mature_after > scope.as_of:
            known_from = to_local(ripe_from + mature_after, scope.zone)
            return Cell(None, cell.n, f"not yet known: it takes until {known_from:%Y-%m-%d}")
        looks_back = getattr(getattr(leaf, "rows", None), "looks_back", timedelta())
        gap = self._gap(leaf, (base.start if base else start) - looks_back, until)
        if gap is None:
            return cell
        reason = gap if cell.reason is None else f"{gap}; {cell.reason}"
        return replace(cell, reason=reason, is_incomplete=True)

    def _base(self, leaf: Leaf, arm: int, bucket: Bucket | None) -> Window | None:
        """The earlier window that a leaf holds the bucket against, if it does."""
        if not isinstance(leaf, Kept):
            return None
        scope = self._question.scopes[arm]
        now = Window(None, *((bucket.start, bucket.end) if bucket else (scope.period.start, scope.until)))
        return earlier(scope, self._question.over, now, leaf.against)

    def _gap(self, leaf: Leaf, start: datetime, until: datetime) -> str | None:
        key = (id(leaf), start, until)
        if key not in self._gaps:
            gaps = (self._covering.why_incomplete(dated, start, until) for dated in leaf.timed_by)
            self._gaps[key] = next((gap for gap in gaps if gap), None)
        return self._gaps[key]


def _is_by_own_clock(leaf: Leaf, by: Sequence[str]) -> bool:
    return isinstance(leaf, Metric) and all(leaf.meaning_of(name) == str(leaf.dated) for name in by)


def _looks_at_all(metric: AnyMetric) -> bool:
    """Whether a metric, or a part of it, divides by what all groups have together."""
    return isinstance(metric, Share | Shrunk) or any(_looks_at_all(part) for part in metric.parts)


def _added(cells: Sequence[Cell]) -> Cell:
    """A leaf over all groups; groups without a value leave the whole as they leave their own part."""
    there = [cell for cell in cells if cell.value is not None]
    if not there:
        return cells[0]
    reason = next((cell.reason for cell in cells if cell.reason), None)
    value = sum(cell.value for cell in there if cell.value is not None)
    return Cell(value, sum(cell.n for cell in there), reason, any(cell.is_incomplete for cell in cells))
