"""Rows of a fact, put into periods by a timestamp, and counted, summed, told apart or ranked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList

from analytics_lib.errors import InputError
from analytics_lib.metric.columns import Columns, columns_of, text_of
from analytics_lib.metric.definition import Rows

How = Literal["count", "sum", "distinct", "quantile"]

_COMPARISONS = (operators.eq, operators.ne, operators.gt, operators.ge, operators.lt, operators.le)
"""Where one of these holds, neither side is NULL."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Metric(Rows):
    """Rows of a fact, put into periods by `dated`, and counted, summed or ranked.

    `value` is what is summed, ranked or told apart, or must be there to be counted; `where` keeps only
    some rows. States such as "cancelled" are read from timestamps and as they were known at the scope's
    `as_of`. A metric with `mature_after` is answered only for rows that are all at least that old.
    `per` is how many of the value make one: credits are summed in millionths, to add up exactly, and
    seconds are ranked to be told in days.
    """

    dated: ColumnElement[Any]
    how: How = "count"
    value: ColumnElement[Any] | None = None
    share: float = 0.5
    mature_after: timedelta | None = None
    per: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.how != "count" and self.value is None:
            raise InputError(f"The metric {self.name} needs a value to take the {self.how} of.")

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return (self.dated,)

    @property
    def reads(self) -> tuple[ColumnElement[Any] | None, ...]:
        return self.value, self.where

    @property
    def always_has_value(self) -> bool:
        """Whether `where` compares every column of `value`, so that no qualifying row lacks it."""
        if self.value is None or self.where is None:
            return self.value is None
        terms = self.where.clauses if isinstance(self.where, BooleanClauseList) else (self.where,)
        compared: Columns = frozenset()
        for term in terms:
            if isinstance(term, BinaryExpression) and term.operator in _COMPARISONS:
                compared |= columns_of(term)
        is_and = not isinstance(self.where, BooleanClauseList) or self.where.operator is operators.and_
        return is_and and columns_of(self.value) <= compared

    @property
    def is_additive(self) -> bool:
        return self.how in ("count", "sum")

    @property
    def counts_from_zero(self) -> bool:
        return self.how != "quantile"

    @property
    def formula(self) -> str:
        how = f"P{self.share * 100:g}" if self.how == "quantile" else self.how
        what = "" if self.value is None else f" of {text_of(self.value)}"
        scaled = "" if self.per == 1 else f" ÷ {self.per:,}"
        kept = "" if self.where is None else f" where {text_of(self.where)}"
        ripe = f", once every one is {self.mature_after} old" if self.mature_after else ""
        text = f"{how}{what}{scaled} over {self.rows.name}{kept}, by {text_of(self.dated)}{ripe}"
        return text.replace(", 0:00:00", "")
