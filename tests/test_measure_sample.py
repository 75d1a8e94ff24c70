"""Every metric by every dimension and bucket over the sample, on both engines, against the oracle."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import pytest

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse
from tests.oracles.agreement import assert_agrees
from tests.oracles.bookings import DIMENSIONS, MEASURED, booking_oracle
from tests.oracles.calendar import Look
from tests.oracles.oracle import Oracle
from tests.small_sample import END, ZONE, sample

SCOPES = {
    "month": ("2026-09", END),
    "week": ("2026-W30", END),
    "quarter": ("2025-Q4", datetime(2026, 2, 1)),
    "year": ("2025", END),
}


@cache
def oracle(look: Look, by: tuple[str, ...] = (), over: str | None = None) -> Oracle:
    return booking_oracle(sample(), look, by, over)


def scope_and_look(
    frame: str, name: str, as_of: datetime, models: tuple[str, ...] = (), partners: tuple[str, ...] = ()
) -> tuple[Scope, Look]:
    scope = Scope.build(period=name, as_of=as_of, zone=ZONE, business_models=models, partners=partners)
    return scope, Look.at(name, frame, as_of, ZONE, models, partners)


def test_the_oracle_knows_every_dimension() -> None:
    assert {name for metric in find(MEASURED) for name in metric.dimensions} == set(DIMENSIONS)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_metric_by_every_dimension(sampled: Warehouse, dimension: str) -> None:
    scope, look = scope_and_look("quarter", "2026-Q1", END)
    assert all(dimension in metric.dimensions for metric in find(MEASURED))
    frame = measure(find(MEASURED), scope, by=(dimension,), warehouse=sampled)
    assert_agrees(frame, oracle(look, (dimension,)))


@pytest.mark.parametrize("time_frame", SCOPES)
@pytest.mark.parametrize("compare", ["previous", "year"])
def test_every_metric_compared(sampled: Warehouse, time_frame: str, compare: str) -> None:
    scope, look = scope_and_look(time_frame, *SCOPES[time_frame])
    frame = measure(find(MEASURED), scope, compare=compare, warehouse=sampled)
    assert_agrees(frame, oracle(look), oracle(look.compared(compare)), compare)


@pytest.mark.parametrize("over", ["day", "week", "month", "quarter", "year"])
def test_every_metric_over_every_bucket(sampled: Warehouse, over: str) -> None:
    scope, look = scope_and_look("year", "2025", END)
    frame = measure(find(MEASURED), scope, over=over, warehouse=sampled)
    assert_agrees(frame, oracle(look, (), over))


def test_every_metric_over_hours(sampled: Warehouse) -> None:
    scope, look = scope_and_look("week", "2026-W43", END)
    frame = measure(find(MEASURED), scope, over="hour", warehouse=sampled)
    assert_agrees(frame, oracle(look, (), "hour"))
    by_date = frame[frame["metric"] == "room_revenue"]
    assert by_date["reason"].str.contains("dated by local days, not hours").all()


@pytest.mark.parametrize("compare", ["previous", "year"])
def test_a_period_to_date_compares_with_the_same_part_as_it_was_known_then(
    sampled: Warehouse, compare: str
) -> None:
    scope, look = scope_and_look("month", "2026-10", datetime(2026, 10, 17, 9, 30))
    assert scope.is_partial
    frame = measure(
        find(MEASURED),
        scope,
        by=("business_model",),
        over="week",
        compare=compare,
        warehouse=sampled,
    )
    before = oracle(look.compared(compare), ("business_model",), "week")
    assert_agrees(frame, oracle(look, ("business_model",), "week"), before, compare)


@pytest.mark.parametrize("models", [("b2c",), ("b2b", "b2b2c")])
def test_business_models(sampled: Warehouse, models: tuple[str, ...]) -> None:
    scope, look = scope_and_look("quarter", "2026-Q2", END, models)
    frame = measure(find(MEASURED), scope, by=("business_model", "device"), warehouse=sampled)
    assert set(frame["business_model"]) == set(models)
    assert_agrees(frame, oracle(look, ("business_model", "device")))


def test_a_distributors_scope_includes_its_children(sampled: Warehouse) -> None:
    partners = sample()["partners"]
    parents = partners["parent_partner_id"].dropna()
    distributor = str(parents.value_counts().index[0])
    children = set(partners.loc[partners["parent_partner_id"] == distributor, "partner_id"])
    scope, look = scope_and_look("year", "2025", END, partners=(distributor,))
    frame = measure(find(MEASURED), scope, by=("partner",), warehouse=sampled)
    assert children & set(frame["partner"])
    assert set(frame["partner"]) <= children | {distributor}
    assert_agrees(frame, oracle(look, ("partner",)))


def test_what_happened_after_the_as_of_is_not_known_yet(sampled: Warehouse) -> None:
    early, early_look = scope_and_look("month", "2026-03", datetime(2026, 4, 1))
    late, late_look = scope_and_look("month", "2026-03", END)
    then = measure(find(MEASURED), early, warehouse=sampled)
    now = measure(find(MEASURED), late, warehouse=sampled)
    assert_agrees(then, oracle(early_look))
    assert_agrees(now, oracle(late_look))
    rates = [frame.set_index("metric")["value"]["cancellation_rate"] for frame in (then, now)]
    assert rates[0] < rates[1]
