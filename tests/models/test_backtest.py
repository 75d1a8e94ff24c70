"""Backtests of series that are not in order, not whole, or asked for wrongly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.backtest import backtest
from tests.models.series_made import weekly_counts


def test_the_order_does_not_matter() -> None:
    series = weekly_counts(40, seed=1)
    frame = backtest(series, 2, 7, origins=2)
    pd.testing.assert_frame_equal(backtest(series.iloc[::-1], 2, 7, origins=2), frame)
    assert list(frame["actual"]) == list(series.iloc[-4:])
    assert list(frame["origin"]) == [series.index[-5]] * 2 + [series.index[-3]] * 2


def test_each_forecast_meets_the_value_of_its_own_date() -> None:
    series = weekly_counts(40, seed=2)
    frame = backtest(series.drop(series.index[[20, -3]]), 4, 7, origins=1)
    wanted = series.iloc[-4:].astype("float64")
    wanted.iloc[1] = np.nan
    assert frame.index.equals(wanted.index)
    assert frame["actual"].to_numpy() == pytest.approx(wanted.to_numpy(), nan_ok=True)
    assert frame.attrs["wape"] is not None and "nan" not in str(account_of(frame))


def test_missing_at_the_end_is_no_value_to_meet() -> None:
    series = weekly_counts(40, seed=3)
    longer = series.reindex(pd.date_range(series.index[0], periods=50))
    pd.testing.assert_frame_equal(backtest(longer, 3, 7, origins=1), backtest(series, 3, 7, origins=1))
    with pytest.raises(InputError, match="has 0 steps, too few for 1 origin 3 steps apart"):
        backtest(longer * np.nan, 3, origins=1)


def test_what_met_no_value_says_so() -> None:
    series = weekly_counts(40, seed=4).astype("float64")
    # Too few of the values before the origin are known for a forecast.
    series.iloc[[*range(3, 30), *range(31, 39)]] = np.nan
    account = account_of(backtest(series, 1, origins=1))
    assert account.quality == "No forecast met a known value, so nothing can be said of its error."


@pytest.mark.parametrize("season", [(), [], [7], np.int64(7), (np.int64(7), 365.25)])
def test_seasons_as_they_come(season: Any) -> None:
    frame = backtest(weekly_counts(40, seed=5), 2, season, origins=1)
    wanted = backtest(weekly_counts(40, seed=5), 2, 7 if np.size(season) else 1, origins=1)
    assert frame.attrs["mase"] == pytest.approx(wanted.attrs["mase"])


def test_one_is_not_many_and_no_levels_leave_no_words() -> None:
    account = account_of(backtest(weekly_counts(40, seed=6), 1, 7, (), origins=1))
    assert account.did == "Forecasts made anew from 1 past origin."
    assert account.data == "1 forecast value."
    assert account.quality.endswith("of the seasonal naive forecast's.")


def test_a_naive_forecast_without_error() -> None:
    flat = account_of(backtest(pd.Series([5.0] * 30), 2, origins=2))
    assert flat.quality.startswith("Neither it nor the seasonal naive forecast made an error;")


@pytest.mark.parametrize(
    "words",
    [
        {"horizon": 2.5},
        {"horizon": "2"},
        {"horizon": 0},
        {"origins": 1.5},
        {"origins": True},
        {"origins": 0},
        {"step": "1"},
        {"step": -1},
        {"step": math.nan},
    ],
)
def test_what_cannot_be_is_one_sentence(words: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=str(next(iter(words)))):
        backtest(weekly_counts(40, seed=7), **({"horizon": 2} | words))
