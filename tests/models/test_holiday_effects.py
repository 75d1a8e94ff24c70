"""Holidays in buckets of any length."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.models.holiday_effects import holiday_effects, holidays_of


def test_holidays_of_a_country() -> None:
    found = holidays_of("ES", date(2025, 4, 1), date(2025, 5, 1))
    assert list(found) == [date(2025, 4, 18), date(2025, 5, 1)]
    with pytest.raises(UnknownName, match="XX"):
        holidays_of("XX", date(2025, 1, 1), date(2025, 1, 2))


def test_days_hold_a_holiday_its_eve_and_its_morrow() -> None:
    frame = holiday_effects(pd.date_range("2025-04-16", "2025-04-20", freq="D"), "ES")
    assert list(frame["Good Friday"]) == [0, 0, 1, 0, 0]
    assert list(frame["the day before Good Friday"]) == [0, 1, 0, 0, 0]
    assert list(frame["the day after a holiday"]) == [0, 0, 0, 1, 0]


def test_a_holiday_that_moves_lies_in_its_month() -> None:
    months = pd.period_range("2024-01", "2025-12", freq="M")
    frame = holiday_effects(months, "ES")
    assert frame.index[frame["Good Friday"] == 1].astype(str).tolist() == ["2024-03", "2025-04"]


def test_hours_hold_their_day() -> None:
    frame = holiday_effects(pd.date_range("2025-04-17T22", periods=28, freq="h"), "ES")
    assert frame["Good Friday"].sum() == 24


def test_steps_without_dates_have_no_holidays() -> None:
    assert holiday_effects(pd.RangeIndex(5), "ES").empty


def test_days_of_a_zone_are_its_own() -> None:
    days = pd.date_range("2025-04-16", "2025-04-20", freq="D", tz="Europe/Madrid")
    assert list(holiday_effects(days, "ES")["Good Friday"]) == [0, 0, 1, 0, 0]
    over_summer_time = pd.date_range("2024-03-25", "2024-04-05", freq="D", tz="Europe/Madrid")
    frame = holiday_effects(over_summer_time, "ES")
    assert [each.day for each in frame.index[frame["Good Friday"] == 1]] == [29]


def test_the_order_does_not_matter() -> None:
    days = pd.date_range("2025-04-16", "2025-04-20", freq="D")
    frame = holiday_effects(days, "ES")
    pd.testing.assert_frame_equal(
        holiday_effects(days[::-1], "ES"), frame.iloc[::-1], check_freq=False, check_like=True
    )


def test_a_step_without_a_date_is_refused() -> None:
    with pytest.raises(InputError, match="without a date"):
        holiday_effects(pd.DatetimeIndex(["2025-04-16", None]), "ES")


@pytest.mark.parametrize(
    ("freq", "label"),
    [
        ("ME", "2024-12-31"),
        ("QE", "2024-12-31"),
        ("YE", "2024-12-31"),
        ("BME", "2024-12-31"),
        ("W-SUN", "2024-12-29"),
        ("W-MON", "2024-12-23"),
        ("MS", "2024-12-01"),
        ("QS", "2024-10-01"),
        ("YS", "2024-01-01"),
    ],
)
@pytest.mark.parametrize("is_told", [True, False])
def test_christmas_lies_in_the_step_that_a_label_stands_for(freq: str, label: str, is_told: bool) -> None:
    index = pd.date_range("2024-01-01", "2025-01-31", freq=freq)
    if freq[0] == "Y":
        index = pd.date_range("2022-01-01", "2025-01-31", freq=freq)
    if not is_told:
        index = pd.DatetimeIndex(index.to_numpy())
    frame = holiday_effects(index, "ES").loc["2024":"2024"]
    assert [str(each.date()) for each in frame.index[frame["Christmas Day"] == 1]] == [label]
