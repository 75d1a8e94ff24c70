"""What reports ask of models has an answer for every scope, and the reason where there is none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.local_time import buckets
from tests.small_platform import OCTOBER, SEPTEMBER, holding, placed


@pytest.mark.parametrize(
    ("words", "first", "count"),
    [
        ({"period": "2026-09"}, "2026-10-01", 31),
        ({"period": "2026-W40"}, "2026-10-05", 7),
        ({"period": "2026-10-10"}, "2026-10-11T00+0200", 24),
        ({"period": "2026-10-24"}, "2026-10-25T00+0200", 25),
        ({"period": "2026-10-10T14+0200"}, "2026-10-10T15+0200", 1),
        ({"period": "2025"}, "2026-01", 12),
        ({"period": "2026-10", "as_of": "2026-10-20"}, "2026-10-20", 12),
        ({"period": "all"}, "2026-11", 6),
    ],
)
def test_an_outlook_is_of_the_rest_or_of_the_period_that_follows(
    small: AnalyticsService, words: dict[str, str], first: str, count: int
) -> None:
    frame = small.models.outlook("total_bookings", small.scope(**words))
    assert frame.attrs["reason"] is None
    assert (frame["bucket"].iloc[0], len(frame)) == (first, count)
    assert set(frame["metric"]) == {"total_bookings"} and set(frame["unit"]) == {"count"}
    assert frame.attrs["total"] == pytest.approx(frame["mean"].sum())
    assert frame.attrs["metrics"]["total_bookings"]["title"] == "Bookings"


def test_an_outlook_is_the_forecast_of_the_course(small: AnalyticsService) -> None:
    scope = small.scope(period="2026-09")
    ours = small.models.outlook("total_bookings", scope)
    plain = small.models.forecast("total_bookings", scope, over="day", horizon=31)
    assert list(ours["mean"]) == list(plain["mean"]) and list(ours["bucket"]) == list(plain["bucket"])


def test_what_does_not_add_up_has_no_total(small: AnalyticsService) -> None:
    assert small.models.outlook("cancellation_rate", small.scope()).attrs["total"] is None


@pytest.mark.parametrize(
    "words", [{"period": "2020-01"}, {"period": "2020-01-01T10+0100"}, {"period": "2021"}]
)
def test_before_all_data_the_answers_say_why(small: AnalyticsService, words: dict[str, str]) -> None:
    scope = small.scope(**words)
    for frame in (
        small.models.outlook("total_bookings", scope),
        small.models.causes("total_bookings", scope, "channel"),
        small.models.tried("elasticity", scope),
        small.models.tried("tier_margins", scope.last_months(12)),
    ):
        assert frame.empty and frame.attrs["reason"] and not frame.attrs["reason"].endswith(".")


def test_causes_are_the_drivers(small: AnalyticsService) -> None:
    scope = small.scope()
    ours = small.models.causes("gross_bookings_value", scope, "channel", volume="total_bookings")
    plain = small.models.drivers("gross_bookings_value", scope, "channel", volume="total_bookings")
    assert ours.to_dict("list") == plain.to_dict("list")
    assert ours.attrs["totals"] == plain.attrs["totals"] and ours.attrs["reason"] is None


def test_all_data_have_nothing_to_be_compared_with(small: AnalyticsService) -> None:
    frame = small.models.causes("total_bookings", small.scope(period="all"), "channel")
    assert "no period before all data" in frame.attrs["reason"]


def test_what_no_data_could_answer_is_refused(small: AnalyticsService) -> None:
    scope = small.scope()
    with pytest.raises(UnknownName):
        small.models.outlook("no_such_metric", scope)
    with pytest.raises(UnknownName):
        small.models.causes("total_bookings", scope, "no_such_dimension")
    with pytest.raises(InputError, match="do not add up"):
        small.models.causes("active_users", scope, "channel")
    with pytest.raises(UnknownName, match="elasticity"):
        small.models.tried("elastcity", scope)


def test_hours_look_back_half_a_year_only(small: AnalyticsService) -> None:
    scope = small.scope(period="2026-10-10")
    told = small.models.outlook("total_bookings", scope).attrs["account"].data
    hours = sum(1 for _ in buckets(scope.period.start, scope.period.end, scope.course, scope.zone))
    assert hours == 24
    assert "4,368" in told, told


def test_in_incomplete_data_nothing_is_said_to_have_moved(tmp_path: Path) -> None:
    rows = placed(50, SEPTEMBER, channel="app") + placed(3, OCTOBER, channel="app")
    with holding(tmp_path, rows, complete_through=OCTOBER) as analytics:
        frame = analytics.models.causes("total_bookings", analytics.scope(), "channel")
        assert frame.empty and "not complete" in frame.attrs["reason"]
        assert not analytics.models.drivers("total_bookings", analytics.scope(), "channel").empty


def test_a_forecast_of_what_is_past_is_none(tmp_path: Path) -> None:
    """Data that end in September cannot say what follows October."""
    rows = [row for day in range(1, 29) for row in placed(3, datetime(2026, 9, day, 12))]
    with holding(tmp_path, rows, complete_through=datetime(2026, 9, 28)) as analytics:
        told = analytics.models.outlook("total_bookings", analytics.scope(period="2026-10"))
        assert told.empty and "complete only up to 2026-09" in told.attrs["reason"]


@pytest.mark.parametrize(
    ("words", "covers"),
    [
        ({"period": "2026-09"}, "2026-10"),
        ({"period": "2026-10-24"}, "2026-10-25"),
        ({"period": "2026-10-10T14+0200", "as_of": "2026-10-10T14:30"}, "2026-10-10T14+0200"),
        ({"period": "2026-Q3"}, None),
        ({"period": "2026-10", "as_of": "2026-10-20"}, None),
        ({"period": "all"}, None),
    ],
)
def test_it_is_said_which_period_is_covered(
    small: AnalyticsService, words: dict[str, str], covers: str | None
) -> None:
    told = small.models.outlook("total_bookings", small.scope(**words)).attrs
    assert (told["covers"] and told["covers"].name) == covers
    assert told["begin"] < told["end"]
