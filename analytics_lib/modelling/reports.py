"""What reports ask of models: an answer for every scope, with the reason in it where there is nothing to say.

A notebook that runs for an empty hour and for a whole year cannot stop at the first question that the data
cannot answer. What no data could answer still raises `InputError`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.formatting import lowered
from analytics_lib.frame_rows import frame_rows
from analytics_lib.local_time import TimeFrame, buckets, step, to_local
from analytics_lib.measure import measure, words_of
from analytics_lib.metric import AnyMetric
from analytics_lib.modelling.changes import change_drivers, divided_parts
from analytics_lib.modelling.forecasts import HORIZONS, metric_forecast
from analytics_lib.period import Comparison, Period
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

_HOURS_LOOKED_BACK = timedelta(weeks=26)
"""Older hours teach a forecast of the next ones little, and make it take four times as long."""

_EXPECTED = (
    "metric",
    "bucket",
    "bucket_start",
    "mean",
    "lower_80",
    "upper_80",
    "lower_95",
    "upper_95",
    "unit",
)
_CAUSES = ("group", "before", "after", "total_effect", "share_of_change")


def outlook(metric: str | AnyMetric, scope: Scope, warehouse: Warehouse) -> pd.DataFrame:
    """What a metric is expected to be in the rest of a running period, or in the period after a complete one.

    In the buckets of the scope's `course`, from the first one that is not complete. Columns: metric,
    bucket, bucket_start (local), mean, lower_80, upper_80, lower_95, upper_95, unit; money in major units.
    `attrs` are those of `metric_forecast`, with metrics (as in frames of `measure`); total: the sum of the
    means, None for what does not add up; begin and end (local, exclusive) of what is forecast, and the
    period that it covers, None if it is not just one; reason: why there is no row, else None.
    """
    (found,) = find([metric])
    over = scope.course
    back = _HOURS_LOOKED_BACK if over is TimeFrame.HOUR else None
    empty = partial(_without_rows, _EXPECTED, found, scope, over=over.value, total=None)
    if why := _why_missing(found, scope, warehouse):
        return empty(why)
    try:
        made = metric_forecast(found, scope, warehouse, over=over, horizon=_ahead(scope), look_back=back)
    except UnknownName:
        raise
    except InputError as error:
        return empty(_in_words(error, found))
    begin, last = made["bucket_start"].iloc[0], made["bucket_start"].iloc[-1]
    if step(begin, over, 1) <= to_local(scope.until, scope.zone):
        return empty(f"the data is complete only up to {begin:%Y-%m-%d}")
    attrs = made.attrs
    told = made.assign(metric=found.name, unit=attrs["units"][found.name])[list(_EXPECTED)]
    end = step(last, over, 1)
    told.attrs = {
        **attrs,
        "metrics": words_of([found]),
        "total": float(told["mean"].sum()) if found.is_additive else None,
        "begin": begin,
        "end": end,
        "covers": _covered(begin, end, scope),
        "reason": None,
    }
    return told


def causes(
    metric: str | AnyMetric,
    scope: Scope,
    by: str,
    warehouse: Warehouse,
    compare: Comparison = "previous",
    *,
    volume: str | AnyMetric | None = None,
) -> pd.DataFrame:
    """Which groups made a metric change, as `change_drivers` says it; nothing moved in incomplete data.

    `attrs` have metrics (as in frames of `measure`) besides, and reason: why there is no row, else None.
    """
    found, _ = divided_parts(metric, volume)
    empty = partial(_without_rows, _CAUSES, found, scope, by=by)
    if why := _why_missing(found, scope, warehouse, compare):
        return empty(why)
    try:
        made = change_drivers(found, scope, by, warehouse, compare, volume=volume)
    except UnknownName:
        raise
    except InputError as error:
        return empty(_in_words(error, found))
    if not made.attrs["is_complete"]:
        return empty("the data of the two periods is not complete")
    made.attrs.update(metrics=words_of([found]), reason=None)
    return made


def tried(
    model: Callable[..., pd.DataFrame], scope: Scope, warehouse: Warehouse, **options: Any
) -> pd.DataFrame:
    """The answer of a model over a database; a frame without rows that says why, where it has none."""
    try:
        made = model(scope, warehouse, **options)
    except UnknownName:
        raise
    except InputError as error:
        made = pd.DataFrame()
        made.attrs = {"metrics": {}, "scope": scope, "reason": str(error).rstrip(".")}
        return made
    made.attrs.update(metrics={}, reason=None)
    return made


def _why_missing(
    metric: AnyMetric, scope: Scope, warehouse: Warehouse, compare: Comparison | None = None
) -> str | None:
    """Why there is no number of the whole scope, or none to compare it with, as `measure` says it."""
    frame = measure([metric], scope, compare=compare, warehouse=warehouse)
    if compare is not None and frame.attrs["compared"] is None:
        return "there is no period before all data"
    row = frame_rows(frame)[0]
    if row["value"] is None or (compare is not None and row["previous"] is None):
        return str(row["reason"] or "it is missing in one of the periods")
    return None


def _in_words(error: InputError, metric: AnyMetric) -> str:
    """What a model says, with the metric as people call it."""
    return str(error).replace(metric.name, lowered(metric.title))


def _covered(begin: datetime, end: datetime, scope: Scope) -> Period | None:
    """The one period of the scope's kind that lies between two local times, if there is one."""
    if scope.period.time_frame is None:
        return None
    for period in (scope.period, scope.period.shifted(1)):
        if (period.local_start, period.local_end) == (begin, end):
            return period
    return None


def _ahead(scope: Scope) -> int:
    """How many buckets: to the end of a running period, else over the whole one that follows."""
    if scope.period.time_frame is None:
        return HORIZONS[scope.course]
    if scope.is_partial:
        rest = buckets(scope.period.start, scope.period.end, scope.course, scope.zone)
        return max(1, sum(each.end > scope.until for each in rest))
    following = scope.period.shifted(1)
    return sum(1 for _ in buckets(following.start, following.end, scope.course, scope.zone))


def _without_rows(
    columns: tuple[str, ...], metric: AnyMetric, scope: Scope, reason: str, **details: Any
) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    frame.attrs = {
        "metric": metric.name,
        "metrics": words_of([metric]),
        "scope": scope,
        "compared": None,
        "reason": reason.rstrip("."),
    }
    frame.attrs.update(details)
    return frame
