"""How long what started lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement

from analytics_lib.metric.columns import text_of
from analytics_lib.metric.definition import Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Lifetime(Rows):
    """How long what started lasts, by Kaplan and Meier (1958), JASA 53, 457-481.

    Whoever has not ended by the end of the bucket is censored there, never dropped. With `after` (days)
    the answer is the share that lasts longer than that; with `median` the days after which half have
    ended, missing while more than half last. Durations are whole days of 24 hours.
    """

    nothing: ClassVar[str] = "nothing started by then"

    started: ColumnElement[Any]
    ended: ColumnElement[Any]
    after: int | None = None

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return self.started, self.ended

    @property
    def knows_hours(self) -> bool:
        return True

    @property
    def counts_from_zero(self) -> bool:
        return False

    @property
    def formula(self) -> str:
        what = "median days" if self.after is None else f"share beyond {self.after} days"
        kept = "" if self.where is None else f" where {text_of(self.where)}"
        return (
            f"Kaplan-Meier {what} over {self.rows.name}{kept}, "
            f"from {text_of(self.started)} to {text_of(self.ended)}"
        )
