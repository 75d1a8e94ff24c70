"""How a forecast would have done: made anew from past origins, then compared with what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.accuracy import bias, coverage, mase, wape, winkler
from analytics_lib.models.forecast import LEVELS, forecast
from analytics_lib.models.series import Season


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

    Each sees nothing of what comes after it: the method is chosen and estimated anew. `step` is the horizon
    where it is not given, so that no value is forecast twice; other arguments are those of `forecast`.

    The frame has a row for each origin and step ahead: `origin` (the last step seen), `ahead`, `actual` and
    the columns of `forecast`. In `attrs`: `mase` and `mase_seasonal_naive`, `wape`, `bias`, and by level
    `coverage` and `winkler`. Raises `InputError`, also where the series is too short for that many origins.
    """
    step = horizon if step is None else step
    if origins < 1 or step < 1:
        raise InputError(
            "A backtest needs at least one origin and steps of at least one: give positive numbers."
        )
    first = len(series) - horizon - (origins - 1) * step
    if first < 3:
        raise InputError(
            f"The series has {len(series)} steps, too few for {origins} origins {step} steps apart and a "
            f"horizon of {horizon}: ask for fewer origins or a shorter horizon."
        )
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
        frame, _account(frame, levels, origins), **_measures(frame, series.iloc[:first], season, levels)
    )


def _measures(
    frame: pd.DataFrame, history: pd.Series[Any], season: Season, levels: Sequence[float]
) -> dict[str, Any]:
    shortest = round(min(season) if isinstance(season, Sequence) else season)
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
    ours = float(np.nanmean(np.abs(frame["actual"] - frame["mean"])))
    theirs = float(np.nanmean(np.abs(frame["actual"] - frame["seasonal_naive"])))
    ratio = (
        f"its error was {ours / theirs:.2f} of the seasonal naive forecast's" if theirs else "nothing moved"
    )
    return Account(
        f"Forecasts made anew from {origins} past origins.",
        f"{len(frame):,} forecast values.",
        f"{ratio[0].upper()}{ratio[1:]}; of the intervals, {', '.join(held)}.",
    )
