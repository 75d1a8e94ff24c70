"""Forecasts of parts and of their total that add up.

Minimum trace reconciliation with a shrunk covariance (MinT): Wickramasuriya, Athanasopoulos and Hyndman,
2019; the shrinkage is that of Schaefer and Strimmer, 2005.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.accuracy import mase
from analytics_lib.models.forecast import LEVELS, Forecast, aligned, checked, measures, predicted
from analytics_lib.models.forecast_words import account
from analytics_lib.models.intervals import ErrorSpread
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Floats, RegularSeries, Season, regular
from analytics_lib.models.threads import on_one_thread

TOTAL = "total"


@on_one_thread
def forecast_parts(
    parts: pd.DataFrame,
    horizon: int,
    season: Season = 1,
    levels: Sequence[float] = LEVELS,
    *,
    effects: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Forecasts of each part and of their total, of which the expected values add up at every step.

    `parts` has a column for each part, in one unit, and an index as that of a series of `forecast`; steps at
    the ends that a part lacks are left out. Other arguments are those of `forecast`.

    The frame has a row for each part and step, and for the total, named "total" in the column `part`: `step`,
    `mean`, `seasonal_naive`, `lower_80`, `upper_80` ... The ends of intervals do not add up, because the
    parts are not all high at once. In `attrs`: `account`; `accounts`, of each part forecast alone; and, after
    reconciliation, `mase` and `coverage` by part. Raises `InputError`.
    """
    checked(horizon, levels)
    series = _series(parts, season)
    alone = {
        name: predicted(each, horizon, levels, aligned(effects, each, horizon))
        for name, each in series.items()
    }
    accounts = {
        name: account(series[name], horizon, each.is_bounded, **measures(series[name], each))
        for name, each in alone.items()
    }
    tried = _tried(alone)
    mapping = _mapping(tried, len(series))
    means = mapping @ np.array([each.mean for each in alone.values()])
    if all(Scale.of(each.filled).is_positive for each in series.values()):
        means[:-1] = np.maximum(means[:-1], 0.0)
        means[-1] = means[:-1].sum(axis=0)
    blocks, scores, held = [], {}, {}
    for place, name in enumerate(series):
        spread = None if tried is None else _spread(tried, mapping, place, series[name])
        ends = _ends(alone[name], means[place], levels, spread)
        steps = {"part": name, "step": series[name].future(horizon), "mean": means[place]}
        blocks.append(pd.DataFrame({**steps, "seasonal_naive": alone[name].naive, **ends}))
        scores[name] = None if tried is None else _score(tried, mapping, place, series[name])
        held[name] = {} if spread is None else {level: spread.held(level) for level in levels}
    frame = pd.concat(blocks, ignore_index=True)
    told = _account(accounts, tried is not None)
    return accounted(frame, told, accounts=accounts, mase=scores, coverage=held)


class _Tried:
    """What was said from past origins, and what came: an axis for the parts, for origins and for steps."""

    def __init__(self, alone: Mapping[str, Forecast]) -> None:
        self.actual = np.array([each.trials.actual for each in alone.values()])
        self.said = np.array([each.trials.said[each.method or ""] for each in alone.values()])
        self.first = next(iter(alone.values())).trials.origins[0]
        self.stretches = next(iter(alone.values())).trials.stretches


def _series(parts: Any, season: Season) -> dict[str, RegularSeries]:
    """The parts over the steps that all of them reach, and their total as the last."""
    if not isinstance(parts, pd.DataFrame):
        raise InputError("The parts are no frame: give one with a column for each part.")
    names = [str(name) for name in parts.columns]
    if not names or TOTAL in names or len(set(names)) < len(names):
        raise InputError("The parts need columns with different names, none of them 'total': rename them.")
    try:
        whole = parts.astype("Float64").astype("float64").set_axis(names, axis=1)
    except (TypeError, ValueError) as error:
        raise InputError("The parts hold something that is no number: give numbers only.") from error
    there = np.flatnonzero(whole.notna().all(axis=1))
    if not len(there):
        raise InputError("There is no step at which all parts are known: leave out those that never are.")
    whole = whole.iloc[there[0] : there[-1] + 1]
    # A step that one part lacks is missing in all of them, so that every sum is one of the same steps.
    whole = whole.where(whole.notna().all(axis=1))
    whole[TOTAL] = whole.sum(axis=1, min_count=len(names))
    return {name: regular(whole[name], season) for name in [*names, TOTAL]}


def _tried(alone: Mapping[str, Forecast]) -> _Tried | None:
    """The trials of all parts, None where one of them could not be tried."""
    if any(each.method not in each.trials.said for each in alone.values()):
        return None
    return _Tried(alone)


def _mapping(tried: _Tried | None, count: int) -> Floats:
    """The matrix that turns forecasts made alone, the total's last, into ones that add up."""
    adding = np.vstack([np.eye(count - 1), np.ones(count - 1)])
    if tried is None:
        return np.hstack([adding, np.zeros((count, 1))])
    errors = (tried.actual - tried.said).reshape(count, -1)
    errors = errors[:, ~np.isnan(errors).any(axis=0)]
    inverse = np.linalg.pinv(_shrunk_covariance(errors), hermitian=True)
    mapping: Floats = (
        adding @ np.linalg.pinv(adding.T @ inverse @ adding, hermitian=True) @ adding.T @ inverse
    )
    # Errors that are all zero leave nothing to weigh by.
    return mapping if np.allclose(mapping @ adding, adding) else np.hstack([adding, np.zeros((count, 1))])


def _shrunk_covariance(errors: Floats) -> Floats:
    """The covariance of errors, its correlations drawn towards 0 as far as their own noise commands."""
    length = errors.shape[1]
    sizes = np.sqrt(np.mean(errors**2, axis=1))
    # What was never wrong is trusted nearly wholly: no size of nothing can be divided by.
    sizes = np.maximum(sizes, 1e-6 * (float(sizes.max()) or 1.0))
    scaled = errors / sizes[:, None]
    correlation = scaled @ scaled.T / length
    outside = ~np.eye(len(errors), dtype=bool)
    noise = ((scaled**2) @ (scaled**2).T / length - correlation**2) / max(length - 1, 1)
    strength = (correlation**2)[outside].sum()
    share = 1.0 if strength == 0 else min(1.0, max(0.0, float(noise[outside].sum() / strength)))
    shrunk = np.where(outside, (1 - share) * correlation, 1.0)
    covariance: Floats = shrunk * np.outer(sizes, sizes)
    return covariance


def _spread(tried: _Tried, mapping: Floats, place: int, series: RegularSeries) -> ErrorSpread:
    scale = Scale.of(series.filled)
    said = np.tensordot(mapping[place], tried.said, axes=1)
    return ErrorSpread.of(scale, scale.forward(tried.actual[place]) - scale.forward(said), tried.stretches)


def _score(tried: _Tried, mapping: Floats, place: int, series: RegularSeries) -> float | None:
    said = np.tensordot(mapping[place], tried.said, axes=1)
    return mase(tried.actual[place].ravel(), said.ravel(), series.values[: tried.first], series.season)


def _ends(
    alone: Forecast, mean: Floats, levels: Sequence[float], spread: ErrorSpread | None
) -> dict[str, Floats]:
    ends: dict[str, Floats] = {}
    for level in levels:
        if spread is None:
            low, high = (end + mean - alone.mean for end in alone.intervals[level])
        else:
            low, high = spread.interval(mean, level)
        ends |= {f"lower_{level:g}": low, f"upper_{level:g}": high}
    return ends


def _account(accounts: Mapping[str, Account], is_tried: bool) -> Account:
    count = len(accounts) - 1
    how = (
        "with the weights that make their errors least (MinT)"
        if is_tried
        else "the total as the sum of its parts"
    )
    doubts = [f"{name}: {doubt}" for name, each in accounts.items() for doubt in each.doubts]
    return Account(
        f"{count} parts and their total, each forecast alone, then made to add up, {how}.",
        accounts[TOTAL].data,
        f"The total before it was made to add up: {accounts[TOTAL].quality or 'it could not be forecast.'}",
        tuple(doubts),
    )
