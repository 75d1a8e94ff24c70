"""What the sample platform hides is found by the metric that is meant for it, and not elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from analytics_lib import AnalyticsService, Scope, schema


@pytest.fixture
def analytics(story: AnalyticsService) -> AnalyticsService:
    return story


def told(
    analytics: AnalyticsService, metric: str, period: str, by: str, column: str = "value", **words: Any
) -> dict[str, Any]:
    """Group -> value (or change) of a metric."""
    compare = words.pop("compare", None)
    frame = analytics.measure(metric, analytics.scope(period=period, **words), by=by, compare=compare)
    return {group: value for group, value in zip(frame[by], frame[column], strict=True) if value is not None}


def test_the_failed_provider(analytics: AnalyticsService) -> None:
    rates = told(analytics, "payment_attempt_success_rate", "2026-W11", "provider")
    changes = told(
        analytics, "payment_attempt_success_rate", "2026-W11", "provider", "change", compare="previous"
    )
    assert rates.pop("Cardona") < 0.15
    assert changes.pop("Cardona") < -0.7
    assert min(rates.values()) > 0.75
    assert min(changes.values()) > -0.15
    reasons = told(analytics, "payment_declines", "2026-W11", "decline_reason")
    assert max(reasons, key=lambda reason: reasons[reason]) == "provider_timeout"
    # Retries collapse: whoever paid in the end counts as paid.
    scope = analytics.scope(period="2026-W11")
    frame = analytics.measure(["payment_success_rate", "acceptance_rate"], scope)
    deduplicated, raw = frame["value"]
    assert deduplicated > raw + 0.1


def test_the_collapsed_destination(analytics: AnalyticsService) -> None:
    changes = told(analytics, "total_bookings", "2025-08", "destination_name", "change_ratio", compare="year")
    assert min(changes, key=lambda name: changes[name]) == "Athens"
    assert changes["Athens"] < -0.5
    by_arrival = told(analytics, "cancellation_rate_by_arrival", "2025-08", "destination_name")
    others = [rate for name, rate in by_arrival.items() if name != "Athens"]
    assert by_arrival["Athens"] > 0.45
    assert by_arrival["Athens"] > 1.5 * sorted(others)[len(others) // 2]


def test_the_slow_assistant(analytics: AnalyticsService) -> None:
    slower = told(analytics, "ai_response_p95", "2026-06", "agent", "change_ratio", compare="year")
    assert slower.pop("trip_planner") > 0.7
    assert max(slower.values()) < 0.5
    waiting = told(analytics, "ai_wait_share", "2026-06", "agent")
    assert waiting["trip_planner"] == max(waiting.values()) > 0.5


def test_the_failing_assistant(analytics: AnalyticsService) -> None:
    for metric in ("ai_success_rate", "ai_task_success_rate", "ai_satisfaction_ranked"):
        found = told(analytics, metric, "2025", "agent")
        assert min(found, key=lambda agent: found[agent]) == "refund_desk", metric
    assert told(analytics, "ai_success_rate", "2025", "agent")["refund_desk"] < 0.9


def test_the_losing_reseller(analytics: AnalyticsService) -> None:
    net = told(analytics, "net_revenue", "2025", "partner", business_model="b2b2c")
    brought = told(analytics, "partner_contribution", "2025", "partner", business_model="b2b2c")
    assert min(net, key=lambda partner: net[partner]) == "re-003"
    assert min(brought, key=lambda partner: brought[partner]) == "re-003"
    assert brought["re-003"] < net["re-003"] < Decimal(0)


def test_overlapping_outages_count_once(analytics: AnalyticsService) -> None:
    scope = analytics.scope(period="2025-06-17")
    found = told(analytics, "downtime_seconds", "2025-06-17", "service")
    naive = analytics.warehouse.fetch(_lengths(scope))["seconds"].iloc[0]
    assert 0 < found["booking_api"] < naive
    uptime = analytics.measure("system_uptime", scope)["value"].iloc[0]
    assert 0.8 < uptime < 0.95


def _lengths(scope: Scope) -> Select[Any]:
    """The naive sum: minutes that overlap are counted twice."""
    outage = schema.outages.c
    length = func.epoch(outage.ended_at) - func.epoch(outage.started_at)
    return select(func.sum(length).label("seconds")).where(
        outage.service == "booking_api",
        outage.kind == "unplanned",
        outage.started_at >= scope.period.start,
        outage.ended_at < scope.period.end,
    )


def test_the_exchange_shock(analytics: AnalyticsService) -> None:
    effects = told(analytics, "exchange_effect", "2026-Q2", "currency")
    assert min(effects, key=lambda currency: effects[currency]) == "GBP"
    constant = told(analytics, "gross_bookings_value_at_reference_rates", "2026-Q2", "currency")
    current = told(analytics, "gross_bookings_value", "2026-Q2", "currency")
    assert effects["EUR"] == 0
    assert -0.10 < effects["GBP"] / constant["GBP"] < -0.04
    for currency, effect in effects.items():
        assert current[currency] == constant[currency] + effect


def test_the_backlog_of_refunds_and_the_forest_fires(analytics: AnalyticsService) -> None:
    reasons = told(analytics, "refunds_paid", "2025-08", "refund_reason")
    assert reasons.get("force_majeure", 0) > 0
    assert told(analytics, "refunds_paid", "2024-08", "refund_reason").get("force_majeure", 0) == 0


def test_the_spring_sale(analytics: AnalyticsService) -> None:
    clicked = told(analytics, "click_rate", "2025-05", "campaign", business_model="b2c")
    mails = {name: rate for name, rate in clicked.items() if "spring-sale" in name}
    assert mails
    whole = analytics.measure("click_rate", analytics.scope(period="2025-02", business_model="b2c"))
    assert max(mails.values()) > whole["value"].iloc[0]


def test_what_partners_do(analytics: AnalyticsService) -> None:
    states = analytics.measure(
        "partners", analytics.scope(period="2026-10"), by=["partner", "lifecycle_state"]
    )
    there = states[states["value"] > 0]
    state = dict(zip(there["partner"], there["lifecycle_state"], strict=True))
    assert state["op-001"] == "active"
    assert {state["op-008"], state["re-012"]} == {"churned"}
    assert {state["ag-018"], state["re-019"]} <= {"dormant", "churned", "at_risk"}
