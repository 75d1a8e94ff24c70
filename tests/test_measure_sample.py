"""Every metric by every dimension and bucket over the sample, on both engines, against the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

import pandas as pd
import pytest

from analytics_lib.catalogue import METRICS
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from analytics_lib.sources.publish import publish
from analytics_lib.sources.sample.plan import SamplePlan
from analytics_lib.sources.sample.platform import generate
from analytics_lib.warehouse import Warehouse, open_warehouse
from tests.agreement import assert_agrees
from tests.engines import ENGINES, postgresql_database
from tests.oracle import CUTS, Oracle
from tests.oracle import METRICS as KNOWN_TO_ORACLE
from tests.oracle_calendar import Look

PLAN = SamplePlan(bookings=1200, seed=7, through=date(2026, 11, 1))
ZONE = "Europe/Madrid"
END = datetime(2026, 10, 31, 23)
"""The first instant of November in Madrid: where the sample ends."""

SCOPES = {
    "month": ("2026-09", END),
    "week": ("2026-W30", END),
    "quarter": ("2025-Q4", datetime(2026, 2, 1)),
    "year": ("2025", END),
}


@cache
def sample() -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pd.DataFrame]] = {}
    for name, rows in generate(PLAN):
        parts.setdefault(name, []).append(rows.to_pandas(date_as_object=True, integer_object_nulls=True))
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


@pytest.fixture(scope="module", params=ENGINES)
def warehouse(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Warehouse]:
    if request.param == "duckdb":
        yield from opened(f"duckdb:///{tmp_path_factory.mktemp('sample')}/platform.duckdb")
        return
    with postgresql_database(request.getfixturevalue("postgresql_server")) as url:
        yield from opened(url)


def opened(url: str) -> Iterator[Warehouse]:
    with publish(url, source="sample") as publication:
        for name, rows in generate(PLAN):
            publication.append(name, rows)
    warehouse = open_warehouse(url)
    yield warehouse
    warehouse.close()


@cache
def oracle(look: Look, by: tuple[str, ...] = (), over: str | None = None) -> Oracle:
    return Oracle(sample(), look, by, over)


def scope_and_look(
    frame: str, name: str, as_of: datetime, models: tuple[str, ...] = (), partners: tuple[str, ...] = ()
) -> tuple[Scope, Look]:
    scope = Scope.build(period=name, as_of=as_of, zone=ZONE, business_models=models, partners=partners)
    return scope, Look.at(name, frame, as_of, ZONE, models, partners)


def test_the_oracle_knows_every_metric_and_dimension() -> None:
    assert set(KNOWN_TO_ORACLE) == set(METRICS)
    assert {name for metric in METRICS.values() for name in metric.dimensions} == set(CUTS)


@pytest.mark.parametrize("dimension", CUTS)
def test_every_metric_by_every_dimension(warehouse: Warehouse, dimension: str) -> None:
    scope, look = scope_and_look("quarter", "2026-Q1", END)
    assert all(dimension in metric.dimensions for metric in METRICS.values())
    frame = measure(list(METRICS.values()), scope, by=(dimension,), warehouse=warehouse)
    assert_agrees(frame, oracle(look, (dimension,)))


@pytest.mark.parametrize("time_frame", SCOPES)
@pytest.mark.parametrize("compare", ["previous", "year"])
def test_every_metric_compared(warehouse: Warehouse, time_frame: str, compare: str) -> None:
    scope, look = scope_and_look(time_frame, *SCOPES[time_frame])
    frame = measure(list(METRICS.values()), scope, compare=compare, warehouse=warehouse)
    assert_agrees(frame, oracle(look), oracle(look.compared(compare)), compare)


@pytest.mark.parametrize("over", ["day", "week", "month", "quarter", "year"])
def test_every_metric_over_every_bucket(warehouse: Warehouse, over: str) -> None:
    scope, look = scope_and_look("year", "2025", END)
    frame = measure(list(METRICS.values()), scope, over=over, warehouse=warehouse)
    assert_agrees(frame, oracle(look, (), over))


def test_every_metric_over_hours(warehouse: Warehouse) -> None:
    scope, look = scope_and_look("week", "2026-W43", END)
    frame = measure(list(METRICS.values()), scope, over="hour", warehouse=warehouse)
    assert_agrees(frame, oracle(look, (), "hour"))
    by_date = frame[frame["metric"] == "room_revenue"]
    assert by_date["reason"].str.contains("dated by local days, not hours").all()


@pytest.mark.parametrize("compare", ["previous", "year"])
def test_a_period_to_date_compares_with_the_same_part_as_it_was_known_then(
    warehouse: Warehouse, compare: str
) -> None:
    scope, look = scope_and_look("month", "2026-10", datetime(2026, 10, 17, 9, 30))
    assert scope.is_partial
    frame = measure(
        list(METRICS.values()),
        scope,
        by=("business_model",),
        over="week",
        compare=compare,
        warehouse=warehouse,
    )
    before = oracle(look.compared(compare), ("business_model",), "week")
    assert_agrees(frame, oracle(look, ("business_model",), "week"), before, compare)


@pytest.mark.parametrize("models", [("b2c",), ("b2b", "b2b2c")])
def test_business_models(warehouse: Warehouse, models: tuple[str, ...]) -> None:
    scope, look = scope_and_look("quarter", "2026-Q2", END, models)
    frame = measure(list(METRICS.values()), scope, by=("business_model", "device"), warehouse=warehouse)
    assert set(frame["business_model"]) == set(models)
    assert_agrees(frame, oracle(look, ("business_model", "device")))


def test_a_distributors_scope_includes_its_children(warehouse: Warehouse) -> None:
    partners = sample()["partners"]
    parents = partners["parent_partner_id"].dropna()
    distributor = str(parents.value_counts().index[0])
    children = set(partners.loc[partners["parent_partner_id"] == distributor, "partner_id"])
    scope, look = scope_and_look("year", "2025", END, partners=(distributor,))
    frame = measure(list(METRICS.values()), scope, by=("partner",), warehouse=warehouse)
    assert children & set(frame["partner"])
    assert set(frame["partner"]) <= children | {distributor}
    assert_agrees(frame, oracle(look, ("partner",)))


def test_what_happened_after_the_as_of_is_not_known_yet(warehouse: Warehouse) -> None:
    early, early_look = scope_and_look("month", "2026-03", datetime(2026, 4, 1))
    late, late_look = scope_and_look("month", "2026-03", END)
    then = measure(list(METRICS.values()), early, warehouse=warehouse)
    now = measure(list(METRICS.values()), late, warehouse=warehouse)
    assert_agrees(then, oracle(early_look))
    assert_agrees(now, oracle(late_look))
    rates = [frame.set_index("metric")["value"]["cancellation_rate"] for frame in (then, now)]
    assert rates[0] < rates[1]
