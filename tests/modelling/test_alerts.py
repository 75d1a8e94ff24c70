"""Anomalies over a database: the planted story is found, with few others."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of


def found(analytics: AnalyticsService, metric: str, **words: object) -> pd.DataFrame:
    return analytics.models.anomalies(metric, **words)  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_failed_provider(story: AnalyticsService) -> None:
    frame = found(story, "payment_declines", over="week")
    assert "2026-W11" in set(frame["bucket"])
    strongest = frame.loc[frame["score"].abs().idxmax()]
    assert strongest["bucket"] == "2026-W11" and strongest["score"] > 4.5
    assert frame["episode"].nunique() <= 2
    by_provider = found(story, "payment_declines", over="week", by="provider", floor=5)
    assert set(by_provider[by_provider["bucket"] == "2026-W11"]["provider"]) == {"Cardona"}


@pytest.mark.slow
def test_the_spring_sale(booked_story: AnalyticsService) -> None:
    frame = found(booked_story, "total_bookings", over="week", by="business_model", direction="up")
    sale = frame[(frame["bucket"] == "2025-W20") | (frame["bucket"] == "2025-W21")]
    assert list(sale[sale["score"] > 4]["business_model"]) == ["b2c", "b2c"]


@pytest.mark.slow
def test_the_collapsed_destination(booked_story: AnalyticsService) -> None:
    words = {"over": "week", "by": "destination_name", "direction": "down"}
    frame = booked_story.models.anomalies("total_bookings", booked_story.scope(period="2025-Q3"), **words)  # type: ignore[arg-type]
    assert "Athens" in set(frame["destination_name"])
    counts = frame["destination_name"].value_counts()
    assert counts.idxmax() == "Athens" and len(counts) <= 4


@pytest.mark.slow
def test_days_call_somebody_every_other_month_at_most(booked_story: AnalyticsService) -> None:
    frame = found(booked_story, "total_bookings", over="day")
    assert frame.attrs["backtest"][0]["episodes_a_year"] < 8
    assert "a year in each" in account_of(frame).quality


def test_the_period_limits_what_is_shown_and_not_what_is_known(story: AnalyticsService) -> None:
    whole = found(story, "payment_declines", over="week")
    month = story.models.anomalies("payment_declines", story.scope(period="2026-03"), over="week")
    assert set(month["bucket"]) <= set(whole["bucket"])
    assert "2026-W11" in set(month["bucket"])
    assert month["bucket_start"].between("2026-03-01", "2026-04-01").all()
    assert month.attrs["backtest"][0]["judged"] > 60


def test_what_cannot_be_judged_is_one_sentence(story: AnalyticsService) -> None:
    with pytest.raises(InputError, match="cancellation_rate is neither"):
        found(story, "cancellation_rate")
    with pytest.raises(InputError, match="threshold"):
        found(story, "total_bookings", threshold=-1)
