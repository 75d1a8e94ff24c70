"""How a forecast would have done: made anew from past origins, then compared with what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.accuracy import bias, coverage, mase, wape, winkler
from analytics_lib.models.forecast import LEVELS, checked, forecast
from analytics_lib.models.series import Season, on_equal_steps, regular


def backtest(
    series: pd.Series[Any],
    horizon: int,
    season: Season = 1,
    levels: Sequence[float] = LEVELS,
    *,
    origins: int = 12,
    step: int | None = None,
    effects: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Forecasts as they would have been made from the last `origins` points, `step` steps apart.

    The series is put on equal steps as in `forecast`, from its first to its last known value.

    Each sees nothing of what comes after it: the method is chosen and estimated anew. `step` is the horizon
    where it is not given, so that no value is forecast twice; other arguments are those of `forecast`.

    The frame has a row for each origin and step ahead: `origin` (the last step seen), `ahead`, `actual` and
    the columns of `forecast`. In `attrs`: `mase` and `mase_seasonal_naive`, `wape`, `bias`, and by level
    `coverage` and `winkler`. Raises `InputError`, also where the series is too short for that many origins.
    """
    checked(horizon, levels)
    step = horizon if step is None else step
    _check_whole("origins", origins)
    _check_whole("step", step)
    series = _known(series)
    first = len(series) - horizon - (origins - 1) * step
    if first < 3:
        raise InputError(
            f"The series has {_of(len(series), 'step')}, too few for {_of(origins, 'origin')} "
            f"{_of(step, 'step')} apart and a horizon of {horizon}: ask for fewer origins or a shorter "
            "horizon."
        )
    shortest = regular(series.iloc[:first], season).season
    parts = []
    for end in range(first, len(series) - horizon + 1, step):
        said = forecast(series.iloc[:end], horizon, season, levels, effects=effects)
        actual = series.iloc[end : end + horizon].to_numpy(dtype="float64", na_value=np.nan)
        said.insert(0, "actual", actual)
        said.insert(0, "ahead", range(1, horizon + 1))
        said.insert(0, "origin", [series.index[end - 1]] * horizon)
        said.attrs = {}
        parts.append(said)
    frame = pd.concat(parts)
    return accounted(
        frame, _account(frame, levels, origins), **_measures(frame, series.iloc[:first], shortest, levels)
    )


def _known(series: Any) -> pd.Series[Any]:
    """The series on equal steps, from its first to its last known value: no forecast is held to a NaN."""
    values = on_equal_steps(series)
    there = np.flatnonzero(values.notna())
    return values.iloc[there[0] : there[-1] + 1] if len(there) else values.iloc[:0]


def _check_whole(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(f"The {name} of a backtest cannot be {value!r}: give a positive whole number.")


def _of(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def _measures(
    frame: pd.DataFrame, history: pd.Series[Any], shortest: int, levels: Sequence[float]
) -> dict[str, Any]:
    past = history.to_numpy(dtype="float64", na_value=np.nan)
    ends = {level: (frame[f"lower_{level:g}"], frame[f"upper_{level:g}"]) for level in levels}
    return {
        "mase": mase(frame["actual"], frame["mean"], past, shortest),
        "mase_seasonal_naive": mase(frame["actual"], frame["seasonal_naive"], past, shortest),
        "wape": wape(frame["actual"], frame["mean"]),
        "bias": bias(frame["actual"], frame["mean"]),
        "coverage": {level: coverage(frame["actual"], *each) for level, each in ends.items()},
        "winkler": {level: winkler(frame["actual"], *each, level) for level, each in ends.items()},
    }


def _account(frame: pd.DataFrame, levels: Sequence[float], origins: int) -> Account:
    held = [
        f"{level:g} % held {share:.1%}"
        for level in levels
        if (share := coverage(frame["actual"], frame[f"lower_{level:g}"], frame[f"upper_{level:g}"]))
        is not None
    ]
    quality = _against_naive(frame) + (f"; of the intervals, {', '.join(held)}" if held else "")
    return Account(
        f"Forecasts made anew from {_of(origins, 'past origin')}.",
        f"{_of(len(frame), 'forecast value')}.",
        f"{quality}.",
    )


def _against_naive(frame: pd.DataFrame) -> str:
    ours = (frame["actual"] - frame["mean"]).abs().mean()
    theirs = (frame["actual"] - frame["seasonal_naive"]).abs().mean()
    if np.isnan(ours + theirs):
        return "No forecast met a known value, so nothing can be said of its error"
    if theirs:
        return f"Its error was {ours / theirs:.2f} of the seasonal naive forecast's"
    if ours:
        return f"The seasonal naive forecast made no error, this one {ours:.3g} on average"
    return "Neither it nor the seasonal naive forecast made an error"
