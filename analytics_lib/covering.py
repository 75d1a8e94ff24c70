"""What the data covers: whether a metric can be answered at all, and for which periods in full.

`coverage` lists the columns that a source provides and from when to when they are complete. A column
that is not listed is absent, which is something else than empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement

from analytics_lib.local_time import TimeFrame, to_local
from analytics_lib.metric import AnyMetric, Leaf, columns_of
from analytics_lib.scope import as_text
from analytics_lib.warehouse import Contents


@dataclass(frozen=True)
class Covering:
    """The coverage of one version of the data; `spans` is None where nothing is said about it."""

    source: str
    knows_only_days: bool
    data_from: datetime | None
    spans: Mapping[tuple[str, str], tuple[datetime | None, datetime | None]] | None

    @classmethod
    def of(cls, about: Mapping[str, str], coverage: pd.DataFrame) -> Covering:
        """From the tables `about` and `coverage`."""
        spans = {
            (str(row.table_name), str(row.column_name)): (
                _instant(row.complete_from),
                _instant(row.complete_through),
            )
            for row in coverage.itertuples()
        }
        began = about.get("data_from")
        data_from = None if began is None else datetime.fromisoformat(began.removesuffix("Z"))
        knows_only_days = about.get("resolution") == "day"
        return cls(about.get("source", "this database"), knows_only_days, data_from, spans or None)

    def absent(self, columns: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Those of the (table, column) pairs that the source does not provide, as `table.column`."""
        if self.spans is None:
            return ()
        return tuple(f"{table}.{name}" for table, name in sorted(columns) if (table, name) not in self.spans)

    def why_absent(self, columns: Iterable[tuple[str, str]]) -> str | None:
        """A clause that says which tables and columns are not there, or None if all are."""
        there = {table for table, _ in self.spans or ()}
        missing = (name.partition(".") for name in self.absent(columns))
        names = dict.fromkeys(f"{table}.{name}" if table in there else table for table, _, name in missing)
        return f"missing, because {self.source} has no {' and no '.join(names)}" if names else None

    def first_covered(self, metric: AnyMetric, dimensions: Sequence[str]) -> str:
        """The first of the dimensions whose columns are there for a metric, else the last named."""
        for name in dimensions:
            if all(not self.absent(leaf.columns_for([name])) for leaf in metric.leaves()):
                return name
        return dimensions[-1]

    def why_no_hours(self, metric: Leaf, frame: TimeFrame | None, over: TimeFrame | None) -> str | None:
        """Why a metric has no answer by the hour, if hours are asked for."""
        if TimeFrame.HOUR not in (frame, over):
            return None
        if self.knows_only_days:
            return f"missing, because {self.source} knows only days, not hours"
        if not metric.knows_hours:
            return f"missing, because {metric.name} is dated by local days, not hours"
        return None

    def why_outside(self, until: datetime, zone: str) -> str | None:
        """Why nothing is known of a window that ends at `until`, if it lies before all data."""
        if self.data_from is None or until > self.data_from:
            return None
        return f"missing, because the data begins on {to_local(self.data_from, zone):%Y-%m-%d}"

    def complete(self, leaf: Leaf) -> tuple[datetime | None, datetime | None]:
        """From when to when the data is complete for what puts a leaf's rows into periods."""
        spans = [
            (self.spans or {}).get(pair, (None, None))
            for column in leaf.timed_by
            for pair in columns_of(column)
        ]
        lows = [low for low, _ in spans if low is not None]
        highs = [high for _, high in spans if high is not None]
        if self.data_from is not None:
            lows.append(self.data_from)
        return max(lows, default=None), min(highs, default=None)

    def why_incomplete(self, dated: ColumnElement[Any], start: datetime, until: datetime) -> str | None:
        """Why a window is not fully in the data, for what is dated by a column; None if it is."""
        if self.spans is None:
            return None
        for table, name in sorted(columns_of(dated)):
            low, high = self.spans.get((table, name), (None, None))
            if (low is not None and start < low) or (high is not None and until > high):
                return f"incomplete: {table}.{name} is complete only {_between(low, high)}"
        return None


@lru_cache(maxsize=8)
def covering_of(contents: Contents) -> Covering:
    """The coverage of a database as it is at one moment."""
    return Covering.of(contents.about, contents.coverage)


def _between(low: datetime | None, high: datetime | None) -> str:
    start = "" if low is None else f"from {_day_or_instant(low)}"
    end = "" if high is None else f"to {_day_or_instant(high)}"
    return " ".join(part for part in (start, end) if part)


def _day_or_instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}" if instant.time() == datetime.min.time() else as_text(instant)


def _instant(value: Any) -> datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()
