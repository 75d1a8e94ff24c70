"""One row an entity: what models are fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement

from analytics_lib.errors import InputError
from analytics_lib.metric.columns import Columns, columns_of_all, text_of
from analytics_lib.metric.definition import Rows

TAKEN = "arm"
"""The column by which statements tell periods apart; it is dropped from every answer."""

HowListed = Literal["count", "sum", "first", "last"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ListedColumn:
    """One column of a listing: rows counted, a value summed, or the first or last instant."""

    name: str
    how: HowListed
    value: ColumnElement[Any] | None = None
    where: ColumnElement[bool] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ListedKey:
    """What tells the rows of one entity apart, such as a local day; a row without it keeps it missing."""

    name: str
    value: ColumnElement[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Listing(Rows):
    """One row for each of `who` with a row in the period, by `dated`, and for each of its `keys` if any.

    It is no number of the catalogue: `AnalyticsService.listing` gives it as a frame, with the column
    `who_name`, those of `keys` and those of `columns`. Scope and small groups are those of every other
    answer.
    """

    who: ColumnElement[Any]
    who_name: str
    dated: ColumnElement[Any]
    columns: tuple[ListedColumn, ...]
    keys: tuple[ListedKey, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [self.who_name, *(each.name for each in self.keys), *(each.name for each in self.columns)]
        if TAKEN in names or len(set(names)) < len(names):
            raise InputError(
                f"The listing {self.name} names a column '{TAKEN}' or one twice: give each a name of its own."
            )

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return (self.dated,)

    @property
    def reads(self) -> tuple[ColumnElement[Any] | None, ...]:
        inside = [each for column in self.columns for each in (column.value, column.where)]
        return self.who, self.where, *(key.value for key in self.keys), *inside

    @property
    def requires(self) -> Columns:
        return super().requires | columns_of_all((self.who,))

    @property
    def formula(self) -> str:
        names = ", ".join(column.name for column in self.columns)
        by = ", ".join(text_of(each) for each in (self.who, *(key.value for key in self.keys)))
        return f"{names} by {by} over {self.rows.name}, by {text_of(self.dated)}"
