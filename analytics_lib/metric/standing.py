"""What stands at the end of each bucket: balances, live bookings, states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement

from analytics_lib.errors import InputError
from analytics_lib.facts import Snapshot
from analytics_lib.metric.columns import text_of
from analytics_lib.metric.definition import Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Stock(Rows):
    """Rows that are open at a bucket's end: opened before it and not closed before it.

    `value` is summed, else rows are counted; with `share` it is ranked instead, with `is_distinct` told
    apart. `at` the start it answers for the moment before the bucket began, `during` for what was open
    at any time of it. A fact that is a `Snapshot` brings its own rows for each moment, and needs neither
    `opened` nor `closed`.
    """

    opened: ColumnElement[Any] | None = None
    closed: ColumnElement[Any] | None = None
    value: ColumnElement[Any] | None = None
    share: float | None = None
    is_distinct: bool = False
    at: Literal["start", "end", "during"] = "end"

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.opened is None) != isinstance(self.rows, Snapshot):
            raise InputError(f"The metric {self.name} needs the timestamp at which its rows open.")

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        if isinstance(self.rows, Snapshot):
            return self.rows.timed_by
        return tuple(each for each in (self.opened, self.closed) if each is not None)

    @property
    def knows_hours(self) -> bool:
        return True

    @property
    def reads(self) -> tuple[ColumnElement[Any] | None, ...]:
        return self.value, self.where

    @property
    def is_additive(self) -> bool:
        return self.share is None and not self.is_distinct

    @property
    def counts_from_zero(self) -> bool:
        return self.share is None

    @property
    def formula(self) -> str:
        how = "count" if self.value is None else f"sum of {text_of(self.value)}"
        if self.is_distinct and self.value is not None:
            how = f"distinct of {text_of(self.value)}"
        if self.share is not None and self.value is not None:
            how = f"P{self.share * 100:g} of {text_of(self.value)}"
        kept = "" if self.where is None else f" where {text_of(self.where)}"
        since = "" if self.opened is None else f", from {text_of(self.opened)}"
        until = "" if self.closed is None else f" to {text_of(self.closed)}"
        moment = "during" if self.at == "during" else f"at the {self.at} of"
        return f"{how} over {self.rows.name}{kept}{since}{until}, {moment} each period"
