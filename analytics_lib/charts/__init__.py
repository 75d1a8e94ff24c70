"""Frames in, charts, tiles and tables out; nothing here fetches or recomputes a number."""

from __future__ import annotations

from analytics_lib.charts import theme
from analytics_lib.charts.ranking import ranking
from analytics_lib.charts.tables import table
from analytics_lib.charts.tiles import tiles
from analytics_lib.charts.trend import trend

theme.enable()

__all__ = ["ranking", "table", "tiles", "trend"]
