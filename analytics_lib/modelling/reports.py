"""What reports ask of models: an answer for every scope, with the reason in it where there is nothing to say.

A notebook that runs for an empty hour and for a whole year cannot stop at the first question that the data
cannot answer. What no data could answer still raises `InputError`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.local_time import TimeFrame, buckets
from analytics_lib.measure import words_of
from analytics_lib.metric import AnyMetric
from analytics_lib.modelling.changes import change_drivers, divided_parts
from analytics_lib.modelling.forecasts import HORIZONS, metric_forecast
from analytics_lib.period import Comparison
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

    In the buckets of the scope's `course`. Columns: metric, bucket, bucket_start (local), mean, lower_80,
    upper_80, lower_95, upper_95, unit; money in major units. `attrs` are those of `metric_forecast`, with
    metrics (as in frames of `measure`), total: the sum of the means, None for what does not add up, and
    reason: why there is no row, else None.
    """
    (found,) = find([metric])
    over = scope.course
    back = _HOURS_LOOKED_BACK if over is TimeFrame.HOUR else None
    try:
        made = metric_forecast(found, scope, warehouse, over=over, horizon=_ahead(scope), look_back=back)
    except UnknownName:
        raise
    except InputError as error:
        return _without_rows(_EXPECTED, str(error), found, scope, over=over.value, total=None)
    attrs = made.attrs
    told = made.assign(metric=found.name, unit=attrs["units"][found.name])[list(_EXPECTED)]
    total = float(told["mean"].sum()) if found.is_additive else None
    told.attrs = {**attrs, "metrics": words_of([found]), "total": total, "reason": None}
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
    try:
        made = change_drivers(found, scope, by, warehouse, compare, volume=volume)
    except UnknownName:
        raise
    except InputError as error:
        return _without_rows(_CAUSES, str(error), found, scope, by=by)
    if not made.attrs["is_complete"]:
        return _without_rows(_CAUSES, "the data of the two periods is not complete", found, scope, by=by)
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
    columns: tuple[str, ...], reason: str, metric: AnyMetric, scope: Scope, **details: Any
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
