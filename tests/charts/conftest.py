"""Frames that charts draw: real answers over small platforms."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics_lib import AnalyticsService
from tests.small_platform import OCTOBER, SEPTEMBER, holding, placed


@pytest.fixture(scope="session")
def october(small: AnalyticsService) -> pd.DataFrame:
    """Bookings by day of October 2026, compared with September."""
    return small.measure("total_bookings", small.scope(period="2026-10"), over="day", compare="previous")


@pytest.fixture(scope="session")
def destinations(small: AnalyticsService) -> pd.DataFrame:
    """Value by destination in the third quarter, compared with the second."""
    scope = small.scope(period="2026-Q3")
    return small.measure("gross_bookings_value", scope, by=["destination_name"], compare="previous")


@pytest.fixture
def half_known(tmp_path: Path) -> pd.DataFrame:
    """Bookings by day of an October whose data is complete only up to the 15th."""
    rows = placed(40, SEPTEMBER) + placed(9, OCTOBER) + placed(2, OCTOBER + timedelta(days=9))
    with holding(tmp_path, rows, complete_through=datetime(2026, 10, 15)) as analytics:
        return analytics.measure("total_bookings", analytics.scope(), over="day", compare="previous")


@pytest.fixture
def with_gaps(tmp_path: Path) -> pd.DataFrame:
    """A rate by day that has no number on days without bookings."""
    rows = placed(40, OCTOBER) + placed(
        40, OCTOBER + timedelta(days=2), cancelled_at=OCTOBER + timedelta(days=3)
    )
    with holding(tmp_path, rows) as analytics:
        return analytics.measure("cancellation_rate", analytics.scope(), over="day")


@pytest.fixture
def nothing(tmp_path: Path) -> pd.DataFrame:
    """An October in which nothing happened."""
    with holding(tmp_path, placed(40, SEPTEMBER)) as analytics:
        return analytics.measure("total_bookings", analytics.scope(), over="day", compare="previous")
