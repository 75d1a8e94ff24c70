"""What the service's six methods answer: typed, frozen, complete, and equal to what `measure` says."""

from __future__ import annotations

import json
import threading
from dataclasses import FrozenInstanceError
from decimal import Decimal
from typing import Any

import pytest

from analytics_lib import AnalyticsService, Scope
from analytics_lib.catalogue import METRICS, find
from analytics_lib.domains import DOMAINS
from analytics_lib.errors import InputError
from analytics_lib.results import Figure, KPIMetrics, Result
from analytics_lib.warehouse import Warehouse
from tests.small_sample import END, ZONE

MARCH = Scope.build(period="2026-03", as_of=END, zone=ZONE)
EMPTY = Scope.build(period="2031-03", as_of=END.replace(year=2032), zone=ZONE)
METHODS = {
    "kpis": "get_real_time_kpis",
    "bookings": "get_booking_analytics",
    "payments": "get_payment_analytics",
    "ai_usage": "get_ai_usage_analytics",
    "user_engagement": "get_user_engagement_analytics",
}


@pytest.fixture(scope="module")
def analytics(sampled: Warehouse) -> AnalyticsService:
    return AnalyticsService(sampled)


@pytest.mark.parametrize("domain", METHODS)
def test_a_figure_is_what_measure_says(analytics: AnalyticsService, domain: str) -> None:
    result = getattr(analytics, METHODS[domain])(MARCH)
    assert isinstance(result, DOMAINS[domain][0])
    for name, asked in DOMAINS[domain][1].items():
        over = MARCH.course if asked.over else None
        compare = "previous" if asked.compare else None
        frame = analytics.measure(asked.metrics, MARCH, asked.by, over, compare)  # type: ignore[arg-type]
        said = {
            (row["metric"], *(row[dim] for dim in asked.by), row.get("bucket")): row
            for row in frame.to_dict("records")
        }
        part = result[name]
        assert {figure.metric for figure in part} == set(asked.metrics)
        for figure in part:
            row = said[(figure.metric, *figure.group.values(), figure.bucket)]
            assert (figure.value, figure.unit, figure.n) == (row["value"], row["unit"], row["n"])
            assert (figure.quality, figure.reason) == (row["quality"], row["reason"])
            assert figure.previous == row.get("previous")
            assert figure.change == row.get("change")


def test_headline_figures_have_trend_and_polarity(analytics: AnalyticsService) -> None:
    kpis = analytics.get_real_time_kpis(MARCH)
    assert isinstance(kpis, KPIMetrics)
    for name in (
        "total_bookings",
        "total_revenue",
        "conversion_rate",
        "ai_satisfaction",
        "user_retention_rate",
        "system_uptime",
    ):
        figure = getattr(kpis, name)
        assert figure.metric == name
        assert figure.value is not None
        assert figure.previous is not None
        assert figure.trend in ("up", "down", "flat")
        assert figure.title == METRICS[name].title
    assert isinstance(kpis.total_revenue.value, Decimal)
    assert kpis.total_revenue.unit == kpis.currency == "EUR"
    uptime = kpis.system_uptime.value
    assert isinstance(uptime, float)
    assert 0.9 < uptime < 1


@pytest.mark.parametrize(
    ("change", "better", "trend", "is_good"),
    [
        (1, "higher", "up", True),
        (-1, "higher", "down", False),
        (1, "lower", "up", False),
        (-1, "lower", "down", True),
        (0, "higher", "flat", None),
        (1, "neither", "up", None),
        (None, "higher", None, None),
    ],
)
def test_trend_and_polarity_follow_the_sign(
    change: int | None, better: str, trend: str | None, is_good: bool | None
) -> None:
    figure = Figure("m", "M", 1, "count", 1, "ok", change=change, better=better)
    assert (figure.trend, figure.is_good) == (trend, is_good)


def test_results_cannot_be_changed(analytics: AnalyticsService) -> None:
    kpis = analytics.get_real_time_kpis(MARCH)
    with pytest.raises(FrozenInstanceError):
        kpis.currency = "USD"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        kpis.total_bookings.value = 0  # type: ignore[misc]
    with pytest.raises(TypeError):
        kpis.parts["mine"] = kpis["headline"]  # type: ignore[index]
    with pytest.raises(TypeError):
        kpis.total_bookings.group["mine"] = "x"  # type: ignore[index]


def test_the_comprehensive_report_holds_all_domains(analytics: AnalyticsService) -> None:
    report = analytics.generate_comprehensive_report(MARCH)
    assert list(report) == list(DOMAINS)
    for name, method in METHODS.items():
        assert report[name].to_dict() == getattr(analytics, method)(MARCH).to_dict()
    frame = report.to_frame()
    assert set(frame["domain"]) == set(DOMAINS)
    assert len(frame) == sum(len(part) for name in report for part in report[name].parts.values())
    assert report.freshness.data_version == analytics.warehouse.version()
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["kpis"]["parts"]["headline"]["figures"][1]["value"] == str(
        report["kpis"]["headline"]["total_revenue"].value
    )


def test_frames_are_tidy(analytics: AnalyticsService) -> None:
    frame = analytics.get_booking_analytics(MARCH).to_frame()
    by_source = frame[frame["part"] == "by_source"]
    bookings = by_source[by_source["metric"] == "total_bookings"]
    whole = frame[(frame["part"] == "headline") & (frame["metric"] == "total_bookings")]["value"].iloc[0]
    assert bookings["value"].sum() == whole
    assert set(bookings["business_model"]) <= {"b2c", "b2b", "b2b2c", "unknown"}


def test_what_was_missing_is_named_with_its_reason(analytics: AnalyticsService) -> None:
    result: Result = analytics.get_booking_analytics(
        MARCH.__class__.build(period="2026-10", as_of=END, zone=ZONE)
    )
    missing = {each.metric: each.reason for each in result.missing}
    assert "not yet known" in missing.get("cancellation_rate_90d", "not yet known")
    nothing = analytics.get_ai_usage_analytics(EMPTY)
    assert {each.metric for each in nothing.missing} >= {"ai_satisfaction", "ai_success_rate", "ai_apdex"}
    assert all(each.reason for each in nothing.missing)


def test_freshness_tells_where_the_data_ends(analytics: AnalyticsService) -> None:
    to_date = Scope.build(period="2026-10", as_of=END.replace(day=11), zone=ZONE)
    fresh = analytics.get_real_time_kpis(to_date).freshness
    assert fresh.is_partial
    assert fresh.as_of == END.replace(day=11)
    assert fresh.data_through == END
    assert not analytics.get_real_time_kpis(MARCH).freshness.is_partial


def test_without_a_scope_it_is_the_last_complete_month(analytics: AnalyticsService) -> None:
    assert analytics.get_real_time_kpis().scope["period"] == "2026-10"


def test_sections_name_metrics_and_dimensions_that_there_are() -> None:
    for _, section in DOMAINS.values():
        for asked in section.values():
            for metric in find(asked.metrics):
                assert set(asked.by) <= set(metric.dimensions), metric.name


# The cache


def test_a_hundred_equal_questions_at_once_are_one(sampled: Warehouse) -> None:
    fresh = AnalyticsService(sampled)
    gate = threading.Barrier(100)
    found: list[object] = []

    def ask() -> None:
        gate.wait()
        found.append(fresh.get_real_time_kpis(MARCH))

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statistics = fresh.cache_statistics()
    assert statistics is not None
    assert statistics.misses == 1
    assert statistics.hits + statistics.shared == 99
    assert all(each is found[0] for each in found)


def test_the_cache_tells_scopes_and_audiences_apart(sampled: Warehouse) -> None:
    fresh = AnalyticsService(sampled)
    scopes = [
        MARCH,
        Scope.build(period="2026-03", as_of=END, zone=ZONE, business_models=["b2b"]),
        Scope.build(period="2026-03", as_of=END, zone=ZONE, asked_for="somebody"),
        Scope.build(period="2026-03", as_of=END, zone=ZONE, smallest_group=5),
    ]
    for scope in scopes:
        fresh.measure("total_bookings", scope)
        fresh.get_real_time_kpis(scope)
    statistics = fresh.cache_statistics()
    assert statistics is not None
    assert (statistics.hits, statistics.misses) == (0, 2 * len(scopes))


def test_what_one_caller_does_to_a_frame_is_not_seen_by_the_next(sampled: Warehouse) -> None:
    fresh = AnalyticsService(sampled)
    first = fresh.measure("total_bookings", MARCH)
    first.loc[0, "value"] = -1
    first.attrs["dimensions"] = ("mine",)
    second = fresh.measure("total_bookings", MARCH)
    assert second["value"].iloc[0] > 0
    assert second.attrs["dimensions"] == ()


def test_a_result_is_the_same_for_everybody(sampled: Warehouse) -> None:
    fresh = AnalyticsService(sampled)
    told = fresh.get_real_time_kpis(MARCH).to_dict()
    told["scope"]["business_models"].append("mine")
    with pytest.raises(AttributeError):
        fresh.get_real_time_kpis(MARCH).scope["business_models"].append("mine")  # type: ignore[attr-defined]
    assert fresh.get_real_time_kpis(MARCH).to_dict()["scope"]["business_models"] == []
    words = fresh.measure("total_bookings", MARCH).attrs["metrics"]
    with pytest.raises(TypeError):
        words["total_bookings"]["better"] = "lower"
    with pytest.raises(TypeError):
        words["mine"] = {}


@pytest.mark.parametrize(
    "ask",
    [
        lambda service: service.measure("total_bookings", MARCH, by=[["channel"]]),
        lambda service: service.measure("total_bookings", MARCH, by=5),
        lambda service: service.measure("total_bookings", MARCH, over="fortnight"),
        lambda service: service.measure("total_bookings", MARCH, compare=["previous"]),
        lambda service: service.measure([5], MARCH),
        lambda service: service.measure([["total_bookings"]], MARCH),
        lambda service: service.measure("total_bookings", "2026-03"),
        lambda service: service.explain("total_bookings", MARCH, by=5),
        lambda service: service.get_real_time_kpis("2026-03"),
        lambda service: service.get_real_time_kpis({}),
        lambda service: service.get_real_time_kpis(MARCH, compare=["previous"]),
        lambda service: service.generate_comprehensive_report("2026-03"),
        lambda service: service.listing([], MARCH),
        lambda service: service.listing("customer_bookings", "2026-03"),
        lambda service: service.scope(smallest_group="x"),
        lambda service: service.scope(asked_for=["x"]),
    ],
)
def test_odd_questions_get_one_sentence(analytics: AnalyticsService, ask: Any) -> None:
    with pytest.raises(InputError) as caught:
        ask(analytics)
    assert "\n" not in str(caught.value)
    assert str(caught.value)[-1] in ".?"


def test_a_service_can_keep_nothing(sampled: Warehouse) -> None:
    assert AnalyticsService(sampled, keeps=False).cache_statistics() is None


def test_a_part_hands_out_the_answer_that_charts_and_sentences_take(small: AnalyticsService) -> None:
    scope = small.scope()
    part = small.get_booking_analytics(scope)["by_channel"]
    asked = ["total_bookings", "bookings_share", "cancellation_rate"]
    plain = small.measure(asked, scope, by=["channel"])
    frame = part.to_frame()
    assert frame.to_dict("list") == plain.to_dict("list")
    assert frame.attrs["dimensions"] == ("channel",) and frame.attrs["scope"] == scope
    one = part.to_frame(["cancellation_rate", "total_bookings"])
    assert list(one.attrs["metrics"]) == ["cancellation_rate", "total_bookings"]
    assert list(one["metric"].unique()) == ["cancellation_rate", "total_bookings"]
    frame.loc[:, "value"] = None
    assert part.to_frame()["value"].notna().any()
    with pytest.raises(KeyError):
        part.to_frame(["no_such_metric"])


def test_a_part_of_a_headline_is_compared_and_holds_its_own_metrics_only(small: AnalyticsService) -> None:
    frame = small.get_booking_analytics(small.scope())["headline"].to_frame()
    assert frame.attrs["compared"].period.name == "2026-09"
    assert set(frame["metric"]) == set(frame.attrs["metrics"]) and "pickup" in frame.attrs["metrics"]
