"""How a metric went, bucket by bucket, as models of time take it: complete and covered buckets only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice

import numpy as np
import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.errors import InputError
from analytics_lib.local_time import Bucket, TimeFrame, buckets
from analytics_lib.measure import measure
from analytics_lib.metric import AnyMetric
from analytics_lib.modelling.countries import country_of
from analytics_lib.models.account import KEY, account_of, accounted
from analytics_lib.models.holiday_effects import holiday_effects
from analytics_lib.period import Period
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

SEASONS: dict[TimeFrame, tuple[float, ...]] = {
    TimeFrame.HOUR: (24, 168),
    TimeFrame.DAY: (7, 365.25),
    TimeFrame.WEEK: (52,),
    TimeFrame.MONTH: (12,),
    TimeFrame.QUARTER: (4,),
    TimeFrame.YEAR: (1,),
}
"""Cycles in buckets of each kind: days within weeks and years, and so on."""

_FREQUENCIES = {
    TimeFrame.HOUR: "h",
    TimeFrame.DAY: "D",
    TimeFrame.WEEK: "W-MON",
    TimeFrame.MONTH: "MS",
    TimeFrame.QUARTER: "QS",
    TimeFrame.YEAR: "YS",
}
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, eq=False)
class Course:
    """The values of one metric over all that a scope knows, in major units, NaN where there is no number.

    `values` has a column for each group, a single one for none, and a row for each complete bucket.
    """

    metric: AnyMetric
    values: pd.DataFrame
    known: tuple[Bucket, ...]
    over: TimeFrame
    scope: Scope
    unit: str
    data_version: str
    left_out: int

    @property
    def seasons(self) -> tuple[float, ...]:
        return SEASONS[self.over]

    def future(self, horizon: int) -> tuple[Bucket, ...]:
        """The buckets that follow the last complete one, the running one first."""
        begin = self.known[-1].end
        found = buckets(begin, begin + (horizon + 2) * _LONGEST, self.over, self.scope.zone)
        return tuple(islice((each for each in found if each.start >= begin), horizon))

    def effects(self, horizon: int, country: str | None) -> pd.DataFrame | None:
        """The holidays of all buckets and `horizon` more; by default of the country of the scope's zone."""
        chosen = country_of(self.scope.zone) if country is None else country
        if not chosen:
            return None
        steps = [*self.known, *self.future(horizon)] if horizon else self.known
        found = holiday_effects(pd.DatetimeIndex([each.local_start for each in steps]), chosen.upper())
        return found.set_axis(_index(steps, self.over))

    def answered(self, frame: pd.DataFrame, others: Sequence[Course] = ()) -> pd.DataFrame:
        """A model's answer with what it was asked, of this metric and of others, beside its account."""
        account = account_of(frame)
        asked_for = (*others, self)
        whom = ", ".join(model.value for model in self.scope.business_models) or "all business models"
        if self.scope.partners:
            whom += f", partners {', '.join(self.scope.partners)}"
        titles = ", ".join(dict.fromkeys(each.metric.title for each in asked_for))
        text = f"{account.data} {titles} by {self.over.value}, {whom}, {self.scope.zone}"
        text += f", as known at {self.scope.as_of:%Y-%m-%d %H:%M} UTC."
        if self.left_out:
            buckets_are = "bucket that is" if self.left_out == 1 else "buckets that are"
            text += f" Left out: {self.left_out} {buckets_are} incomplete or not covered."
        details = {str(name): value for name, value in frame.attrs.items() if name != KEY}
        asked = {
            "units": {each.metric.name: each.unit for each in asked_for},
            "over": self.over.value,
            "scope": self.scope,
            "data_version": self.data_version,
        }
        return accounted(frame, replace(account, data=text), **details, **asked)


def course(
    metric: str | AnyMetric,
    scope: Scope,
    over: TimeFrame | str,
    warehouse: Warehouse,
    by: Sequence[str] = (),
    look_back: timedelta | None = None,
) -> Course:
    """A metric from where the data begin to where the scope ends, cut by at most one dimension.

    `look_back` leaves out what lies further before that end.

    Raises `InputError` where `measure` has no number for any bucket, with its reason.
    """
    (found,) = find([metric])
    frame_of_time = TimeFrame(over)
    whole = whole_of(scope, warehouse)
    if look_back is not None:
        begin = max(whole.period.start, scope.until - look_back)
        whole = replace(whole, period=Period.whole(begin, whole.period.end, scope.zone))
    frame = measure([found], whole, by, frame_of_time, warehouse=warehouse)
    all_buckets = {bucket.name: bucket for bucket in whole.buckets(frame_of_time)}
    complete = [bucket for bucket in all_buckets.values() if not bucket.is_clipped]
    is_there = frame["value"].notna() & (frame["quality"] == "ok")
    numbers = [
        _number(value) if known else np.nan for value, known in zip(frame["value"], is_there, strict=True)
    ]
    frame = frame.assign(number=numbers)
    frame["group"] = frame[by[0]] if by else "all"
    names = [bucket.name for bucket in complete]
    _refuse_withheld(frame[frame["bucket"].isin(names)], found, frame_of_time)
    table = frame.pivot(index="bucket", columns="group", values="number").reindex(names)
    if by and found.is_additive:
        # A group without a row had nothing in that bucket; one whose row has no number is not known.
        told = frame.assign(row=1).pivot(index="bucket", columns="group", values="row").reindex(names)
        table = table.where(told.notna() | told.isna().all(axis=1).to_numpy()[:, None], 0.0)
    there = np.flatnonzero(table.notna().any(axis=1))
    if not len(there):
        reasons = [reason for reason in frame["reason"] if reason]
        why = reasons[0] if reasons else "there is no complete bucket"
        raise InputError(f"{found.name} has no {frame_of_time.value} to look back on: {why}.")
    complete = complete[there[0] : there[-1] + 1]
    values = table.iloc[there[0] : there[-1] + 1].astype("float64")
    values = values.set_axis(_index(complete, frame_of_time)).rename_axis(columns=None)
    return Course(
        found,
        values,
        tuple(complete),
        frame_of_time,
        scope,
        str(frame["unit"].iloc[0]),
        str(frame.attrs["data_version"]),
        len(all_buckets) - len(complete),
    )


def _refuse_withheld(frame: pd.DataFrame, metric: AnyMetric, over: TimeFrame) -> None:
    """Refuse a course of which some is withheld: what is left would be taken for all there is."""
    withheld = frame[frame["quality"] == "withheld"]
    if len(withheld) == len(frame) > 0:
        raise InputError(f"{metric.name} is {withheld['reason'].iloc[0]}.")
    if len(withheld):
        raise InputError(
            f"Not every {over.value} of {metric.name} is shown in this scope ({withheld['reason'].iloc[0]}): "
            "choose longer buckets, a wider scope or no cut."
        )


def whole_of(scope: Scope, warehouse: Warehouse, until: datetime | None = None) -> Scope:
    """The scope over all that was before its end, or before another instant."""
    said = warehouse.about.get("data_from")
    begin = scope.period.start if said is None else datetime.fromisoformat(said.removesuffix("Z"))
    begin = min(begin, scope.period.start, scope.until - timedelta(days=1))
    return replace(scope, period=Period.whole(begin, until or scope.until, scope.zone))


def _index(steps: Sequence[Bucket], over: TimeFrame) -> pd.DatetimeIndex:
    index = pd.DatetimeIndex([each.key for each in steps])
    try:
        return pd.DatetimeIndex(index, freq=_FREQUENCIES[over])
    except ValueError:  # a zone that skipped a day, or moved its clock by half an hour
        return index


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | Decimal) else float("nan")
