"""Forecasts: published series, made ones of which the truth is known, and those that no one can foresee."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.airline import airline_model
from analytics_lib.models.backtest import backtest
from analytics_lib.models.forecast import forecast
from analytics_lib.models.rolling import try_out
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import regular
from tests.models.series_made import AIR_PASSENGERS, weekly_counts

VALUES = st.floats(-1e9, 1e9, allow_nan=False)


def doubts(frame: pd.DataFrame) -> str:
    return " ".join(account_of(frame).doubts)


# Published


def test_the_airline_model_has_the_published_coefficients() -> None:
    frame = airline_model(AIR_PASSENGERS, 12)
    theta, seasonal, variance = frame["estimate"]
    assert (round(theta, 4), round(seasonal, 4), round(variance, 6)) == (-0.4018, -0.5569, 0.001348)
    assert round(frame.attrs["log_likelihood"], 2) == 244.70


def test_the_airline_model_says_what_it_needs() -> None:
    with pytest.raises(InputError, match="too few"):
        airline_model(AIR_PASSENGERS[:20], 12)
    with pytest.raises(InputError, match="not positive"):
        airline_model(AIR_PASSENGERS - 104, 12)


def test_the_last_year_of_the_passengers() -> None:
    frame = forecast(AIR_PASSENGERS[:-12], 12, 12)
    actual = AIR_PASSENGERS[-12:]
    assert frame.index.equals(actual.index)
    error = float(np.abs(frame["mean"] - actual).mean())
    assert error < 0.5 * float(np.abs(frame["seasonal_naive"] - actual).mean())
    assert ((actual > frame["lower_95"]) & (actual < frame["upper_95"])).mean() > 0.9


# Made


def test_the_seasonal_naive_forecast_by_hand() -> None:
    frame = forecast(pd.Series([1.0, 5.0, 3.0, 2.0, 6.0, 4.0]), 5, 3)
    assert list(frame["seasonal_naive"]) == [2, 6, 4, 2, 6]
    assert list(frame.index) == [6, 7, 8, 9, 10]


def test_counts_of_a_known_week_are_found_again() -> None:
    series = weekly_counts(400, seed=1)
    frame = forecast(series, 14, 7)
    truth = 80 * np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.6, 0.7])[(400 + np.arange(14)) % 7]
    assert float(np.abs(frame["mean"] - truth).max()) < 8
    # The root of a Poisson count has a standard deviation of a half.
    half = 1.2816 * 0.5
    assert frame["upper_80"].to_numpy() == pytest.approx((np.sqrt(truth) + half) ** 2, rel=0.12)
    assert frame["lower_80"].to_numpy() == pytest.approx((np.sqrt(truth) - half) ** 2, rel=0.12)


def test_intervals_hold_what_they_promise() -> None:
    frame = backtest(weekly_counts(700, seed=2), 14, 7, origins=20)
    assert frame.attrs["coverage"][80] == pytest.approx(0.80, abs=0.05)
    assert frame.attrs["coverage"][95] == pytest.approx(0.95, abs=0.05)
    assert frame.attrs["mase"] < 0.8 * frame.attrs["mase_seasonal_naive"]
    assert "held" in account_of(frame).quality


def test_a_holiday_that_moves_is_foreseen() -> None:
    series = weekly_counts(730, seed=3)
    holiday = pd.DataFrame({"holiday": 0.0}, index=pd.date_range("2024-01-01", periods=760, freq="D"))
    for place in (80, 200, 333, 460, 600, 650, 690, 740):
        holiday.iloc[place] = 1.0
    series[holiday["holiday"][:730] > 0] = np.round(series * 0.3)
    known = forecast(series, 28, 7, effects=holiday)
    blind = forecast(series, 28, 7)
    assert known["mean"].iloc[10] < 0.55 * blind["mean"].iloc[10]
    assert known["mean"].iloc[11] == pytest.approx(blind["mean"].iloc[11], rel=0.1)
    assert "holidays" in account_of(known).did


# Odd


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [np.nan] * 20])
def test_too_little_gives_no_forecast_and_says_so(values: list[float]) -> None:
    frame = forecast(pd.Series(values, dtype="float64"), 3)
    assert frame.isna().all().all() and len(frame) == 3
    assert "say nothing about the next" in doubts(frame)
    assert frame.attrs["method"] is None


def test_a_flat_series_stays_flat() -> None:
    frame = forecast(pd.Series([7.0] * 60), 5, 7)
    assert (frame == 7).all().all()
    assert "never moved" in doubts(frame)


def test_an_exploding_series_is_not_followed_for_ever() -> None:
    values = 2.0 ** np.arange(30)
    frame = forecast(pd.Series(values), 10)
    assert (frame["mean"] <= 20 * values[-1]).all()
    assert np.isfinite(frame.to_numpy()).all()


def test_gaps_are_not_zeros() -> None:
    series = weekly_counts(400, seed=4)
    whole = forecast(series, 7, 7)
    holes = series.copy()
    holes.iloc[[50, 111, 222, 333]] = np.nan
    gappy = forecast(holes, 7, 7)
    assert gappy["mean"].to_numpy() == pytest.approx(whole["mean"].to_numpy(), rel=0.05)
    assert "4 missing steps" in doubts(gappy)
    dropped = forecast(holes.dropna(), 7, 7)
    pd.testing.assert_frame_equal(dropped, gappy, check_freq=False)
    assert forecast(series.where(np.arange(400) % 5 == 0), 7, 7)["mean"].isna().all()


def test_rare_events_are_not_foreseen_to_stop() -> None:
    draws = np.random.default_rng(5)
    series = pd.Series(np.where(draws.random(300) < 0.25, draws.poisson(4, 300) + 1.0, 0.0))
    frame = forecast(series, 14, 7)
    assert frame["mean"].sum() == pytest.approx(14 * 0.25 * 5, rel=0.35)
    assert abs(frame.attrs["bias"]) < 0.2


def test_what_fills_a_gap_is_not_known_before_it() -> None:
    values = np.random.default_rng(6).normal(0, 5, 100).cumsum() + 1000
    values[88:92] = np.nan
    changed = values.copy()
    changed[92:] += 100
    for series in (values, changed):
        known = regular(pd.Series(series), 1)
        trials = try_out(known, 1, Scale("identity"), None)
        place = trials.origins.index(91)
        assert trials.said["seasonal naive"][place, 0] == pytest.approx(values[87])


def test_missing_at_the_end_is_reached_over() -> None:
    series = weekly_counts(400, seed=5)
    series.iloc[-3:] = np.nan
    frame = forecast(series, 7, 7)
    assert frame.index[0] == series.index[-1] + pd.Timedelta(days=1)
    longer = forecast(series.iloc[:-3], 10, 7)
    assert frame["mean"].to_numpy() == pytest.approx(longer["mean"].to_numpy()[3:])
    assert "last 3 steps" in doubts(frame)


def test_a_cycle_longer_than_half_the_history_is_left_out() -> None:
    assert "365.25" in doubts(forecast(weekly_counts(500, seed=6), 7, (7, 365.25)))


def test_what_was_never_negative_is_not_foreseen_to_be() -> None:
    falling = pd.Series(np.maximum(0.0, 60 - np.arange(60.0)))
    frame = forecast(falling, 20)
    assert (frame[["mean", "lower_80", "lower_95"]] >= 0).all().all()


@settings(max_examples=25)
@given(st.lists(st.one_of(VALUES, st.none()), max_size=40), st.integers(1, 12), st.sampled_from([1, 4, 7]))
def test_any_series_gets_an_ordered_finite_answer(
    values: list[float | None], horizon: int, season: int
) -> None:
    series = pd.Series(values, dtype="float64")
    frame = forecast(series, horizon, season)
    assert len(frame) == horizon and account_of(frame).did
    if frame.attrs["method"] is None:
        assert frame.isna().all().all()
        return
    names = ("lower_95", "lower_80", "mean", "upper_80", "upper_95")
    found = frame[list(names)].to_numpy()
    assert np.isfinite(frame[["mean", "seasonal_naive"]].to_numpy()).all()
    size = float(series.abs().max()) or 1.0
    assert all((found[:, right] - found[:, left] >= -1e-6 * size).all() for left, right in pairwise(range(5)))
    if (series.dropna() >= 0).all():
        assert (found[:, 2] >= 0).all()


def test_the_unit_does_not_matter() -> None:
    series = weekly_counts(300, seed=7).add(1) * 1.5
    small, large = forecast(series, 7, 7), forecast(series * 1000, 7, 7)
    assert large.to_numpy() == pytest.approx(1000 * small.to_numpy(), rel=1e-6)


def test_the_same_question_has_the_same_answer() -> None:
    series = weekly_counts(300, seed=8)
    pd.testing.assert_frame_equal(
        forecast(series, 7, 7), forecast(series.sample(frac=1, random_state=1), 7, 7)
    )


# Asked wrongly


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"horizon": 0}, "horizon 0"),
        ({"horizon": True}, "horizon True"),
        ({"horizon": 3, "season": 0}, "season 0"),
        ({"horizon": 3, "levels": (0.95, 100)}, "level 100"),
        ({"horizon": 3, "levels": 80}, "levels 80"),
        ({"horizon": 3, "levels": (80, 80.0)}, "name one twice"),
    ],
)
def test_what_cannot_be_is_one_sentence(words: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        forecast(weekly_counts(30, seed=1), **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("effects", "said"),
    [
        (pd.Series([1.0, 2.0]), "no frame"),
        (pd.DataFrame({"a": [1.0, 2.0]}, index=[0, 0]), "0 twice"),
        (pd.DataFrame({"a": ["x"] * 12}), "no number"),
        (pd.DataFrame({"a": [np.inf] * 12}), "infinite"),
    ],
)
def test_odd_effects_are_refused(effects: pd.DataFrame, said: str) -> None:
    with pytest.raises(InputError, match=said):
        forecast(pd.Series(np.arange(10.0)), 2, effects=effects)


def test_odd_series_are_refused() -> None:
    with pytest.raises(InputError, match="no number"):
        forecast(pd.Series(["a", "b", "c"]), 2)
    with pytest.raises(InputError, match="infinite"):
        forecast(pd.Series([1.0, np.inf, 2.0]), 2)
    with pytest.raises(InputError, match="twice"):
        forecast(pd.Series([1.0, 2.0], index=[3, 3]), 2)
    with pytest.raises(InputError, match="no date"):
        forecast(pd.Series([1.0, 2.0], index=["x", "y"]), 2)
    with pytest.raises(InputError, match="no row for 2024-01-31"):
        forecast(
            weekly_counts(30, seed=1), 2, effects=pd.DataFrame({"a": 1.0}, weekly_counts(30, seed=1).index)
        )


def test_a_backtest_sees_nothing_of_what_comes() -> None:
    series = weekly_counts(200, seed=9)
    frame = backtest(series, 7, 7, origins=3)
    changed = series.copy()
    changed.iloc[-7:] = 10_000.0
    again = backtest(changed, 7, 7, origins=3)
    pd.testing.assert_series_equal(frame["mean"], again["mean"])
    assert list(frame["ahead"]) == [*range(1, 8)] * 3
    with pytest.raises(InputError, match="too few for 50 origins"):
        backtest(series, 7, 7, origins=50)
