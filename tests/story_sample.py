"""A sample large enough for the planted story to show, written once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.sources.publish import publish
from analytics_lib.sources.sample import SamplePlan, generate
from analytics_lib.warehouse import open_warehouse


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnalyticsService]:
    """The service over a sample of 30,000 bookings."""
    url = f"duckdb:///{tmp_path_factory.mktemp('story')}/story.duckdb"
    with publish(url, source="sample") as publication:
        for name, rows in generate(SamplePlan(bookings=30_000)):
            publication.append(name, rows)
    with open_warehouse(url) as warehouse:
        yield AnalyticsService(warehouse)
