"""What will happen: the next values of a series, with intervals, beside the seasonal naive forecast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import accounted
from analytics_lib.models.accuracy import bias, mase, wape
from analytics_lib.models.forecast_methods import SEASONAL_NAIVE, methods, seasonal_naive
from analytics_lib.models.forecast_words import account
from analytics_lib.models.intervals import ErrorSpread
from analytics_lib.models.rolling import Trials, parts_of, try_out
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import MOST_GAPS, Floats, RegularSeries, Season, regular
from analytics_lib.models.threads import on_one_thread

LEVELS = (80, 95)
LONGEST_HORIZON = 10_000
FEWEST = 3
"""Fewer values than these say nothing about the next."""
FARTHEST = 1.5
"""How many times the largest change the history showed over as many steps a forecast may lie away from it."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """What was found, as vectors over the horizon; `method` is None where nothing can be said."""

    method: str | None
    mean: Floats
    naive: Floats
    intervals: Mapping[float, tuple[Floats, Floats]]
    trials: Trials
    held: Mapping[float, float | None]
    is_bounded: bool = False


@on_one_thread
def forecast(
    series: pd.Series[Any],
    horizon: int,
    season: Season = 1,
    levels: Sequence[float] = LEVELS,
    *,
    effects: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The expected values of the next `horizon` steps, with prediction intervals.

    `series` has one number for each step, in any unit; its index holds dates, periods or whole numbers. A
    step that is not there, or is NaN, is missing, not zero. `season` is the number of steps of a cycle, or
    several of them; 1 for none. `levels` are in percent. `effects` has a column for each thing that may
    matter, such as a holiday, and a row for each step of the history and of the horizon.

    The frame has a row for each step: `mean`, `seasonal_naive`, and `lower_80`, `upper_80` ... for each
    level, in the unit of the series. NaN where nothing honest can be said; `attrs["account"]` tells why. In
    `attrs` too: `method`; `mase`, `mase_seasonal_naive`, `wape`, `bias` of forecasts from `origins` past
    points, and `coverage`, the share of values that intervals made without them held, by level.

    Several methods are tried from past origins: exponential smoothing, Theta, harmonic regression, the mean
    of the best two, and the seasonal naive forecast, which is used where nothing beats it. Intervals are
    conformal: as wide as past errors were. What no history was never below, zero, the forecast is not below.
    Raises `InputError`.
    """
    checked(horizon, levels)
    data = regular(series, season)
    found = predicted(data, horizon, tuple(levels), aligned(effects, data, horizon))
    columns = {"mean": found.mean, "seasonal_naive": found.naive}
    for level, (low, high) in found.intervals.items():
        columns |= {f"lower_{level:g}": low, f"upper_{level:g}": high}
    frame = pd.DataFrame(columns, index=data.future(horizon) if len(data.index) else pd.RangeIndex(horizon))
    frame.index.name = data.index.name
    told = measures(data, found)
    return accounted(frame, account(data, horizon, found.is_bounded, **told), **told)


def predicted(data: RegularSeries, horizon: int, levels: Sequence[float], effects: Floats | None) -> Forecast:
    """The forecast of a series that has been put on equal steps."""
    ahead = data.late + horizon
    nothing = np.full(horizon, np.nan)
    if data.known < FEWEST or data.gaps > MOST_GAPS * len(data.values):
        return Forecast(None, nothing, nothing, dict.fromkeys(levels, (nothing, nothing)), _UNTRIED, {})
    history = data.filled
    unit = float(np.max(np.abs(history))) or 1.0
    # In units of its own largest value, so that no square of it overflows.
    scaled = RegularSeries(data.values / unit, data.index, data.late, data.seasons, data.dropped)
    scale = Scale.of(scaled.filled, unit=unit)
    trials = try_out(scaled, ahead, scale, effects)
    method, mean, is_bounded = _chosen(scaled, trials, ahead, scale, effects)
    spread = _spread(scaled, trials, method, scale)
    naive = seasonal_naive(history, ahead, data.season)[data.late :]
    intervals = {}
    for level in levels:
        low, high = spread.interval(mean, level)
        intervals[level] = (low[data.late :] * unit, high[data.late :] * unit)
    held = {level: spread.held(level) for level in levels}
    return Forecast(
        method, mean[data.late :] * unit, naive, intervals, _in_units(trials, unit), held, is_bounded
    )


_UNTRIED = Trials((), np.empty((0, 0)), {})


def _chosen(
    series: RegularSeries, trials: Trials, ahead: int, scale: Scale, effects: Floats | None
) -> tuple[str, Floats, bool]:
    """The best method whose forecast stays within what the history makes thinkable."""
    history = series.filled
    low, high = _bounds(history, ahead, scale)
    losses = trials.losses
    names = sorted(losses, key=lambda name: (name != trials.best, losses[name])) if losses else []
    is_bounded = False
    for name in [*names, SEASONAL_NAIVE]:
        parts = parts_of(name)
        asked = methods(series, len(history), len(history) + ahead, scale, effects, parts)
        if len(asked) < len(parts):
            continue
        mean = np.mean([asked[part]([history], ahead)[0] for part in parts], axis=0)
        if np.isfinite(mean).all() and (mean >= low).all() and (mean <= high).all():
            return name, np.maximum(mean, 0.0) if scale.is_positive else mean, is_bounded
        is_bounded = True
    return SEASONAL_NAIVE, np.clip(seasonal_naive(history, ahead, series.season), low, high), True


def _bounds(history: Floats, ahead: int, scale: Scale) -> tuple[Floats, Floats]:
    """The least and the most that the history makes thinkable, by steps ahead."""
    steps = np.arange(1, ahead + 1)
    lags = np.minimum(steps, max(len(history) // 2, 1))
    changes = np.array(
        [float(np.max(np.abs(history[lag:] - history[:-lag]))) for lag in range(1, lags[-1] + 1)]
    )
    reach = FARTHEST * np.maximum.accumulate(changes)[lags - 1] * steps / lags
    low, high = history.min() - reach, history.max() + reach
    return (np.maximum(low, 0.0) if scale.is_positive else low), high


def _spread(series: RegularSeries, trials: Trials, method: str, scale: Scale) -> ErrorSpread:
    said = trials.said.get(method)
    if said is None:
        # Too short for an origin: the errors of the last value as the forecast of the next.
        history = series.filled
        errors = scale.forward(history[1:]) - scale.forward(history[:-1])
        return ErrorSpread.of(scale, errors.reshape(-1, 1), len(errors))
    return ErrorSpread.of(scale, scale.forward(trials.actual) - scale.forward(said), trials.stretches)


def _in_units(trials: Trials, unit: float) -> Trials:
    said = {name: each * unit for name, each in trials.said.items()}
    return Trials(trials.origins, trials.actual * unit, said)


def measures(data: RegularSeries, found: Forecast) -> dict[str, Any]:
    """How good the method and the seasonal naive forecast were from past origins, None where none was."""
    trials = found.trials
    said = trials.said.get(found.method or "")
    told: dict[str, Any] = {
        "method": found.method,
        "origins": len(trials.origins),
        "coverage": dict(found.held),
    }
    if said is None:
        return told | {"mase": None, "mase_seasonal_naive": None, "wape": None, "bias": None}
    history = data.values[: trials.origins[0]]
    actual = trials.actual.ravel()
    return told | {
        "mase": mase(actual, said.ravel(), history, data.season),
        "mase_seasonal_naive": mase(actual, trials.said[SEASONAL_NAIVE].ravel(), history, data.season),
        "wape": wape(actual, said.ravel()),
        "bias": bias(actual, said.ravel()),
    }


def checked(horizon: Any, levels: Any) -> None:
    """Raises `InputError` for a horizon or a level that cannot be."""
    if (
        isinstance(horizon, bool)
        or not isinstance(horizon, int | np.integer)
        or not 1 <= horizon <= LONGEST_HORIZON
    ):
        raise InputError(
            f"The horizon {horizon!r} is no whole number of steps from 1 to {LONGEST_HORIZON}: give one."
        )
    if not isinstance(levels, Iterable) or isinstance(levels, str):
        raise InputError(f"The levels {levels!r} are no list of percentages: give such as (80, 95).")
    for level in levels:
        if isinstance(level, bool) or not isinstance(level, Real) or not 0 < float(level) < 100:
            raise InputError(
                f"The level {level!r} is no percentage between 0 and 100: give one such as 80 or 95."
            )
    if len({f"{level:g}" for level in levels}) < len(list(levels)):
        raise InputError(f"The levels {levels!r} name one twice: give each once.")


def aligned(effects: Any, data: RegularSeries, horizon: int) -> Floats | None:
    """The rows of the effects for the steps from the first known value to the end of the horizon."""
    if effects is not None and not isinstance(effects, pd.DataFrame):
        raise InputError("The effects are no frame: give one with a column for each effect.")
    if effects is None or not len(effects.columns):
        return None
    if effects.index.has_duplicates:
        raise InputError(
            f"The effects name {effects.index[effects.index.duplicated()][0]} twice: give it once."
        )
    steps = data.index.append(data.future(horizon)) if horizon else data.index
    missing = steps.difference(effects.index)
    if len(missing):
        raise InputError(
            f"The effects have no row for {missing[0]}: give one for each step, those to come included."
        )
    first = len(data.index) - data.late - len(data.values)
    try:
        rows = effects.reindex(steps).to_numpy(dtype="float64")[first:]
    except (TypeError, ValueError) as error:
        raise InputError("The effects hold something that is no number: give numbers only.") from error
    if not np.isfinite(rows).all():
        raise InputError("The effects hold a missing or infinite value: give a number for each step.")
    return rows
