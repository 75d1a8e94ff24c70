"""A sample large enough for the planted story to show, written once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.sources.publish import publish
from analytics_lib.sources.sample import SamplePlan, generate
from analytics_lib.warehouse import open_warehouse


def _platform(folder: Path, plan: SamplePlan) -> Iterator[AnalyticsService]:
    url = f"duckdb:///{folder}/story.duckdb"
    with publish(url, source="sample") as publication:
        for name, rows in generate(plan):
            publication.append(name, rows)
    with open_warehouse(url) as warehouse:
        yield AnalyticsService(warehouse)


@pytest.fixture(scope="session")
def booked_story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnalyticsService]:
    """The service over the 100,000 bookings of the default sample, without what hangs on them."""
    yield from _platform(tmp_path_factory.mktemp("booked_story"), SamplePlan(only=("bookings",)))


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnalyticsService]:
    """The service over a sample of 30,000 bookings."""
    yield from _platform(tmp_path_factory.mktemp("story"), SamplePlan(bookings=30_000))
