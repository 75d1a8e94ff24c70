"""What a metric is expected to be in the buckets that follow a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import AnyMetric
from analytics_lib.modelling.course import Course, course
from analytics_lib.models.account import account_of, accounted
from analytics_lib.models.forecast import LEVELS, checked, forecast
from analytics_lib.models.reconciliation import TOTAL, forecast_parts
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

HORIZONS = {
    TimeFrame.HOUR: 48,
    TimeFrame.DAY: 28,
    TimeFrame.WEEK: 13,
    TimeFrame.MONTH: 6,
    TimeFrame.QUARTER: 4,
    TimeFrame.YEAR: 1,
}
"""How many buckets ahead, where nobody says."""


def metric_forecast(
    metric: str | AnyMetric,
    scope: Scope,
    warehouse: Warehouse,
    *,
    over: TimeFrame | str = TimeFrame.DAY,
    horizon: int | None = None,
    by: str | None = None,
    levels: Sequence[float] = LEVELS,
    country: str | None = None,
    look_back: timedelta | None = None,
) -> pd.DataFrame:
    """The expected values of a metric in the `horizon` buckets that follow the last complete one.

    It is estimated on all complete, covered buckets before the scope ends, as known at its as_of. `by` a
    dimension, such as "business_model": each group and their total, which add up. Holidays are those of the
    `country` (ISO code; by default that of the scope's zone, "" for none). `look_back` leaves out what
    lies further before the scope's end.

    The frame has a row for each bucket (and group, in the column `by`, the total as "total"): `bucket`,
    `bucket_start` (local), and the columns of `models.forecast`, money in major units. `attrs`: those of
    the model, and units (by metric), over, scope, data version. Raises `InputError`.
    """
    known = course(metric, scope, over, warehouse, () if by is None else (by,), look_back)
    ahead = HORIZONS[known.over] if horizon is None else horizon
    checked(ahead, levels)
    effects = known.effects(ahead, country)
    if by is None:
        found = forecast(known.values.iloc[:, 0], ahead, known.seasons, levels, effects=effects)
        return known.answered(_ripe(_named(found.reset_index(drop=True), known, ahead, None), known))
    if not known.metric.is_additive:
        raise InputError(
            f"The groups of {known.metric.name} do not add up, so neither can their forecasts: leave out the "
            f"cut by {by}, or choose a metric that is a count or a sum."
        )
    parts = known.values.rename(columns={TOTAL: f"{TOTAL} ({by})"})
    found = forecast_parts(parts, ahead, known.seasons, levels, effects=effects)
    named = _named(found.drop(columns="step"), known, ahead, by)
    return known.answered(named)


def _ripe(frame: pd.DataFrame, known: Course) -> pd.DataFrame:
    """The answer, with a doubt where recent buckets will still change as what is counted comes to pass."""
    # A rate "so far" says so (METRICS R2); one at a fixed age is missing until it is ripe.
    if "so far" in known.metric.says:
        account = account_of(frame)
        doubt = "the latest buckets are not ripe, and what is counted so far draws the forecast its way: "
        doubt += "choose a metric at a fixed age, where there is one."
        frame.attrs["account"] = replace(account, doubts=(*account.doubts, doubt))
    return frame


def _named(frame: pd.DataFrame, known: Course, ahead: int, by: str | None) -> pd.DataFrame:
    """The frame with the names and local starts of the buckets in front."""
    steps = known.future(ahead) * (len(frame) // ahead)
    told = frame.rename(columns={"part": by}) if by else frame
    told.insert(0, "bucket_start", [each.local_start for each in steps])
    told.insert(0, "bucket", [each.name for each in steps])
    details = {str(name): value for name, value in frame.attrs.items() if name != "account"}
    return accounted(told, frame.attrs["account"], **details)
