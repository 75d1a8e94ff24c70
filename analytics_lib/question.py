"""What was asked, checked and complete before any query is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics_lib.cell import Group
from analytics_lib.covering import Covering
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import AnyMetric, Cohort, Elapsed, Kept, Leaf
from analytics_lib.period import Comparison
from analytics_lib.scope import Scope
from analytics_lib.statement import Arm, Statement, statements

RESERVED = (
    "metric", "value", "unit", "n", "bucket", "previous", "change", "change_ratio", "quality", "reason",
)  # fmt: skip
"""The columns of an answer beside its dimensions; a dimension may not bear one of these names."""


@dataclass(frozen=True)
class Question:
    """Metrics with the leaves of those that may be shown, scopes, dimensions and buckets.

    The first scope is the one asked for, the second the one that it is compared with.
    """

    metrics: tuple[AnyMetric, ...]
    leaves: tuple[Leaf, ...]
    scopes: tuple[Scope, ...]
    by: Group
    over: TimeFrame | None
    compare: Comparison | None

    @classmethod
    def checked(
        cls,
        metrics: Sequence[AnyMetric],
        scope: Scope,
        by: Sequence[str],
        over: TimeFrame | str | None,
        compare: Comparison | None,
    ) -> Question:
        if not isinstance(scope, Scope):
            raise InputError(f"{scope!r} is not a scope: make one with connect().scope(period='2026-10').")
        if not metrics:
            raise InputError("No metric was named: name at least one, such as total_bookings.")
        dimensions = tuple(dict.fromkeys((by,) if isinstance(by, str) else by))
        for metric in metrics:
            for name in dimensions:
                if name not in metric.dimensions:
                    raise UnknownName(f"dimension of {metric.name}", name, metric.dimensions)
                if name in RESERVED:
                    raise InputError(
                        f"The dimension '{name}' bears the name of a column of answers: rename it."
                    )
        if compare not in (None, "previous", "year"):
            raise UnknownName("comparison", str(compare), ("previous", "year"))
        scopes = [scope]
        if compare is not None and scope.period.time_frame is not None:
            scopes.append(scope.compared(compare))
        shown = (metric for metric in metrics if not _is_withheld(metric, scope))
        leaves = dict.fromkeys(leaf for metric in shown for leaf in metric.leaves())
        frame = None if over is None else TimeFrame(over)
        return cls(tuple(dict.fromkeys(metrics)), tuple(leaves), tuple(scopes), dimensions, frame, compare)

    @property
    def columns(self) -> list[str]:
        over = ["bucket", "bucket_start"] if self.over else []
        compared = ["previous", "change", "change_ratio", "previous_quality"] if self.compare else []
        return ["metric", "value", "unit", "n", *self.by, *over, *compared, "quality", "reason"]

    def is_withheld(self, metric: AnyMetric) -> bool:
        """Whether the metric would show a partner what is the platform's own."""
        return _is_withheld(metric, self.scopes[0])

    def statements(
        self, arms: Sequence[Arm], served: Sequence[Leaf], covering: Covering
    ) -> Iterator[Statement]:
        return statements(served, arms, self.by, self.over, covering.complete)

    def why_unserved(self, leaf: Leaf, covering: Covering) -> str | None:
        """Why the database has no answer for a leaf, if it has none."""
        needed = leaf.requires | leaf.columns_for(self.by)
        frame = self.scopes[0].period.time_frame
        return (
            covering.why_absent(needed)
            or covering.why_no_hours(leaf, frame, self.over)
            or self._why_undivided(leaf)
            or self._why_unmatched(leaf)
        )

    def _why_undivided(self, leaf: Leaf) -> str | None:
        """Why a scope of some business models or partners cannot be answered, if it cannot."""
        scope, rows = self.scopes[0], getattr(leaf, "rows", None)
        if rows is None or rows.serves_all:
            return None
        if scope.business_models and rows.business_model is None:
            return f"missing, because {rows.name} is not divided by business model"
        if scope.partners and rows.partner_id is None:
            return f"missing, because {rows.name} is not divided by partner"
        return None

    def _why_unmatched(self, leaf: Leaf) -> str | None:
        """Why the periods asked for have no others to be held against, if they have none."""
        frame = self.over or self.scopes[0].period.time_frame
        if isinstance(leaf, Kept) and frame is None:
            return "missing, because all data has no period before it: name one, such as a month"
        if isinstance(leaf, Elapsed) and leaf.elapsed == "day" and frame is TimeFrame.HOUR:
            return "missing, because it takes a whole day: ask for a day or longer"
        shorter = (TimeFrame.HOUR, TimeFrame.DAY, TimeFrame.WEEK)
        if isinstance(leaf, Cohort) and frame in shorter:
            return "missing, because cohorts are made by month: ask for a month or longer"
        return None


def _is_withheld(metric: AnyMetric, scope: Scope) -> bool:
    return bool(scope.partners) and not metric.for_partners
