"""The shape of the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement

from analytics_lib.metric.columns import text_of
from analytics_lib.metric.definition import Rows

SEASON = "month_of_year"
"""The dimension of seasonal indices: 01 for January to 12 for December."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Seasonal(Rows):
    """A month's usual level beside the mean month: 1.2 is a fifth above it.

    The mean of each calendar month's ratios to the centred 2x12-month moving average, normalised to a mean
    of 1 over the year, from all complete months known at the end of the period. It takes at least
    two full cycles; with fewer it is missing. Without `month_of_year` it is that of the month in which
    the period begins.
    """

    nothing: ClassVar[str] = "nothing is known of any month"

    dated: ColumnElement[Any]

    @property
    def own_dimensions(self) -> tuple[str, ...]:
        return (*(name for name in self.rows.dimensions if name != SEASON), SEASON)

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return (self.dated,)

    @property
    def counts_from_zero(self) -> bool:
        return False

    @property
    def formula(self) -> str:
        kept = "" if self.where is None else f" where {text_of(self.where)}"
        return (
            f"normalised mean of count ÷ centred 12-month average, over {self.rows.name}{kept}, "
            f"by month of {text_of(self.dated)}"
        )
