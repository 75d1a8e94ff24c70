"""Holidays in buckets of any length."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from analytics_lib.errors import UnknownName
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
