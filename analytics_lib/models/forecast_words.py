"""What a forecast says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analytics_lib.models.account import Account
from analytics_lib.models.forecast_methods import SEASONAL_NAIVE, SHORTEST
from analytics_lib.models.series import LONGEST, MOST_GAPS, RegularSeries

FEW_ORIGINS = 10
WIDE_OF_LEVEL = 0.05
STRONG_BIAS = 0.1


def account(
    data: RegularSeries,
    horizon: int,
    is_bounded: bool,
    *,
    method: str | None,
    origins: int,
    coverage: Mapping[float, float | None],
    mase: float | None,
    mase_seasonal_naive: float | None,
    wape: float | None,
    bias: float | None,
) -> Account:
    """The account of a forecast from how it was made and how good it was from past origins."""
    last = "the last " if len(data.values) == LONGEST else ""
    length = f"{last}{data.known:,} values" + (f", {_span(data)}" if data.known else "")
    gaps = f", {data.gaps:,} of {len(data.values):,} steps missing" if data.gaps else ""
    used = f"{length[0].upper()}{length[1:]}{gaps}."
    if method is None:
        return Account("No forecast was made.", used, "", (_why_none(data),))
    cycles = " and ".join(f"{each:g}" for each in data.seasons)
    ahead = "next step" if horizon == 1 else f"next {horizon:,} steps"
    did = f"The {ahead} by {method}" + (f", with cycles of {cycles} steps." if cycles else ".")
    return Account(
        did,
        used,
        _quality(origins, coverage, mase, mase_seasonal_naive, wape),
        tuple(_doubts(data, horizon, is_bounded, method, origins, coverage, bias)),
    )


def _quality(
    origins: int,
    coverage: Mapping[float, float | None],
    mase: float | None,
    naive: float | None,
    wape: float | None,
) -> str:
    if mase is None or naive is None:
        return "How good it is could not be tried: there is too little history, or it never moved."
    text = f"From {_origins(origins)} its error was {mase:.2f} of the seasonal naive step (MASE)"
    text += f", the seasonal naive forecast's {naive:.2f}"
    if wape is not None:
        text += f"; errors added up to {wape:.1%} of the values"
    held = [f"{level:g} % held {share:.1%}" for level, share in coverage.items() if share is not None]
    return text + (f"; of the intervals, {', '.join(held)}." if held else ".")


def _doubts(
    data: RegularSeries,
    horizon: int,
    is_bounded: bool,
    method: str,
    origins: int,
    coverage: Mapping[float, float | None],
    bias: float | None,
) -> list[str]:
    found: list[str] = []
    if float(max(data.filled)) == float(min(data.filled)):
        return ["the history never moved: the forecast is its constant, and the intervals have no width."]
    if origins < FEW_ORIGINS:
        found.append(f"only {_origins(origins)} could be tried, so the intervals rest on little.")
    found += _of_the_data(data, horizon)
    if is_bounded:
        found.append("a better-fitting method ran beyond what the history makes thinkable and was set aside.")
    if method == SEASONAL_NAIVE and origins and data.known >= SHORTEST:
        found.append("no method was better than repeating the last cycle.")
    if bias is not None and abs(bias) > STRONG_BIAS:
        side = "too high" if bias > 0 else "too low"
        found.append(f"past forecasts were {abs(bias):.0%} {side} in sum.")
    for level, share in coverage.items():
        if share is not None and origins >= FEW_ORIGINS and abs(share - level / 100) > WIDE_OF_LEVEL:
            found.append(f"the {level:g} % interval held {share:.0%} of past values.")
    return found


def _origins(count: int) -> str:
    return f"{count} past origin{'' if count == 1 else 's'}"


def _of_the_data(data: RegularSeries, horizon: int) -> list[str]:
    found: list[str] = []
    if data.dropped:
        cycles = " and ".join(f"{each:g}" for each in data.dropped)
        found.append(f"the cycle of {cycles} steps was left out: the history does not hold it twice.")
    if data.gaps:
        found.append(f"{data.gaps} missing steps were filled in to estimate, and are not counted as seen.")
    if data.late:
        found.append(f"the last {data.late} steps are missing, so the forecast reaches as much further.")
    if horizon > len(data.values) / 2:
        found.append("the horizon is more than half as long as the history.")
    return found


def _why_none(data: RegularSeries) -> str:
    if data.gaps > MOST_GAPS * len(data.values):
        return "more than half of the steps are missing, and what fills them would be invented."
    return f"{data.known} values say nothing about the next: three are the least."


def _span(data: RegularSeries) -> str:
    last = len(data.index) - data.late - 1
    first = last + 1 - len(data.values)
    return f"{_name(data.index[first])} to {_name(data.index[last])}"


def _name(step: Any) -> str:
    return str(step.date()) if isinstance(step, pd.Timestamp) and step == step.normalize() else str(step)
