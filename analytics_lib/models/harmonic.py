"""Regression on cycles, trend and holidays, with a level that follows what they do not explain.

Dynamic harmonic regression, with exponential smoothing of its residuals in place of an ARMA process: Hyndman
and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 10.5 and 12.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Flags, Floats

LONGEST_TABLE = 24
"""A cycle of up to so many steps gets a level for each of them, a longer one gets waves."""
WAVES = 6
"""Pairs of sine and cosine for a long cycle; more would follow noise."""
RIDGE = 1.0
"""How many steps without any effect each wave and each place of a cycle is averaged with."""
EFFECT_RIDGE = 0.25
"""The same for a holiday: what was seen once counts four fifths."""
ORDINARY = 1.345
"""Errors beyond so many of their usual size pull no harder than this (Huber 1964)."""
_ROUNDS = 5
_RATES = np.array([0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8])


def harmonic_forecast(
    values: Floats,
    horizon: int,
    seasons: Sequence[float],
    scale: Scale,
    effects: Floats | None = None,
    *,
    is_robust: bool = False,
) -> Floats:
    """The expected values of the next steps, or the middle ones if `is_robust`.

    `values` has no gaps. `effects` holds a row for each step of the history and of the horizon, and a column
    for each thing that may matter, such as a holiday. A robust one is not moved by single large values: it is
    nearer to most values, and below their mean where large ones keep coming.
    """
    length = len(values)
    steps = design(length, length + horizon, seasons, effects)
    target = scale.forward(values)
    coefficients = robust_coefficients(steps, target) if is_robust else _ridge(steps, target, np.ones(length))
    residuals = target - steps.columns[:length] @ coefficients
    if is_robust:
        reach = ORDINARY * usual_size(residuals)
        residuals = np.clip(residuals, -reach, reach)
    smoothed = smoothing(residuals)
    fitted = steps.columns[length:] @ coefficients + smoothed.level
    if is_robust:
        return scale.back(fitted)
    # The expected value is not what the expected root or logarithm turns back into.
    return scale.expected(fitted, smoothed.errors)


def _ridge(steps: Design, target: Floats, weights: Floats) -> Floats:
    known = steps.columns[: len(target)]
    weighed = known.T * weights
    return np.asarray(np.linalg.solve(weighed @ known + np.diag(steps.penalty), weighed @ target))


def robust_coefficients(steps: Design, target: Floats) -> Floats:
    """The coefficients of Huber's regression, by weights that are found again a few times.

    Steps with an effect keep their whole weight: a holiday is unlike other days, and that is to be learnt.
    """
    coefficients = _ridge(steps, target, np.ones(len(target)))
    known = steps.columns[: len(target)]
    for _ in range(_ROUNDS):
        residuals = target - known @ coefficients
        reach = ORDINARY * usual_size(residuals)
        if not reach:
            break
        weights = np.minimum(1.0, reach / np.maximum(np.abs(residuals), reach))
        weights[steps.has_effect[: len(target)]] = 1.0
        coefficients = _ridge(steps, target, weights)
    return coefficients


def usual_size(residuals: Floats) -> float:
    """The standard deviation of a normal distribution with the same median absolute deviation."""
    return 1.4826 * float(np.median(np.abs(residuals - np.median(residuals))))


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a regression, the first of them constant, and how much each effect is held back."""

    columns: Floats
    penalty: Floats
    has_effect: Flags


def design(length: int, total: int, seasons: Sequence[float], effects: Floats | None) -> Design:
    """The columns for `total` steps, the first `length` of them history."""
    step = np.arange(total, dtype="float64")
    columns = [np.ones(total)]
    # Without two years a trend cannot be told from a season.
    if seasons and length >= 2 * seasons[-1] and length >= 100:
        columns.append((step - length / 2) / length)
    for season in seasons:
        if season <= LONGEST_TABLE:
            columns += [(step % season == place).astype("float64") for place in range(1, round(season))]
        else:
            for wave in range(1, min(WAVES, int(season // 2)) + 1):
                angle = 2 * np.pi * wave * step / season
                columns += [np.sin(angle), np.cos(angle)]
    penalty = [0.0] + [RIDGE] * (len(columns) - 1)
    has_effect: Flags = np.zeros(total, dtype=bool)
    if effects is not None:
        columns += list(effects[:total].T.astype("float64"))
        penalty += [EFFECT_RIDGE] * effects.shape[1]
        has_effect = np.asarray((effects[:total] != 0).any(axis=1))
    return Design(np.column_stack(columns), np.array(penalty), has_effect)


@dataclass(frozen=True, eq=False)
class Smoothing:
    """Exponential smoothing at one rate: the last level, and how far each step was from the one before."""

    rate: float
    level: float
    errors: Floats


def smoothing(residuals: Floats) -> Smoothing:
    """The smoothing with the rate that foresees best; a rate of 0 stays at 0."""
    tried = [_smoothed(residuals, float(rate)) for rate in _RATES]
    return min(tried, key=lambda each: float(each.errors @ each.errors))


def _smoothed(residuals: Floats, rate: float) -> Smoothing:
    from scipy.signal import lfilter

    if rate == 0:
        return Smoothing(0.0, 0.0, residuals)
    levels = lfilter([rate], [1, rate - 1], residuals)
    return Smoothing(rate, float(levels[-1]), residuals - np.concatenate(([0.0], levels[:-1])))
