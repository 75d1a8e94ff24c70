"""Regression on cycles, trend and holidays, with a level that follows what they do not explain.

Dynamic harmonic regression, with exponential smoothing of its residuals in place of an ARMA process: Hyndman
and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 10.5 and 12.1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Floats

LONGEST_TABLE = 24
"""A cycle of up to so many steps gets a level for each of them, a longer one gets waves."""
WAVES = 6
"""Pairs of sine and cosine for a long cycle; more would follow noise."""
RIDGE = 1.0
"""How many steps without any effect each effect is averaged with: what was seen once counts half."""
ORDINARY = 1.345
"""Errors beyond so many of their usual size pull no harder than this (Huber 1964)."""
_ROUNDS = 5
_ALPHAS = np.array([0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8])


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
    known = _design(length, length + horizon, seasons, effects)
    steps = known[:length]
    target = scale.forward(values)
    coefficients = _robust(steps, target) if is_robust else _ridge(steps, target, np.ones(length))
    residuals = target - steps @ coefficients
    if is_robust:
        reach = ORDINARY * _usual_size(residuals)
        residuals = np.clip(residuals, -reach, reach)
    level, errors = _level(residuals)
    fitted = known[length:] @ coefficients + level
    if is_robust:
        return scale.back(fitted)
    # The expected value is not what the expected root or logarithm turns back into.
    return scale.expected(fitted, errors)


def _ridge(steps: Floats, target: Floats, weights: Floats) -> Floats:
    penalty = np.full(steps.shape[1], RIDGE)
    penalty[0] = 0.0
    weighed = steps.T * weights
    found: Floats = np.linalg.solve(weighed @ steps + np.diag(penalty), weighed @ target)
    return found


def _robust(steps: Floats, target: Floats) -> Floats:
    """The coefficients of Huber's regression, by weights that are found again a few times."""
    coefficients = _ridge(steps, target, np.ones(len(target)))
    for _ in range(_ROUNDS):
        residuals = target - steps @ coefficients
        reach = ORDINARY * _usual_size(residuals)
        if not reach:
            break
        coefficients = _ridge(steps, target, np.minimum(1.0, reach / np.maximum(np.abs(residuals), reach)))
    return coefficients


def _usual_size(residuals: Floats) -> float:
    """The standard deviation of a normal distribution with the same median absolute deviation."""
    return 1.4826 * float(np.median(np.abs(residuals - np.median(residuals))))


def _design(length: int, total: int, seasons: Sequence[float], effects: Floats | None) -> Floats:
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
    if effects is not None:
        columns += list(effects[:total].T.astype("float64"))
    return np.column_stack(columns)


def _level(residuals: Floats) -> tuple[float, Floats]:
    """The last level of exponential smoothing, with the rate that foresees best, and its errors."""
    best: tuple[float, float, Floats] | None = None
    for alpha in _ALPHAS:
        level, errors = _smoothed(residuals, float(alpha))
        loss = float(errors @ errors)
        if best is None or loss < best[0]:
            best = (loss, level, errors)
    if best is None:
        raise ValueError("no rate of smoothing was tried")
    return best[1], best[2]


def _smoothed(residuals: Floats, alpha: float) -> tuple[float, Floats]:
    from scipy.signal import lfilter

    if alpha == 0:
        return 0.0, residuals
    levels = lfilter([alpha], [1, alpha - 1], residuals)
    errors = residuals - np.concatenate(([0.0], levels[:-1]))
    return float(levels[-1]), errors
