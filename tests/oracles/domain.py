"""The metrics that one oracle knows, asked about together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.warehouse import Warehouse
from tests.oracles.agreement import assert_agrees
from tests.oracles.calendar import Look
from tests.oracles.oracle import Base, Cut, Formula, Oracle, Tallying
from tests.small_sample import scope_of


@dataclass(frozen=True)
class Domain:
    """Metric -> (formula, tally of the rows it rests on or None), and table -> dimension -> its value."""

    metrics: Mapping[str, tuple[Formula, Tallying | Base | None]]
    cuts: Mapping[str, Mapping[str, Cut]]

    def beside(self, other: Domain) -> Domain:
        """Both as one, to be asked about together."""
        return Domain({**self.metrics, **other.metrics}, {**self.cuts, **other.cuts})

    @property
    def dimensions(self) -> tuple[str, ...]:
        """All dimensions by which any of its metrics can be cut."""
        return tuple(dict.fromkeys(name for metric in find(self.metrics) for name in metric.dimensions))

    def cut_by(self, by: Sequence[str]) -> tuple[str, ...]:
        """Its metrics that can be cut by all of these dimensions."""
        return tuple(metric.name for metric in find(self.metrics) if set(by) <= set(metric.dimensions))

    def oracle(
        self,
        tables: Mapping[str, pd.DataFrame],
        look: Look,
        by: Sequence[str] = (),
        over: str | None = None,
        names: Sequence[str] | None = None,
    ) -> Oracle:
        """The oracle of its metrics, or of some."""
        chosen = {name: self.metrics[name] for name in (self.metrics if names is None else names)}
        return Oracle(tables, look, by, over, metrics=chosen, cuts=self.cuts)

    def hold(
        self,
        warehouse: Warehouse,
        tables: Mapping[str, pd.DataFrame],
        look: Look,
        by: Sequence[str] = (),
        over: str | None = None,
        compare: Any = None,
    ) -> None:
        """Ask the warehouse for all metrics that can be cut so, and hold the answer against the oracle's.

        In a partner's scope, those that are not for partners must be withheld instead.
        """
        names = self.cut_by(by)
        if not names:
            return
        frame = measure(find(names), scope_of(look), by, over, compare, warehouse=warehouse)
        if look.partners:
            secret = {metric.name for metric in find(names) if not metric.for_partners}
            hidden = frame[frame["metric"].isin(secret)]
            assert (hidden["quality"] == "withheld").all()
            assert hidden["value"].isna().all()
            names = tuple(name for name in names if name not in secret)
            frame = frame[~frame["metric"].isin(secret)]
            if not names:
                return
        before = self.oracle(tables, look.compared(compare), by, over, names) if compare else None
        assert_agrees(frame, self.oracle(tables, look, by, over, names), before, compare or "previous")
