"""How good forecasts were: errors against a naive forecast, coverage and score of intervals.

Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, chapter 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics_lib.errors import InputError
from analytics_lib.models.series import Floats

Numbers = Any
"""Whatever numpy turns into a vector of floats."""


def mase(actual: Numbers, forecast: Numbers, history: Numbers, season: int = 1) -> float | None:
    """Mean absolute scaled error: below 1 is better than the seasonal naive forecast was in the history.

    The mean of |actual - forecast| over that of |y_t - y_(t-season)| in `history`; None where the history is
    constant or shorter than a season and a step. Missing pairs are left out.
    """
    error = _errors(actual, forecast)
    scale = naive_scale(_vector(history), season)
    return None if scale is None or not len(error) else float(np.abs(error).mean() / scale)


def naive_scale(history: Floats, season: int) -> float | None:
    """The mean absolute error of the seasonal naive forecast within a history; None where it is 0."""
    steps = np.abs(history[season:] - history[:-season]) if len(history) > season else np.array([])
    steps = steps[~np.isnan(steps)]
    return float(steps.mean()) if len(steps) and steps.mean() > 0 else None


def wape(actual: Numbers, forecast: Numbers) -> float | None:
    """Weighted absolute percentage error: the sum of |error| over that of |actual|, None where that is 0."""
    error = _errors(actual, forecast)
    total = np.abs(_vector(actual)[_both(actual, forecast)]).sum()
    return float(np.abs(error).sum() / total) if total else None


def bias(actual: Numbers, forecast: Numbers) -> float | None:
    """The sum of (forecast - actual) over |the sum of actual values|: above 0 is too high; None over 0."""
    error = _errors(actual, forecast)
    total = abs(_vector(actual)[_both(actual, forecast)].sum())
    return float(-error.sum() / total) if total else None


def coverage(actual: Numbers, lower: Numbers, upper: Numbers) -> float | None:
    """The share of actual values within their interval, ends included; None without any."""
    value, low, high = _vector(actual), _vector(lower), _vector(upper)
    there = ~(np.isnan(value) | np.isnan(low) | np.isnan(high))
    if not there.any():
        return None
    return float(((value >= low) & (value <= high))[there].mean())


def winkler(actual: Numbers, lower: Numbers, upper: Numbers, level: float) -> float | None:
    """The mean Winkler score of intervals at `level` percent, in the unit of the values: less is better.

    Width, plus 2/alpha times how far a value lies outside, alpha = 1 - level/100.
    """
    if not 0 < level < 100:
        raise InputError(
            f"The level {level!r} is no percentage between 0 and 100: give one such as 80 or 95."
        )
    value, low, high = _vector(actual), _vector(lower), _vector(upper)
    miss = np.maximum(low - value, 0) + np.maximum(value - high, 0)
    score = (high - low) + 2 / (1 - level / 100) * miss
    score = score[~np.isnan(score)]
    return float(score.mean()) if len(score) else None


def _vector(values: Numbers) -> Floats:
    return np.asarray(values, dtype="float64")


def _both(actual: Numbers, forecast: Numbers) -> np.ndarray[Any, np.dtype[np.bool_]]:
    there: np.ndarray[Any, np.dtype[np.bool_]] = ~(np.isnan(_vector(actual)) | np.isnan(_vector(forecast)))
    return there


def _errors(actual: Numbers, forecast: Numbers) -> Floats:
    value, said = _vector(actual), _vector(forecast)
    if value.shape != said.shape:
        raise InputError(
            f"There are {value.size} actual values and {said.size} forecasts: give one for each."
        )
    error: Floats = (value - said)[_both(value, said)]
    return error
