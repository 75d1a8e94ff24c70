"""What every kind of metric says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlalchemy import ColumnElement, Date

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.facts import Fact
from analytics_lib.metric.columns import Columns, columns_of, columns_of_all

Unit = Literal["count", "money", "share", "days", "nights", "people", "ms", "seconds", "score", "ratio"]
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Definition:
    """The words that every metric bears.

    `says` is one plain sentence. `better` tells which way is good. `small_base` is the number of
    counted rows under which a rate or an average is flagged as resting on few. A metric that is not
    `for_partners` is never shown to one, because it would reveal the platform's margin. `source` is
    where the formula is published. A `is_part` metric only serves others and is not in the catalogue.
    """

    name: str
    title: str
    says: str
    unit: Unit
    better: Better = "higher"
    owner: str = "Bookings"
    for_partners: bool = False
    small_base: int = 30
    source: str = "own"
    is_part: bool = False

    takes_any_dimension: ClassVar[bool] = False
    """Whether the metric follows whatever the others of a formula are cut by."""

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
    def parts(self) -> tuple[Definition, ...]:
        """The metrics this one is worked out from."""
        return ()

    @property
    def formula(self) -> str:
        """The definition as one line for people."""
        raise NotImplementedError

    @property
    def is_additive(self) -> bool:
        """Whether the values of groups add up to the whole."""
        return False

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
            "source": self.source,
            "for_partners": self.for_partners,
            "small_base": self.small_base,
            "dimensions": list(self.dimensions),
        }

    def leaves(self) -> Iterator[Leaf]:
        """The metrics that the database or the calendar is asked for, each once."""
        seen: set[int] = set()
        for part in self.parts:
            for leaf in part.leaves():
                if id(leaf) not in seen:
                    seen.add(id(leaf))
                    yield leaf

    @property
    def requires(self) -> Columns:
        """The (table, column) pairs without which the metric cannot be answered."""
        return frozenset(pair for leaf in self.leaves() for pair in leaf.requires)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions by which the metric can be cut."""
        shared: dict[str, str] | None = None
        for leaf in self.leaves():
            if not leaf.takes_any_dimension:
                own = {name: leaf.meaning_of(name) for name in leaf.own_dimensions}
                shared = own if shared is None else dict(shared.items() & own.items())
        if shared is None:
            return ()
        first = next(leaf for leaf in self.leaves() if not leaf.takes_any_dimension)
        return tuple(name for name in first.own_dimensions if name in shared)


@dataclass(frozen=True, kw_only=True, eq=False)
class Leaf(Definition):
    """A metric that is asked for, not worked out from others.

    `nothing` says why it is missing where no row is found, if it does not count from zero.
    """

    nothing: ClassVar[str] = "no rows to rank"

    def leaves(self) -> Iterator[Leaf]:
        yield self

    @property
    def requires(self) -> Columns:
        raise NotImplementedError

    @property
    def own_dimensions(self) -> tuple[str, ...]:
        """The dimensions of its rows."""
        return ()

    def meaning_of(self, name: str) -> str:  # noqa: ARG002
        """What tells a dimension from another of the same name."""
        return ""

    def columns_for(self, by: Iterable[str]) -> Columns:
        """The (table, column) pairs that these dimensions read. Raises `UnknownName`."""
        raise NotImplementedError

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        """The columns that put the rows into periods, for which the data must be complete."""
        return ()

    @property
    def knows_hours(self) -> bool:
        """Whether its rows are dated by instants and not by local days."""
        return not any(isinstance(column.type, Date) for column in self.timed_by)

    @property
    def counts_from_zero(self) -> bool:
        """Whether nothing found means none, and not that nothing is known."""
        return True


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows(Leaf):
    """A leaf over the rows of one fact."""

    rows: Fact
    where: ColumnElement[bool] | None = None

    @property
    def reads(self) -> tuple[ColumnElement[Any] | None, ...]:
        """The expressions that the leaf consists of."""
        return (self.where,)

    @property
    def own_dimensions(self) -> tuple[str, ...]:
        return tuple(self.rows.dimensions)

    def meaning_of(self, name: str) -> str:
        return self.rows.dimensions[name].meaning if name in self.rows.dimensions else ""

    def columns_for(self, by: Iterable[str]) -> Columns:
        found: Columns = frozenset()
        for name in by:
            if name not in self.own_dimensions:
                raise UnknownName(f"dimension of {self.name}", name, self.own_dimensions)
            if name in self.rows.dimensions:
                expression = self.rows.dimensions[name].expression
                found |= columns_of(expression) | self._of_joins(expression)
        return found

    def _of_joins(self, *expressions: Any) -> Columns:
        return columns_of_all(condition for _, condition in self.rows.joins_for(*expressions))

    @property
    def requires(self) -> Columns:
        read = [each for each in (*self.timed_by, *self.reads, self.rows.keeps) if each is not None]
        return columns_of_all(read) | self._of_joins(*read) | self.rows.reads
