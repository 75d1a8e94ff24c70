"""Questions without a service at hand: `measure` and `explain` over the database of the environment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from analytics_lib.explanation import Passport
from analytics_lib.inputs import Metrics
from analytics_lib.local_time import TimeFrame
from analytics_lib.period import Comparison
from analytics_lib.scope import Scope
from analytics_lib.service import URL_VARIABLE, AnalyticsService, connect
from analytics_lib.warehouse import Warehouse


def measure(
    metrics: Metrics,
    scope: Scope,
    by: Sequence[str] = (),
    over: TimeFrame | str | None = None,
    compare: Comparison | None = None,
    *,
    warehouse: Warehouse | AnalyticsService | None = None,
) -> pd.DataFrame:
    """The numbers as a tidy frame; see `analytics_lib.measure.measure` for its columns.

    Without a `warehouse`, the database of ANALYTICS_DATABASE_URL, opened on the first call.
    """
    return _service(warehouse).measure(metrics, scope, by, over, compare)


def explain(
    metrics: Metrics,
    scope: Scope,
    by: Sequence[str] = (),
    over: TimeFrame | str | None = None,
    compare: Comparison | None = None,
    *,
    warehouse: Warehouse | AnalyticsService | None = None,
) -> tuple[Passport, ...]:
    """For each metric: sentence, formula, SQL with parameters, rows counted, data version."""
    return _service(warehouse).explain(metrics, scope, by, over, compare)


def _service(warehouse: Warehouse | AnalyticsService | None) -> AnalyticsService:
    if warehouse is None:
        return _default(os.environ.get(URL_VARIABLE, ""))
    return warehouse if isinstance(warehouse, AnalyticsService) else AnalyticsService(warehouse)


@lru_cache(maxsize=1)
def _default(url: str) -> AnalyticsService:
    return connect(url or None)
