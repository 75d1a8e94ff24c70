"""Lengths of time: the union of intervals, less others, within others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement

from analytics_lib.errors import UnknownName
from analytics_lib.facts import Fact
from analytics_lib.metric.columns import Columns, columns_of, columns_of_all, text_of
from analytics_lib.metric.definition import Leaf


@dataclass(frozen=True, kw_only=True, eq=False)
class Intervals:
    """Spans of time of entities: rows of a fact from `started` to `ended`, or still open without an end."""

    rows: Fact
    who: str
    started: ColumnElement[Any]
    ended: ColumnElement[Any]
    where: ColumnElement[bool] | None = None

    @property
    def requires(self) -> Columns:
        who = self.rows.dimensions[self.who].expression
        return columns_of_all((who, self.started, self.ended, self.where))

    @property
    def text(self) -> str:
        kept = "" if self.where is None else f" where {text_of(self.where)}"
        return f"{self.rows.name}{kept}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlap(Leaf):
    """Seconds of the period in which an entity lies in any interval, overlaps counted once.

    Only what lies `within` counts, and nothing of what is taken away by `without`; an open interval
    ends where knowledge does. Several entities `add` up, or count `once` while any of them is in one.
    """

    over: Intervals
    within: Intervals | None = None
    without: tuple[Intervals, ...] = ()
    across: Literal["add", "once"] = "add"

    @property
    def sources(self) -> tuple[Intervals, ...]:
        return (self.over, *([self.within] if self.within else []), *self.without)

    @property
    def own_dimensions(self) -> tuple[str, ...]:
        return (self.over.who,)

    @property
    def is_additive(self) -> bool:
        return self.across == "add"

    def columns_for(self, by: Iterable[str]) -> Columns:
        for name in by:
            if name != self.over.who:
                raise UnknownName(f"dimension of {self.name}", name, self.own_dimensions)
        return columns_of(self.over.rows.dimensions[self.over.who].expression)

    @property
    def requires(self) -> Columns:
        return frozenset(pair for source in self.sources for pair in source.requires)

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return self.over.started, self.over.ended

    @property
    def formula(self) -> str:
        within = "" if self.within is None else f", within {self.within.text}"
        without = "".join(f", less {each.text}" for each in self.without)
        how = "added up by" if self.across == "add" else "of any"
        return f"seconds of the union of {self.over.text}{within}{without}, {how} {self.over.who}"
