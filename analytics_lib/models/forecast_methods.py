"""The methods among which a forecast chooses, each asked in the same way from any point of a history."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import numpy as np

from analytics_lib.models.harmonic import harmonic_forecast
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Floats, RegularSeries, filled

Forecaster = Callable[[Floats, int], Floats]
"""From a history that begins where the series does, and a horizon, to the expected values."""

SEASONAL_NAIVE = "seasonal naive"
DRIFT = "the last cycle moved on as much as it had moved"
MEAN = "the mean of the history"
SMOOTHING = "exponential smoothing (AutoETS)"
THETA = "Theta (dynamic optimised)"
AIRLINE = "the airline model (seasonal ARIMA)"
HARMONIC = "harmonic regression"
ROBUST = "robust harmonic regression"
ROBUST_HOLIDAYS = "robust harmonic regression with holidays"
HOLIDAYS = "harmonic regression with holidays"

LONGEST_THETA = 300
"""Theta fits anew at each origin, which costs too much on long series."""
SHORTEST = 8
"""With fewer values only naive methods are tried."""
_LONGEST_ETS_SEASON = 24


def methods(
    series: RegularSeries, train: int, scale: Scale, effects: Floats | None
) -> Mapping[str, Forecaster]:
    """Those that fit the series; what is estimated once is estimated on its first `train` values.

    The others are estimated anew on whatever history they are given.
    """
    season = series.season
    found: dict[str, Forecaster] = {SEASONAL_NAIVE: lambda y, h: seasonal_naive(y, h, season)}
    if series.known < SHORTEST or not float(np.ptp(series.filled)):
        return found
    found[DRIFT] = lambda y, h: drifting(y, h, season)
    if season == 1:
        found[MEAN] = lambda y, h: np.full(h, y.mean())
    history = filled(series.values[:train], season)
    with suppress(Exception):  # its own type when no model can be fitted: then it is not among the methods
        found[SMOOTHING] = _smoothing(history, season)
    if season > 1 and 2 * season + SHORTEST <= train and len(series.values) <= LONGEST_THETA:
        with suppress(Exception):  # as above
            found[AIRLINE] = _airline(history, season, scale)
    if len(series.values) <= LONGEST_THETA:
        found[THETA] = lambda y, h: _theta(y, h, season)
    if len(series.values) >= 3 * season and len(series.values) >= 30:
        found[HARMONIC] = lambda y, h: harmonic_forecast(y, h, series.seasons, scale)
        found[ROBUST] = lambda y, h: harmonic_forecast(y, h, series.seasons, scale, is_robust=True)
        if effects is not None and effects[:train].any():
            found[HOLIDAYS] = lambda y, h: harmonic_forecast(y, h, series.seasons, scale, effects)
            found[ROBUST_HOLIDAYS] = lambda y, h: harmonic_forecast(
                y, h, series.seasons, scale, effects, is_robust=True
            )
    return found


def seasonal_naive(values: Floats, horizon: int, season: int) -> Floats:
    """The last cycle, again and again; with a season of 1 the last value."""
    cycle = values[-season:]
    return np.resize(cycle, horizon)


def drifting(values: Floats, horizon: int, season: int) -> Floats:
    """The last cycle, moved on for each cycle ahead by the mean move of the last cycle over the one before.

    With a season of 1, the random walk with drift.
    """
    naive = seasonal_naive(values, horizon, season)
    if season == 1:
        return np.asarray(naive + (values[-1] - values[0]) / (len(values) - 1) * np.arange(1, horizon + 1))
    if len(values) < 2 * season:
        return naive
    moved = float(np.mean(values[-season:] - values[-2 * season : -season]))
    return np.asarray(naive + moved * (np.arange(horizon) // season + 1))


def _smoothing(history: Floats, season: int) -> Forecaster:
    from statsforecast.models import AutoETS

    cycle = season if 1 < season <= _LONGEST_ETS_SEASON and len(history) >= 2 * season else 1
    # Over many values a multiplicative model costs seconds; the harmonic regression sees to growth there.
    kind = "ZZZ" if len(history) <= LONGEST_THETA else "ZNA" if cycle > 1 else "ZNN"
    with _quietly():
        fitted = AutoETS(season_length=cycle, model=kind).fit(np.ascontiguousarray(history))

    def forwarded(values: Floats, horizon: int) -> Floats:
        with _quietly():
            said = fitted.forward(y=np.ascontiguousarray(values), h=horizon)["mean"]
        return np.asarray(said, dtype="float64")

    return forwarded


def _airline(history: Floats, season: int, scale: Scale) -> Forecaster:
    """ARIMA(0,1,1)(0,1,1) on the scale; `models.airline` gives its coefficients by exact likelihood."""
    from statsforecast.models import ARIMA

    with _quietly():
        fitted = ARIMA(order=(0, 1, 1), season_length=season, seasonal_order=(0, 1, 1)).fit(
            np.ascontiguousarray(scale.forward(history))
        )

    def forwarded(values: Floats, horizon: int) -> Floats:
        with _quietly():
            said = fitted.forward(y=np.ascontiguousarray(scale.forward(values)), h=horizon)["mean"]
        return scale.back(np.asarray(said, dtype="float64"))

    return forwarded


def _theta(values: Floats, horizon: int, season: int) -> Floats:
    from statsforecast.models import DynamicOptimizedTheta

    with _quietly():
        said = DynamicOptimizedTheta(season_length=season).forecast(y=np.ascontiguousarray(values), h=horizon)
    return np.asarray(said["mean"], dtype="float64")


@contextmanager
def _quietly() -> Iterator[None]:
    """What divides by 0 on its way ends as NaN, and a forecast of NaN is not chosen."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
