"""Frames in, charts, tiles and tables out; nothing here fetches or recomputes a number."""

from __future__ import annotations

from analytics_lib.charts import theme
from analytics_lib.charts.cohorts import cohorts
from analytics_lib.charts.currency_mix import currency_mix
from analytics_lib.charts.distribution import distribution
from analytics_lib.charts.funnel import funnel
from analytics_lib.charts.hours import hours
from analytics_lib.charts.multiples import multiples
from analytics_lib.charts.ranking import ranking
from analytics_lib.charts.tables import table
from analytics_lib.charts.tiles import tiles
from analytics_lib.charts.trend import trend
from analytics_lib.charts.waterfall import waterfall

theme.enable()

__all__ = [
    "cohorts",
    "currency_mix",
    "distribution",
    "funnel",
    "hours",
    "multiples",
    "ranking",
    "table",
    "tiles",
    "trend",
    "waterfall",
]
