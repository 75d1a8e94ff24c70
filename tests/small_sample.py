"""A small sample platform, held once by each engine, and questions about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache

import pandas as pd
import pytest

from analytics_lib.scope import Scope
from analytics_lib.sources.publish import publish
from analytics_lib.sources.sample.plan import SamplePlan
from analytics_lib.sources.sample.platform import generate
from analytics_lib.warehouse import Warehouse, open_warehouse
from tests.engines import ENGINES, postgresql_database
from tests.oracles.calendar import Look

PLAN = SamplePlan(bookings=1200, seed=7, through=date(2026, 11, 1))
ZONE = "Europe/Madrid"
END = datetime(2026, 10, 31, 23)
"""The first instant of November in Madrid: where the sample ends."""


@cache
def sample() -> dict[str, pd.DataFrame]:
    """Table -> its rows, as generated."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for name, rows in generate(PLAN):
        parts.setdefault(name, []).append(rows.to_pandas(date_as_object=True, integer_object_nulls=True))
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


@pytest.fixture(scope="session", params=ENGINES)
def sampled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The warehouse that holds the sample, once per engine."""
    if request.param == "duckdb":
        with _opened(f"duckdb:///{tmp_path_factory.mktemp('sample')}/platform.duckdb") as warehouse:
            yield warehouse
        return
    with (
        postgresql_database(request.getfixturevalue("postgresql_server")) as url,
        _opened(url) as warehouse,
    ):
        yield warehouse


@contextmanager
def _opened(url: str) -> Iterator[Warehouse]:
    with publish(url, source="sample") as publication:
        for name, rows in generate(PLAN):
            publication.append(name, rows)
    warehouse = open_warehouse(url)
    try:
        yield warehouse
    finally:
        warehouse.close()


def scope_of(look: Look) -> Scope:
    """The library's words for what the oracle looks at."""
    return Scope.build(
        period=look.name,
        as_of=look.as_of,
        zone=look.zone,
        business_models=look.models,
        partners=look.partners,
    )


def look_at(
    frame: str,
    name: str,
    as_of: datetime = END,
    models: tuple[str, ...] = (),
    partners: tuple[str, ...] = (),
) -> Look:
    """A look at the sample."""
    return Look.at(name, frame, as_of, ZONE, models, partners)
