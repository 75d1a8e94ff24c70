"""Who comes back: sets of customers or partners of one period found again in another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlalchemy import ColumnElement

from analytics_lib.errors import InputError
from analytics_lib.metric.columns import Columns, columns_of, text_of
from analytics_lib.metric.definition import Rows

AGE = "age"
"""The dimension by which cohorts are cut: whole months since the first one, as 00, 01, 02, ..."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept(Rows):
    """Those who were there in the period before (or a year before), and are there again.

    `who` are told apart, `dated` puts their rows into periods. `side` says what is counted:

    - `base`: those who were there in the earlier period;
    - `kept`: those of them who are there in this one;
    - `lost`: those of them who are not.

    With `value` it is summed instead: over the earlier period for `base`, over this one for `kept`. With
    `cap` nobody counts in either for less than nothing, nor in `kept` for more than before.
    `base_of_kept` is the earlier sum of those who stayed.
    A group's numbers rest on rows of that group alone, in both periods. Of a period that is not over,
    the earlier one counts up to the same point.
    """

    who: ColumnElement[Any]
    dated: ColumnElement[Any]
    value: ColumnElement[Any] | None = None
    against: Literal["previous", "year"] = "previous"
    side: Literal["base", "kept", "lost", "base_of_kept"] = "kept"
    cap: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.cap and (self.value is None or self.side not in ("base", "kept")):
            raise InputError(f"The metric {self.name} has nothing to cap: it needs a value of base or kept.")

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return (self.dated,)

    @property
    def reads(self) -> tuple[ColumnElement[Any] | None, ...]:
        return self.who, self.value, self.where

    @property
    def formula(self) -> str:
        what = "count" if self.value is None else f"sum of {text_of(self.value)}"
        limits = {"base": ", each at least 0", "kept": ", each at least 0 and at most as before"}
        capped = limits.get(self.side, "") if self.cap else ""
        kept = "" if self.where is None else f" where {text_of(self.where)}"
        earlier = "the period before" if self.against == "previous" else "a year before"
        sides = {
            "base": f"there in {earlier}",
            "kept": f"there in {earlier} and now",
            "lost": f"there in {earlier} and not now",
            "base_of_kept": f"in {earlier}, there then and now",
        }
        who, dated = text_of(self.who), text_of(self.dated)
        return f"{what} of {who} {sides[self.side]}{capped} over {self.rows.name}{kept}, by {dated}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Cohort(Rows):
    """Those whose first row lies in the period, and who of them is there again months later.

    Cut by `age`, the answer is for that many months after the month of the first row; without, for one
    month. `unbounded` asks who is there in that month or any later one. `side` is `size` or `active`.
    Only cohorts count whose month at that age is over.
    """

    nothing: ClassVar[str] = "no cohort of the period is that old yet"

    who: ColumnElement[Any]
    dated: ColumnElement[Any]
    side: Literal["size", "active"] = "active"
    unbounded: bool = False

    @property
    def counts_from_zero(self) -> bool:
        return False

    @property
    def own_dimensions(self) -> tuple[str, ...]:
        return (*self.rows.dimensions, AGE)

    def columns_for(self, by: Iterable[str]) -> Columns:
        return super().columns_for(by) | columns_of(self.who)

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return (self.dated,)

    @property
    def reads(self) -> tuple[ColumnElement[Any] | None, ...]:
        return self.who, self.where

    @property
    def formula(self) -> str:
        who, dated = text_of(self.who), text_of(self.dated)
        if self.side == "size":
            return f"count of {who} by the month of their first {dated} over {self.rows.name}"
        later = "or any later month" if self.unbounded else "exactly"
        return (
            f"count of {who} there again in the month of that age {later}, over {self.rows.name} by {dated}"
        )
