"""Anomalies: what was planted is found, what is ordinary is not, and nothing is judged by what came after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.anomalies import anomalies
from tests.models.series_made import weekly_counts


def test_ordinary_counts_call_nobody() -> None:
    calls = [anomalies(weekly_counts(730, seed=seed), 7).attrs["episodes"] for seed in range(5)]
    assert sum(calls) <= 2


@pytest.mark.parametrize(("factor", "sign"), [(0.3, -1), (2.0, 1)])
def test_a_single_day_is_found_and_no_other(factor: float, sign: int) -> None:
    series = weekly_counts(500, seed=11)
    series.iloc[400] = round(series.iloc[400] * factor)
    frame = anomalies(series, 7)
    found = frame[frame["score"].abs() > 4]
    assert list(found.index) == [series.index[400]]
    assert np.sign(found["score"].iloc[0]) == sign
    assert frame["is_anomaly"].iloc[400] and frame.attrs["episodes"] == 1
    opposite = anomalies(series, 7, direction="up" if sign < 0 else "down")
    assert not opposite["is_anomaly"].iloc[400]


def test_a_lasting_small_move_is_found_by_its_run() -> None:
    series = weekly_counts(600, seed=12)
    series.iloc[450:464] = np.round(series.iloc[450:464] * 1.25)
    frame = anomalies(series, 7)
    assert frame["score"].iloc[450:464].abs().max() < 4.5
    assert frame["is_anomaly"].iloc[450:466].any()
    assert frame["run_score"].iloc[450:464].max() > 4


def test_a_new_level_is_accepted_in_time() -> None:
    series = weekly_counts(700, seed=13)
    series.iloc[400:] = np.round(series.iloc[400:] * 2)
    frame = anomalies(series, 7)
    assert frame["is_anomaly"].iloc[400]
    assert frame["is_anomaly"].iloc[400:428].mean() > 0.9
    # The shape of the week was learnt at half the size, so that single days may still stand out.
    assert frame["is_anomaly"].iloc[500:].mean() < 0.1


def test_what_comes_after_changes_no_verdict() -> None:
    series = weekly_counts(400, seed=14)
    series.iloc[300] = 0
    whole, early = anomalies(series, 7), anomalies(series.iloc[:320], 7)
    pd.testing.assert_frame_equal(whole.iloc[:320], early, check_freq=False, check_like=False)


@pytest.mark.parametrize("later", [0.5, 100.0, -1000.0])
def test_nor_does_another_kind_of_number_after_it(later: float) -> None:
    noise = np.random.default_rng(3).normal(0, 5, 200)
    values = np.round(60 + 10 * np.sin(np.arange(200) / 7 * 2 * np.pi) + noise)
    values[[90, 120, 130]] += [30, -28, 35]
    series = pd.Series(values, pd.date_range("2024-01-01", periods=200, freq="D"))
    changed = series.copy()
    changed.iloc[180:] = changed.iloc[180:] * later + 0.25
    pd.testing.assert_frame_equal(anomalies(series, 7).iloc[:180], anomalies(changed, 7).iloc[:180])


def test_a_total_collapse_is_called() -> None:
    series = pd.Series(np.random.default_rng(4).poisson(50, 401).astype("float64"))
    series.iloc[200:] = 0.0
    frame = anomalies(series)
    assert frame["is_anomaly"].iloc[200]
    assert np.isnan(frame["score"].iloc[-1])


def test_a_holiday_seen_once_is_expected_the_second_time() -> None:
    series = weekly_counts(700, seed=15)
    effects = pd.DataFrame({"holiday": 0.0}, index=series.index)
    for place in (200, 565):
        effects.iloc[place] = 1.0
        series.iloc[place] = 5.0
    frame = anomalies(series, 7, effects=effects)
    assert np.isnan(frame["score"].iloc[200])
    assert frame["expected"].iloc[565] < 30
    assert not frame["is_anomaly"].iloc[565]
    blind = anomalies(series, 7)
    assert blind["is_anomaly"].iloc[200] and blind["is_anomaly"].iloc[565]


def test_small_volumes_are_not_judged() -> None:
    series = weekly_counts(300, seed=16, level=2.0)
    series.iloc[250] = 9.0
    assert anomalies(series, 7, floor=10).attrs["episodes"] == 0
    assert anomalies(series, 7, floor=10)["score"].isna().all()
    series.iloc[250] = 40.0
    assert anomalies(series, 7, floor=10)["is_anomaly"].iloc[250]


def test_the_backtest_counts_episodes_a_year() -> None:
    series = weekly_counts(31 + 730, seed=17)
    for place in (100, 300, 500, 700):
        series.iloc[place] = 400.0
    frame = anomalies(series, 7, alerts_per_year=3.0)
    years = (series.index[-1] - series.index[28]).days / 365.25
    assert anomalies(series, 7, threshold=8.5).attrs["backtest"][8.5] == pytest.approx(4 / years)
    assert frame.attrs["backtest"][8.0] == pytest.approx(4 / years)
    assert frame.attrs["backtest"][3.0] >= frame.attrs["backtest"][8.0]
    threshold = frame.attrs["suggested_threshold"]
    assert threshold is not None and frame.attrs["backtest"][threshold] <= 3.0
    assert "In a year" in account_of(frame).quality


def test_odd_series_are_answered_honestly() -> None:
    assert len(anomalies(pd.Series(dtype="float64"))) == 0
    short = anomalies(weekly_counts(20, seed=1), 7)
    assert short["score"].isna().all() and "too short" in account_of(short).doubts[0]
    flat = pd.Series([5.5] * 60)
    assert anomalies(flat).attrs["episodes"] == 0
    flat.iloc[50] = 9.0
    assert anomalies(flat)["is_anomaly"].iloc[50]
    rare = pd.Series(np.where(np.arange(200) % 5 == 0, 30.0, 0.0))
    rare_frame = anomalies(rare)
    assert (
        rare_frame["score"].isna().all() and "most before them were zero" in account_of(rare_frame).doubts[0]
    )


def test_a_missing_day_is_not_a_collapse() -> None:
    series = weekly_counts(300, seed=18)
    series.iloc[250] = np.nan
    frame = anomalies(series, 7)
    assert np.isnan(frame["score"].iloc[250]) and frame.attrs["episodes"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"threshold": 0}, "threshold 0"),
        ({"floor": -1}, "floor -1"),
        ({"direction": "left"}, "both, up, down"),
    ],
)
def test_what_cannot_be_is_one_sentence(words: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        anomalies(weekly_counts(60, seed=1), 7, **words)  # type: ignore[arg-type]
