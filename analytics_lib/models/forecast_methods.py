"""The methods among which a forecast chooses, each asked in the same way from any point of a history."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import numpy as np

from analytics_lib.models.harmonic import HarmonicRegression
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Floats, RegularSeries, filled

Forecaster = Callable[[Sequence[Floats], int], list[Floats]]
"""From histories that begin where the series does, and a horizon, to the expected values after each."""

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

ALL = (
    *(SEASONAL_NAIVE, DRIFT, MEAN, SMOOTHING, AIRLINE, THETA),
    *(HARMONIC, ROBUST, HOLIDAYS, ROBUST_HOLIDAYS),
)

LONGEST_THETA = 300
"""Theta fits anew at each origin, which costs too much on long series."""
SHORTEST = 8
"""With fewer values only naive methods are tried."""
_LONGEST_ETS_SEASON = 24
_LONGEST_ETS = 1_200
"""Smoothing begins so many values before the end of what it is estimated on: more only cost time."""


def methods(
    series: RegularSeries,
    train: int,
    total: int,
    scale: Scale,
    effects: Floats | None,
    wanted: Collection[str] = ALL,
) -> Mapping[str, Forecaster]:
    """Those of the wanted that fit the series; what is estimated once is so on its first `train` values.

    The others are estimated anew on whatever history they are given. No forecast of theirs goes beyond
    `total` steps from where the series begins.
    """
    season = series.season
    found = {SEASONAL_NAIVE: _one_by_one(lambda y, h: seasonal_naive(y, h, season))}
    if series.known >= SHORTEST and float(np.ptp(series.filled)):
        found[DRIFT] = _one_by_one(lambda y, h: drifting(y, h, season))
        if season == 1:
            found[MEAN] = _one_by_one(lambda y, h: np.full(h, y.mean()))
        if len(series.values) <= LONGEST_THETA:
            found[THETA] = _one_by_one(lambda y, h: _theta(y, h, season))
        found |= _estimated(series, train, scale, wanted)
        found |= _harmonic(series, train, total, scale, effects)
    return {name: each for name, each in found.items() if name in wanted}


def _one_by_one(forecast: Callable[[Floats, int], Floats]) -> Forecaster:
    return lambda histories, horizon: [forecast(history, horizon) for history in histories]


def _estimated(
    series: RegularSeries, train: int, scale: Scale, wanted: Collection[str]
) -> dict[str, Forecaster]:
    """The wanted methods that are estimated once."""
    season, found = series.season, {}
    history = filled(series.values[:train], season)
    if SMOOTHING in wanted:
        with suppress(
            Exception
        ):  # its own type when no model can be fitted: then it is not among the methods
            found[SMOOTHING] = _smoothing(history, season)
    if (
        AIRLINE in wanted
        and season > 1
        and 2 * season + SHORTEST <= train
        and len(series.values) <= LONGEST_THETA
    ):
        with suppress(Exception):  # as above
            found[AIRLINE] = _airline(history, season, scale)
    return found


def _harmonic(
    series: RegularSeries, train: int, total: int, scale: Scale, effects: Floats | None
) -> dict[str, Forecaster]:
    """Harmonic regressions, which share what depends on time alone."""
    if len(series.values) < max(3 * series.season, 30):
        return {}
    has_effects = effects is not None and bool(effects[:train].any())
    shared = HarmonicRegression(total, series.seasons, effects if has_effects else None)

    def asked(*, is_robust: bool, has_effects: bool) -> Forecaster:
        return lambda ys, h: shared.forecasts(ys, h, scale, is_robust=is_robust, has_effects=has_effects)

    found = {
        HARMONIC: asked(is_robust=False, has_effects=False),
        ROBUST: asked(is_robust=True, has_effects=False),
    }
    if has_effects:
        found[HOLIDAYS] = asked(is_robust=False, has_effects=True)
        found[ROBUST_HOLIDAYS] = asked(is_robust=True, has_effects=True)
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
    start = max(0, len(history) - _LONGEST_ETS)
    with _quietly():
        fitted = AutoETS(season_length=cycle, model=kind).fit(np.ascontiguousarray(history[start:]))

    def forwarded(values: Floats, horizon: int) -> Floats:
        with _quietly():
            # The first level and cycle are estimated too: they are those of the first step of these values.
            said = fitted.forward(y=np.ascontiguousarray(values[start:]), h=horizon)["mean"]
        return np.asarray(said, dtype="float64")

    return _one_by_one(forwarded)


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

    return _one_by_one(forwarded)


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
