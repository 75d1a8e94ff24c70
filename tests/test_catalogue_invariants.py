"""The invariants of the metric handbook for the whole catalogue, over the sample on both engines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Select, func, select

from analytics_lib import Scope, schema
from analytics_lib.catalogue import METRICS, find
from analytics_lib.measure import measure
from analytics_lib.metric import AnyMetric, Metric, Overlap
from analytics_lib.warehouse import Warehouse
from tests.small_sample import END, ZONE

QUARTER = Scope.build(period="2026-Q1", as_of=END, zone=ZONE)
BEYOND_ONE = {
    "like_for_like_growth",
    "net_revenue_retention",
    "gross_revenue_retention",
    "return_on_investment",
    "take_rate",
    "refund_value_rate_by_event",
    "refund_revenue_impact_rate",
    "dispute_activity",
}
"""Growth, retention of revenue and what holds events of different days against each other."""

ADDITIVE = [metric for metric in METRICS.values() if metric.is_additive]
FLOWS = [
    metric
    for metric in ADDITIVE
    if all(isinstance(leaf, Metric | Overlap) for leaf in metric.leaves())
    and not any(getattr(leaf, "mature_after", None) for leaf in metric.leaves())
]
"""What adds up over time too: no stocks, which are looked at where a bucket ends."""

DIMENSIONS = sorted({dimension for metric in ADDITIVE for dimension in metric.dimensions})


def whole(frame: pd.DataFrame) -> dict[str, Any]:
    return dict(zip(frame["metric"], frame["value"], strict=True))


def added(frame: pd.DataFrame) -> dict[str, Any]:
    """Metric -> the sum of its parts, exact, None where no part has a value."""
    found: dict[str, Any] = {}
    for metric, values in frame.groupby("metric")["value"]:
        there = [value for value in values if value is not None]
        found[str(metric)] = sum(there[1:], there[0]) if there else None
    return found


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and abs(one - other) <= 1e-6
    return bool(one == other)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_1_parts_add_up_to_the_whole(sampled: Warehouse, dimension: str) -> None:
    cut = [metric for metric in ADDITIVE if dimension in metric.dimensions]
    total = whole(measure(cut, QUARTER, warehouse=sampled))
    parts = added(measure(cut, QUARTER, by=(dimension,), warehouse=sampled))
    assert {name: (total[name], parts[name]) for name in total if not same(total[name], parts[name])} == {}


@pytest.mark.parametrize("over", ["day", "week", "month"])
def test_2_windows_add_up_to_the_joint_window(sampled: Warehouse, over: str) -> None:
    total = whole(measure(FLOWS, QUARTER, warehouse=sampled))
    parts = added(measure(FLOWS, QUARTER, over=over, warehouse=sampled))
    assert len(total) > 60
    assert {name: (total[name], parts[name]) for name in total if not same(total[name], parts[name])} == {}


@pytest.mark.parametrize(
    "by", [(), ("business_model",), ("channel",), ("partner",), ("service",), ("agent",)]
)
def test_4_rates_lie_between_nothing_and_everything(sampled: Warehouse, by: tuple[str, ...]) -> None:
    rates = [
        metric
        for metric in METRICS.values()
        if metric.unit == "share" and metric.name not in BEYOND_ONE and set(by) <= set(metric.dimensions)
    ]
    frame = measure(rates, QUARTER, by=by, compare="year", warehouse=sampled)
    for column in ("value", "previous"):
        found = frame[frame[column].notna()]
        assert found[~found[column].between(0, 1)][["metric", column]].to_dict("records") == []


@pytest.mark.parametrize("day", ["2026-03-29", "2025-10-26", "2026-02-03"])
def test_5_hours_of_a_local_day_add_up_to_it(sampled: Warehouse, day: str) -> None:
    by_instant = [metric for metric in FLOWS if all(leaf.knows_hours for leaf in metric.leaves())]
    scope = Scope.build(period=day, as_of=END, zone=ZONE)
    total = whole(measure(by_instant, scope, warehouse=sampled))
    parts = added(measure(by_instant, scope, over="hour", warehouse=sampled))
    assert {name: (total[name], parts[name]) for name in total if not same(total[name], parts[name])} == {}


def is_of_events(metric: AnyMetric) -> bool:
    """Whether a number rests on nothing that happens later than what puts its rows into the period."""
    for leaf in metric.leaves():
        if not isinstance(leaf, Metric) or not leaf.is_additive or leaf.rows.is_narrowed:
            return False
        if leaf.dated.table is not leaf.rows.table:  # type: ignore[attr-defined]
            return False
        read = {column for _, column in leaf.requires if column.endswith("_at")}
        if not read <= {leaf.dated.key, leaf.rows.known_at.key}:
            return False
    return True


EVENTS = [metric for metric in METRICS.values() if is_of_events(metric)]


def test_7_a_closed_period_never_changes_in_the_event_view(sampled: Warehouse) -> None:
    """As it was known when it ended, and as it is known a year later."""
    then = Scope.build(period="2025-10", as_of=datetime(2025, 10, 31, 23), zone=ZONE)
    later = Scope.build(period="2025-10", as_of=END, zone=ZONE)
    assert len(EVENTS) > 30
    assert whole(measure(EVENTS, then, warehouse=sampled)) == whole(measure(EVENTS, later, warehouse=sampled))


def test_7_a_cohort_changes_by_recorded_late_events_alone(sampled: Warehouse) -> None:
    then = Scope.build(period="2025-10", as_of=datetime(2025, 10, 31, 23), zone=ZONE)
    later = Scope.build(period="2025-10", as_of=END, zone=ZONE)
    grows = find(["cancellation_rate", "refund_rate", "refund_value_rate", "dispute_rate", "no_show_rate"])
    early, late = (whole(measure(grows, scope, warehouse=sampled)) for scope in (then, later))
    for name, value in early.items():
        assert late[name] >= value
    assert late["cancellation_rate"] > early["cancellation_rate"]


@pytest.mark.parametrize("period", ["2026-09", "2026-W30", "2025"])
@pytest.mark.parametrize("compare", ["previous", "year"])
def test_8_a_period_that_is_just_over_compares_as_a_whole_one(
    sampled: Warehouse, period: str, compare: str
) -> None:
    """At its very end nothing is partial, and the earlier period is looked at whole."""
    end = Scope.build(period=period, as_of=END, zone=ZONE).period.end
    over = Scope.build(period=period, as_of=end, zone=ZONE)
    assert not over.is_partial
    frame = measure(
        find(["total_bookings", "payments", "sessions"]), over, compare=compare, warehouse=sampled
    )
    other = over.period.compared(compare)  # type: ignore[arg-type]
    before = Scope.build(period=other.name, as_of=other.end, zone=ZONE)
    alone = whole(measure(find(["total_bookings", "payments", "sessions"]), before, warehouse=sampled))
    assert dict(zip(frame["metric"], frame["previous"], strict=True)) == alone


@pytest.mark.parametrize("by", [(), ("device",), ("channel",), ("business_model", "weekday")])
def test_9_a_funnel_only_narrows(sampled: Warehouse, by: tuple[str, ...]) -> None:
    steps = ["sessions", "funnel_searched", "funnel_viewed", "funnel_checkout", "funnel_booked"]
    frame = measure(find(steps), QUARTER, by=by, warehouse=sampled)
    keys = [*by] or None
    for _, found in frame.groupby(keys) if keys else [("all", frame)]:
        counts = found.set_index("metric").loc[steps, "value"].to_list()
        assert counts == sorted(counts, reverse=True)


def test_9_everybody_is_there_where_a_cohort_begins(sampled: Warehouse) -> None:
    year = Scope.build(period="2025", as_of=END, zone=ZONE)
    names = ["cohort_retention", "cohort_retention_unbounded"]
    frame = measure(find(names), year, by=("age",), over="month", warehouse=sampled)
    first = frame[(frame["age"] == "00") & frame["value"].notna()]
    assert len(first) > 12
    assert (first["value"] == 1).all()
    unbounded = frame[(frame["metric"] == names[1]) & frame["value"].notna()]
    for _, curve in unbounded.groupby("bucket"):
        values = curve.sort_values("age")["value"].to_list()
        assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("period", ["2025-05", "2026-03", "2026-W20"])
def test_changes_of_state_lead_from_what_stood_to_what_stands(sampled: Warehouse, period: str) -> None:
    scope = Scope.build(period=period, as_of=END, zone=ZONE)
    (partners, moves) = find(["partners", "partner_transitions"])
    stood = measure([partners], scope, by=("lifecycle_state",), compare="previous", warehouse=sampled)
    gained = dict(zip(stood["lifecycle_state"], stood["change"], strict=True))
    pairs = measure([moves], scope, by=("from_state", "lifecycle_state"), warehouse=sampled)
    assert pairs["value"].sum() > 3
    for move in pairs.to_dict("records"):
        gained[move["lifecycle_state"]] -= move["value"]
        gained[move["from_state"]] += move["value"]
    # What is left is who joined.
    joined = measure([partners], scope, compare="previous", warehouse=sampled)["change"].sum()
    assert {state: change for state, change in gained.items() if change} == (
        {"onboarding": joined} if joined else {}
    )


def test_10_the_legs_make_up_the_price(sampled: Warehouse) -> None:
    """To the cent, in every currency and business model."""
    frame = sampled.fetch(_legs())
    assert len(frame) > 500
    assert (frame["legs"] == frame["price"]).all()
    total = measure(find(["price_divided"]), QUARTER, by=("leg",), warehouse=sampled)["value"].sum()
    assert isinstance(total, Decimal)
    assert Fraction(total) > 0


def _legs() -> Select[Any]:
    entry, booking = schema.commission_entries.c, schema.bookings.c
    return (
        select(
            entry.booking_id,
            func.sum(entry.amount_base_minor).label("legs"),
            func.max(booking.price_base_minor).label("price"),
        )
        .join(schema.bookings, booking.booking_id == entry.booking_id)
        .where(entry.entry == "accrued")
        .group_by(entry.booking_id)
    )
