"""The kinds of metric: frozen values, each with one plain sentence, a unit and an owner.

Leaves are asked for: `Metric`, `Stock`, `Kept`, `Cohort`, `Lifetime`, `Seasonal`, `Removal` and
`Overlap` of the database, `Elapsed` of the calendar. `Sum`, `Ratio`, `Share` and `Shrunk` are worked
out from them after the database has answered, so ratios are sums over sums and never averages of
averages. A `Listing` is no number but one row an entity.
"""

from __future__ import annotations

from analytics_lib.metric.calendar import Elapsed
from analytics_lib.metric.columns import columns_of
from analytics_lib.metric.counted import Metric
from analytics_lib.metric.definition import Better, Definition, Leaf, Rows, Unit
from analytics_lib.metric.derived import Ratio, Share, Shrunk, Sum
from analytics_lib.metric.intervals import Intervals, Overlap
from analytics_lib.metric.lifetime import Lifetime
from analytics_lib.metric.listing import ListedColumn, ListedKey, Listing
from analytics_lib.metric.removal import Removal
from analytics_lib.metric.returning import AGE, Cohort, Kept
from analytics_lib.metric.seasonal import SEASON, Seasonal
from analytics_lib.metric.standing import Stock

AnyMetric = Definition

__all__ = [
    "AGE",
    "SEASON",
    "AnyMetric",
    "Better",
    "Cohort",
    "Definition",
    "Elapsed",
    "Intervals",
    "Kept",
    "Leaf",
    "Lifetime",
    "ListedColumn",
    "ListedKey",
    "Listing",
    "Metric",
    "Overlap",
    "Ratio",
    "Removal",
    "Rows",
    "Seasonal",
    "Share",
    "Shrunk",
    "Stock",
    "Sum",
    "Unit",
    "columns_of",
]
