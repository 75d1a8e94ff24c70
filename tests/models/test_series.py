"""Series on equal steps: what the step is, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics_lib.errors import InputError
from analytics_lib.models.series import regular


def one_missing(freq: Any, start: str = "2019-01-01", periods: int = 24, **words: Any) -> pd.Series[float]:
    index = pd.date_range(start, periods=periods, freq=freq, **words)
    return pd.Series(np.arange(float(periods)), index=index).drop(index[7])


@pytest.mark.parametrize("missing", ["2024-02-10", "2024-03-31", "2024-04-01"])
def test_a_missing_day_over_daylight_saving_is_one_gap(missing: str) -> None:
    days = pd.date_range("2024-01-15", periods=120, tz="Europe/Madrid")
    data = regular(pd.Series(range(120), index=days).drop(pd.Timestamp(missing, tz="Europe/Madrid")), 7)
    assert data.gaps == 1 and data.index.equals(days)
    following = data.future(200)
    assert isinstance(following, pd.DatetimeIndex)
    assert (following.hour == 0).all() and following[-1].date().isoformat() == "2024-11-29"


def test_hours_over_daylight_saving_are_true_hours() -> None:
    hours = pd.date_range("2024-03-30", periods=72, freq="h", tz="Europe/Madrid")
    data = regular(pd.Series(range(72), index=hours).drop(hours[[5, 30]]), 1)
    assert data.gaps == 2 and data.index.equals(hours)


@pytest.mark.parametrize(
    "freq",
    [
        "ME",
        "BME",
        "BQE",
        "MS",
        "QE",
        "QE-JAN",
        "QS",
        "QS-FEB",
        "YE",
        "YS",
        "YS-APR",
        "2MS",
        "2QE",
        "W-WED",
        "D",
    ],
)
@pytest.mark.parametrize("zone", [None, "Europe/Madrid"])
def test_one_gap_leaves_the_step_what_it_was(freq: str, zone: str | None) -> None:
    series = one_missing(freq, tz=zone)
    data = regular(series, 1)
    whole = pd.date_range("2019-01-01", periods=30, freq=freq, tz=zone)
    assert (data.gaps, len(data.values)) == (1, 24)
    assert data.index.equals(whole[:24]) and data.future(6).equals(whole[24:])


def test_months_dated_the_fifteenth() -> None:
    series = one_missing(pd.DateOffset(months=1), "2019-01-15")
    data = regular(series, 12)
    assert (data.gaps, len(data.values)) == (1, 24)
    assert [str(each.date()) for each in data.future(2)] == ["2021-01-15", "2021-02-15"]


def test_business_days_with_a_holiday_have_five_a_week() -> None:
    data = regular(one_missing("B", "2024-01-01", 60), 5)
    assert (data.gaps, len(data.values)) == (1, 60)
    assert data.future(1)[0] == pd.Timestamp("2024-03-25")
    # Mondays alone are weeks, and days of one week are days.
    assert regular(one_missing("W-MON"), 1).gaps == 1
    week = pd.Series([1.0, 2.0, 4.0], index=pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-04"]))
    assert regular(week, 1).future(2)[-1] == pd.Timestamp("2024-01-06")


def test_steps_of_half_a_second() -> None:
    data = regular(one_missing("500ms"), 1)
    assert (data.gaps, len(data.values)) == (1, 24)


def test_nothing_is_lost_between_uneven_instants() -> None:
    index = pd.to_datetime(["2024-01-01T00", "2024-01-01T02", "2024-01-01T05"])
    assert list(regular(pd.Series([1.0, 2, 3], index=index), 1).values[[0, 2, 5]]) == [1, 2, 3]


def test_the_order_does_not_matter() -> None:
    series = pd.Series(range(5), index=pd.date_range("2024-01-01", periods=5)).iloc[::-1]
    data = regular(series, 1)
    assert list(data.values) == [0, 1, 2, 3, 4] and data.future(1)[0] == pd.Timestamp("2024-01-06")


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (pd.DataFrame({"a": [1.0, 2.0]}), "is a table"),
        (pd.Series([1.0, 2.0], index=pd.DatetimeIndex(["2024-01-01", None])), "missing at place 2"),
        (pd.Series([1.0, 2.0], index=pd.PeriodIndex(["2024-01", None], freq="M")), "missing at place 2"),
        (pd.Series([1.0, 2.0], index=[None, "2024-01-01"]), "missing at place 1"),
        (pd.Series([1.0, 2.0], index=["", "2024-01-01"]), "missing at place 1"),
        (pd.Series([1.0, 2.0], index=pd.Index([1, None], dtype="Int64")), "missing at place 2"),
        (pd.Series([1.0] * 4, index=[0, 1, 2, 10**12]), "more than 5,000,000"),
        (pd.Series([1.0] * 3, index=[-(2**63), 0, 2**63 - 1]), "more than 5,000,000"),
        (pd.Series([1.0] * 3, index=pd.to_datetime([0, 1, 10**9], unit="s")), "more than 5,000,000"),
        (pd.Series([1.0] * 2, index=pd.PeriodIndex(["1700-01-01", "2024-01-01"], freq="s")), "more than"),
        (
            pd.Series([1.0, 2.0], index=["2024-03-30T00:00+01:00", "2024-04-01T00:00+02:00"]),
            "mixes offsets",
        ),
        (pd.Series([1.0], index=pd.MultiIndex.from_tuples([("a", 1)])), "several levels"),
        (pd.Series([1.0, 2.0], index=[0.5, 1.5]), "fractions"),
        (
            pd.Series(
                [1.0] * 3, index=pd.DatetimeIndex(["2024-04-24", "2024-04-25", "2024-04-28"])
            ).tz_localize("Africa/Cairo"),
            "without a time zone",
        ),
    ],
)
def test_what_makes_no_steps_is_one_sentence(series: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        regular(series, 1)


@pytest.mark.parametrize("season", [np.int64(7), np.float64(7), [7], (np.int32(7),), np.array([7.0])])
def test_seasons_of_numpy(season: Any) -> None:
    assert regular(pd.Series(range(30)), season).seasons == (7.0,)


@pytest.mark.parametrize("season", ["7", "", True, np.nan, 0, None, (7, "a")])
def test_seasons_that_are_none(season: Any) -> None:
    with pytest.raises(InputError, match="no number of steps"):
        regular(pd.Series(range(30)), season)


def test_no_season_at_all() -> None:
    assert regular(pd.Series(range(30)), ()).season == 1


@pytest.mark.parametrize("freq", ["M", "2M", "Q", "D"])
def test_periods_with_one_gap(freq: str) -> None:
    index = pd.period_range("2024-01-01", periods=24, freq=freq)
    data = regular(pd.Series(range(24), index=index).drop(index[7]), 1)
    assert data.gaps == 1 and data.index.equals(index)
