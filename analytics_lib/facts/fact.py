"""The rows a metric counts: a table at its grain, its many-to-one joins and its dimensions.

A join is made only when an expression that needs it is asked for, and only towards a key, so that no
row is ever counted twice. A NULL dimension value appears as `unknown`, so parts add up to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Select,
    bindparam,
    column,
    table,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause

UNKNOWN = "unknown"

Join = tuple[FromClause, ColumnElement[bool]]
"""A table, and the condition that finds its one row for a row of the fact."""


SINCE: BindParameter[datetime] = bindparam("since", type_=DateTime)
UNTIL: BindParameter[datetime] = bindparam("until", type_=DateTime)


@dataclass(frozen=True, eq=False)
class Dimension:
    """One way to cut a fact: a text expression over its own columns or those of its joins.

    `meaning` tells apart dimensions of one name that must not meet in one ratio, such as the hour of an
    attempt and the hour of a refund.
    """

    name: str
    title: str
    expression: ColumnElement[Any]
    meaning: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Fact:
    """A table at its grain.

    `known_at` is the instant at which a row becomes known. `spread` names the local dates
    `[first, last)` over which a row lies, for facts that are counted by the day they last. `joins` lead
    to what belongs to a row, in an order in which each rests on earlier ones only. `keeps` excludes rows
    that never count, such as robots. A derived table may narrow itself down by the bind parameters SINCE
    and UNTIL, between which the period lies. `customer` tells whom a row is about. `reads` adds the
    (table, column) pairs that a derived table rests on beside those that its columns show.
    """

    name: str
    table: FromClause
    known_at: ColumnElement[Any]
    dimensions: Mapping[str, Dimension] = field(repr=False)
    spread: tuple[Column[Any], Column[Any]] | None = None
    joins: tuple[Join, ...] = ()
    keeps: ColumnElement[bool] | None = None
    customer: ColumnElement[Any] | None = None
    reads: frozenset[tuple[str, str]] = frozenset()
    is_narrowed: bool = False
    """Whether its table reads SINCE and UNTIL."""
    knows_until: bool = False
    """Whether its table also leaves out what is not known at UNTIL, so that no two periods can share it."""
    looks_back: timedelta = timedelta()
    """How long before a period its table reads, so that data must go back as far for it to be complete."""
    serves_all: bool = False
    """Whether its rows serve all business models alike, as services do, and are not divided by them."""

    @property
    def business_model(self) -> ColumnElement[Any] | None:
        return self.table.c.get("business_model")

    @property
    def partner_id(self) -> ColumnElement[Any] | None:
        return self.table.c.get("partner_id")

    @property
    def is_test(self) -> ColumnElement[Any] | None:
        return self.table.c.get("is_test")

    def joins_for(self, *expressions: Any) -> tuple[Join, ...]:
        """The joins without which these expressions cannot be read, in order."""
        wanted = set().union(*(tables_of(each) for each in expressions))
        found: list[Join] = []
        for target, condition in reversed(self.joins):
            if target in wanted:
                wanted |= tables_of(condition)
                found.append((target, condition))
        return tuple(reversed(found))


class Moments(Protocol):
    """The ends of the buckets asked for, and the scope, as a `Snapshot` needs them to make its rows."""

    @property
    def ends(self) -> Any:
        """A table of `bucket`, `instant` (exclusive) and `day`, the local date that has not begun by then."""

    def kept(self, fact: Fact) -> list[ColumnElement[bool]]:
        """The conditions that keep a fact's rows to the scope, without a period."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Snapshot(Fact):
    """One row an entity and moment, made by looking back from there: segments, states.

    `rows_at` makes the SELECT, with the columns of `table` and a `bucket`; `timed_by` are the columns
    that it looks back on.
    """

    rows_at: Callable[[Moments], Select[Any]]
    timed_by: tuple[ColumnElement[Any], ...] = ()


def named(listed: Iterable[Dimension]) -> dict[str, Dimension]:
    """Dimensions by their names."""
    return {dimension.name: dimension for dimension in listed}


@lru_cache(maxsize=4096)
def tables_of(expression: Any) -> frozenset[FromClause]:
    """The tables whose columns an expression reads."""
    return frozenset(
        element.table
        for element in visitors.iterate(expression)
        if isinstance(element, ColumnClause) and element.table is not None
    )


# The dates [low, high) of the bucket that a spread row is counted in; `statement` joins the real ones.
span = table("span", column("low", Date), column("high", Date))

# The instant at which standing rows are looked at: the local day it is in, and the first one not before it.
moment = table("moment", column("instant", DateTime), column("today", Date), column("day", Date))
