"""The kinds of metric: frozen values, each with one plain sentence, a unit and an owner.

`Metric` becomes part of one SELECT per (fact, timestamp); `Sum`, `Ratio` and `Share` are worked out
from their parts after the database has answered, so ratios are sums over sums and never averages of
averages. The kinds Elapsed, Stock, Kept, Overlap and Listing join them with the domains that need them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Table
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.facts import Fact

How = Literal["count", "sum", "distinct", "quantile"]
Unit = Literal["count", "money", "share", "days", "nights", "people"]
Better = Literal["higher", "lower", "neither"]


_COMPARISONS = (operators.eq, operators.ne, operators.gt, operators.ge, operators.lt, operators.le)
"""Where one of these holds, neither side is NULL."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """What every kind of metric says of itself.

    `says` is one plain sentence. `better` tells which way is good. `small_base` is the number of
    counted rows under which a rate or an average is flagged as resting on few. A metric that is not
    `for_partners` is never shown to one, because it would reveal the platform's margin.
    """

    name: str
    title: str
    says: str
    unit: Unit
    better: Better = "higher"
    owner: str = "Bookings"
    for_partners: bool = False
    small_base: int = 30

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name != self.name.lower():
            raise InputError(
                f"A metric cannot be called '{self.name}': use lower case letters, digits and _."
            )
        if not self.says.endswith("."):
            raise InputError(f"The metric {self.name} needs a sentence in 'says' that ends with a full stop.")

    @property
    def kind(self) -> str:
        return type(self).__name__.lower()

    @property
    def parts(self) -> tuple[AnyMetric, ...]:
        """The metrics this one is worked out from."""
        return ()

    @property
    def formula(self) -> str:
        """The definition as one line for people."""
        raise NotImplementedError

    def described(self) -> dict[str, Any]:
        """What the metric says of itself, as plain values."""
        return {
            "name": self.name,
            "title": self.title,
            "says": self.says,
            "unit": self.unit,
            "kind": self.kind,
            "formula": self.formula,
            "better": self.better,
            "owner": self.owner,
            "for_partners": self.for_partners,
            "small_base": self.small_base,
            "dimensions": list(self.dimensions),
        }

    def leaves(self) -> Iterator[Metric]:
        """The metrics that the database is asked for, each once."""
        seen: set[int] = set()
        for part in self.parts:
            for leaf in part.leaves():
                if id(leaf) not in seen:
                    seen.add(id(leaf))
                    yield leaf

    @property
    def requires(self) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs without which the metric cannot be answered."""
        return frozenset(pair for leaf in self.leaves() for pair in leaf.requires)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions by which the metric can be cut."""
        shared: list[str] | None = None
        for leaf in self.leaves():
            own = list(leaf.rows.dimensions)
            shared = own if shared is None else [name for name in shared if name in own]
        return tuple(shared or ())


@dataclass(frozen=True, kw_only=True, eq=False)
class Metric(Definition):
    """Rows of a fact, put into periods by `dated`, and counted, summed or ranked.

    `value` is what is summed, ranked or told apart, or must be there to be counted; `where` keeps only
    some rows. States such as
    "cancelled" are read from timestamps and as they were known at the scope's `as_of`. A metric with
    `mature_after` is answered only for rows that are all at least that old.
    """

    rows: Fact
    dated: ColumnElement[Any]
    how: How = "count"
    value: ColumnElement[Any] | None = None
    where: ColumnElement[bool] | None = None
    share: float = 0.5
    mature_after: timedelta | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.how != "count" and self.value is None:
            raise InputError(f"The metric {self.name} needs a value to take the {self.how} of.")

    @property
    def always_has_value(self) -> bool:
        """Whether `where` compares every column of `value`, so that no qualifying row lacks it."""
        if self.value is None or self.where is None:
            return self.value is None
        terms = self.where.clauses if isinstance(self.where, BooleanClauseList) else (self.where,)
        compared: frozenset[tuple[str, str]] = frozenset()
        for term in terms:
            if isinstance(term, BinaryExpression) and term.operator in _COMPARISONS:
                compared |= columns_of(term)
        is_and = not isinstance(self.where, BooleanClauseList) or self.where.operator is operators.and_
        return is_and and columns_of(self.value) <= compared

    @property
    def is_additive(self) -> bool:
        return self.how in ("count", "sum")

    @property
    def formula(self) -> str:
        how = f"P{self.share * 100:g}" if self.how == "quantile" else self.how
        what = "" if self.value is None else f" of {_text(self.value)}"
        kept = "" if self.where is None else f" where {_text(self.where)}"
        ripe = f", once every one is {self.mature_after} old" if self.mature_after else ""
        return f"{how}{what} over {self.rows.name}{kept}, by {_text(self.dated)}{ripe}".replace(
            ", 0:00:00", ""
        )

    def leaves(self) -> Iterator[Metric]:
        yield self

    def columns_for(self, by: Iterable[str]) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that these dimensions read. Raises `UnknownName`."""
        found: frozenset[tuple[str, str]] = frozenset()
        for name in by:
            if name not in self.rows.dimensions:
                raise UnknownName(f"dimension of {self.name}", name, self.rows.dimensions)
            dimension = self.rows.dimensions[name]
            found |= columns_of(dimension.expression)
            for _, match in dimension.lookups:
                found |= columns_of(match)
        return found

    @property
    def requires(self) -> frozenset[tuple[str, str]]:
        found = columns_of(self.dated)
        for expression in (self.value, self.where):
            if expression is not None:
                found |= columns_of(expression)
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Sum(Definition):
    """Metrics added and subtracted after each was counted by its own timestamp."""

    plus: tuple[AnyMetric, ...]
    minus: tuple[AnyMetric, ...] = ()

    @property
    def parts(self) -> tuple[AnyMetric, ...]:
        return self.plus + self.minus

    @property
    def formula(self) -> str:
        added = " + ".join(part.name for part in self.plus)
        return added + "".join(f" − {part.name}" for part in self.minus)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ratio(Definition):
    """One metric over another, divided last; a zero below gives no number."""

    top: AnyMetric
    bottom: AnyMetric

    @property
    def parts(self) -> tuple[AnyMetric, ...]:
        return (self.top, self.bottom)

    @property
    def formula(self) -> str:
        return f"{self.top.name} ÷ {self.bottom.name}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Share(Definition):
    """A group's part of the total over all groups of the same answer."""

    of: AnyMetric

    @property
    def parts(self) -> tuple[AnyMetric, ...]:
        return (self.of,)

    @property
    def formula(self) -> str:
        return f"{self.of.name} ÷ {self.of.name} of all groups"


AnyMetric = Metric | Sum | Ratio | Share


def columns_of(expression: ColumnElement[Any]) -> frozenset[tuple[str, str]]:
    """The (table, column) pairs of the canonical tables that an expression reads."""
    return frozenset(
        (element.table.name, element.name)
        for element in visitors.iterate(expression)
        if isinstance(element, Column) and isinstance(element.table, Table)
    )


def _text(expression: ColumnElement[Any]) -> str:
    """An expression as a reader would write it, without table names."""
    text = str(expression.compile(compile_kwargs={"literal_binds": True}))
    return re.sub(r"\b(\w+)\.(?=\w)", "", " ".join(text.split()))
