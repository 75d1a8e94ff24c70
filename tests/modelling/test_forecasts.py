"""Forecasts over a database: complete buckets, what follows them, units, and how good they are."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, connect
from analytics_lib.errors import InputError
from analytics_lib.modelling.countries import country_of
from analytics_lib.modelling.course import course
from analytics_lib.models.account import account_of
from analytics_lib.models.backtest import backtest
from analytics_lib.models.holiday_effects import holiday_effects
from analytics_lib.warehouse import Warehouse


@pytest.fixture
def everything(sampled: Warehouse) -> AnalyticsService:
    return AnalyticsService(sampled)


def test_the_course_is_what_measure_says(everything: AnalyticsService) -> None:
    scope = everything.scope(period="2026-10", as_of="2026-10-15T12:00")
    known = course("gross_bookings_value", scope, "week", everything.warehouse, ("business_model",))
    assert [known.known[-1].name, known.future(1)[0].name] == ["2026-W41", "2026-W42"]
    said = everything.measure(
        "gross_bookings_value",
        everything.scope(period="2026-W41", as_of="2026-10-15T12:00"),
        by="business_model",
    )
    for model, value in zip(said["business_model"], said["value"], strict=True):
        assert known.values[model].iloc[-1] == float(value)


def test_a_forecast_begins_where_complete_buckets_end(everything: AnalyticsService) -> None:
    scope = everything.scope(period="all", as_of="2026-10-15T12:00")
    frame = everything.models.forecast("total_bookings", scope, over="week", horizon=3)
    assert list(frame["bucket"]) == ["2026-W42", "2026-W43", "2026-W44"]
    assert frame["bucket_start"].iloc[0] == datetime(2026, 10, 12)
    assert frame.attrs["units"] == {"total_bookings": "count"} and frame.attrs["over"] == "week"
    assert "Left out: 1 bucket that is" in account_of(frame).data


def test_models_and_their_total_add_up(everything: AnalyticsService) -> None:
    frame = everything.models.forecast("total_revenue", over="week", horizon=4, by="business_model")
    means = frame.pivot(index="bucket", columns="business_model", values="mean")
    assert set(means) == {"b2b", "b2b2c", "b2c", "total"}
    assert means.drop(columns="total").sum(axis=1).to_numpy() == pytest.approx(means["total"].to_numpy())


def test_the_zone_names_the_holidays(everything: AnalyticsService) -> None:
    assert country_of("Europe/Madrid") == "ES" and country_of("UTC") is None
    known = course("total_bookings", everything.scope(period="all"), "day", everything.warehouse)
    effects = known.effects(60, None)
    assert effects is not None and effects["Christmas Day"].iloc[-60:].sum() == 1
    assert known.effects(60, "") is None
    with pytest.raises(InputError, match="Unknown country 'XX'"):
        everything.models.forecast("total_bookings", country="XX")


def test_what_cannot_be_forecast_is_one_sentence(everything: AnalyticsService) -> None:
    with pytest.raises(InputError, match="do not add up"):
        everything.models.forecast("cancellation_rate", by="business_model")
    with pytest.raises(InputError, match="horizon 0"):
        everything.models.forecast("total_bookings", horizon=0)
    partner = everything.scope(period="all", partner="op-001")
    with pytest.raises(InputError, match="net_revenue is not shown in a partner's scope"):
        everything.models.forecast("net_revenue", partner)


def test_what_is_withheld_is_not_taken_for_nothing(everything: AnalyticsService) -> None:
    scope = everything.scope(period="all", smallest_group=50)
    for by in (None, "country", "partner"):
        with pytest.raises(InputError, match=r"Not every week|is withheld"):
            everything.models.forecast("total_bookings", scope, over="week", by=by)
        with pytest.raises(InputError, match=r"Not every week|is withheld"):
            everything.models.anomalies("total_bookings", scope, over="week", by=by)
    few = everything.scope(period="all", smallest_group=2)
    assert len(everything.models.forecast("total_bookings", few, over="quarter", horizon=3)) == 3


def test_a_rate_so_far_is_doubted(everything: AnalyticsService) -> None:
    doubted = everything.models.forecast("cancellation_rate", over="month", horizon=2)
    assert any("not ripe" in doubt for doubt in account_of(doubted).doubts)
    ripe = everything.models.forecast("cancellation_rate_30d", over="month", horizon=2)
    assert not any("not ripe" in doubt for doubt in account_of(ripe).doubts)


def test_a_rate_is_forecast_as_a_fraction(everything: AnalyticsService) -> None:
    frame = everything.models.forecast("confirmation_rate", over="month", horizon=2)
    assert frame["mean"].between(0.5, 1.1).all()


# How good


@pytest.mark.slow
def test_the_sample_is_foreseen_better_than_by_last_week(booked_story: AnalyticsService) -> None:
    known = course("total_bookings", booked_story.scope(period="all"), "day", booked_story.warehouse)
    frame = backtest(known.values["all"], 14, known.seasons, origins=24, effects=known.effects(0, None))
    assert frame.attrs["mase"] < 0.85 * frame.attrs["mase_seasonal_naive"]
    assert frame.attrs["coverage"][80] == pytest.approx(0.80, abs=0.05)
    assert frame.attrs["coverage"][95] == pytest.approx(0.95, abs=0.05)


@pytest.mark.slow
def test_the_hotels_are_foreseen_better_than_by_last_week(hotel_url: str) -> None:
    analytics = connect(hotel_url)
    known = course("total_bookings", analytics.scope(period="all"), "day", analytics.warehouse)
    assert known.known[0].name.startswith("2015-07") and known.known[-1].name == "2016-12-08"
    frame = backtest(known.values["all"], 7, known.seasons, origins=40)
    assert frame.attrs["mase"] < 0.95 * frame.attrs["mase_seasonal_naive"]
    assert frame.attrs["coverage"][80] == pytest.approx(0.80, abs=0.05)
    assert frame.attrs["coverage"][95] == pytest.approx(0.95, abs=0.05)


def test_effects_of_the_history_are_those_of_its_days() -> None:
    days = pd.date_range("2025-12-20", periods=10, freq="D")
    assert holiday_effects(days, "ES")["Christmas Day"].sum() == 1
