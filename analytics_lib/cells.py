"""The counted parts of an answer by where they stand: zero-filled, and marked where not to be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from analytics_lib.arithmetic import Cell, evaluate
from analytics_lib.covering import Covering
from analytics_lib.facts import UNKNOWN
from analytics_lib.local_time import Bucket, to_local
from analytics_lib.metric import AnyMetric, Metric
from analytics_lib.question import Group, Question

Place = tuple[int, datetime | None, Group]
"""Arm, bucket key and dimension values."""


class Cells:
    """What the database counted, asked for metric by metric.

    `counted` holds the leaves' cells by place; `unserved` says why some leaves were not asked for.
    """

    def __init__(
        self,
        question: Question,
        covering: Covering,
        counted: Mapping[Place, Mapping[str, Cell]],
        unserved: Mapping[str, str],
    ) -> None:
        self._question = question
        self._covering = covering
        self._counted = counted
        self._unserved = unserved
        self._completed: dict[Place, dict[str, Cell]] = {}
        self._totals: dict[tuple[int, datetime | None], dict[str, Cell]] = {}
        self._gaps: dict[tuple[int, datetime, datetime], str | None] = {}
        found = sorted({group for _, _, group in counted}) if question.by else [()]
        self.groups: tuple[Group, ...] = tuple(found) or ((UNKNOWN,) * len(question.by),)

    def value(self, metric: AnyMetric, arm: int, bucket: Bucket | None, group: Group) -> Cell:
        """The cell of any metric at a place."""
        leaves = self._leaves(arm, bucket, group)
        is_share = metric.kind == "share" and self._question.by
        return evaluate(metric, leaves, self._all_groups(arm, bucket) if is_share else leaves)

    def _leaves(self, arm: int, bucket: Bucket | None, group: Group) -> dict[str, Cell]:
        place = (arm, bucket.key if bucket else None, group)
        if place not in self._completed:
            found = self._counted.get(place, {})
            self._completed[place] = {
                leaf.name: self._complete(leaf, found.get(leaf.name), arm, bucket)
                for leaf in self._question.leaves
            }
        return self._completed[place]

    def _all_groups(self, arm: int, bucket: Bucket | None) -> dict[str, Cell]:
        place = (arm, bucket.key if bucket else None)
        if place not in self._totals:
            everywhere = [self._leaves(arm, bucket, group) for group in self.groups]
            self._totals[place] = {
                leaf.name: _added([cells[leaf.name] for cells in everywhere])
                for leaf in self._question.leaves
                if leaf.is_additive
            }
        return self._totals[place]

    def _complete(self, leaf: Metric, cell: Cell | None, arm: int, bucket: Bucket | None) -> Cell:
        """Zero where nothing happened; missing where it cannot be known yet; marked where not covered."""
        if leaf.name in self._unserved:
            return Cell(None, 0, self._unserved[leaf.name])
        scope = self._question.scopes[arm]
        start, until = (bucket.start, bucket.end) if bucket else (scope.period.start, scope.until)
        if cell is None:
            is_counted = leaf.is_additive or leaf.how == "distinct"
            cell = Cell(0, 0) if is_counted else Cell(None, 0, "no rows to rank")
        outside = self._covering.why_outside(until, scope.zone)
        if outside is not None:
            return Cell(None, 0, outside)
        ripe_from = until if bucket else scope.period.end
        if leaf.mature_after and ripe_from + leaf.mature_after > scope.as_of:
            known_from = to_local(ripe_from + leaf.mature_after, scope.zone)
            return Cell(None, cell.n, f"not yet known: it takes until {known_from:%Y-%m-%d}")
        gap = self._gap(leaf, start, until)
        if gap is None:
            return cell
        reason = gap if cell.reason is None else f"{gap}; {cell.reason}"
        return Cell(cell.value, cell.n, reason, is_incomplete=True)

    def _gap(self, leaf: Metric, start: datetime, until: datetime) -> str | None:
        key = (id(leaf.dated), start, until)
        if key not in self._gaps:
            self._gaps[key] = self._covering.why_incomplete(leaf.dated, start, until)
        return self._gaps[key]


def _added(cells: Sequence[Cell]) -> Cell:
    """A leaf over all groups; groups without a value leave the whole as they leave their own part."""
    there = [cell for cell in cells if cell.value is not None]
    if not there:
        return cells[0]
    reason = next((cell.reason for cell in cells if cell.reason), None)
    value = sum(cell.value for cell in there if cell.value is not None)
    return Cell(value, sum(cell.n for cell in there), reason, any(cell.is_incomplete for cell in cells))
