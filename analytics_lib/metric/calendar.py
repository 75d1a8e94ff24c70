"""Denominators that the calendar gives, not the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from analytics_lib.metric.columns import Columns
from analytics_lib.metric.definition import Leaf

ElapsedUnit = Literal["second", "hour", "day"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Elapsed(Leaf):
    """How much of the period has passed: seconds, local hours or local days.

    Cut by `weekday` or `hour_of_day` it counts the hours or days that bear these, so that a mean per
    slot is right also where the clock skips or repeats an hour. Other dimensions do not divide time.
    """

    elapsed: ElapsedUnit

    takes_any_dimension: ClassVar[bool] = True

    def columns_for(self, by: Iterable[str]) -> Columns:  # noqa: ARG002
        return frozenset()

    @property
    def requires(self) -> Columns:
        return frozenset()

    @property
    def formula(self) -> str:
        return f"{self.elapsed}s of the period that have passed"
