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
_RATES = np.array([0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8])


class HarmonicRegression:
    """Regressions on the beginnings of one history, which share all that depends on time alone."""

    def __init__(self, total: int, seasons: Sequence[float], effects: Floats | None = None) -> None:
        """For histories and horizons that end within `total` steps; the rest as for `Designs`."""
        self._designs = Designs(total, seasons, effects)

    def forecasts(
        self,
        histories: Sequence[Floats],
        horizon: int,
        scale: Scale,
        *,
        is_robust: bool = False,
        has_effects: bool = False,
    ) -> list[Floats]:
        """The expected values of the steps after each history, or the middle ones if `is_robust`.

        Histories have no gaps. A robust forecast is not moved by single large values: it is nearer to most
        values, and below their mean where large ones keep coming.
        """
        known, ahead = [], []
        for values in histories:
            length = len(values)
            steps = self._designs.of(length, length + horizon, has_effects=has_effects)
            target = scale.forward(values)
            coefficients = robust_coefficients(steps, target) if is_robust else _ridge(steps, target)
            residuals = target - steps.columns[:length] @ coefficients
            if is_robust:
                reach = ORDINARY * usual_size(residuals)
                residuals = np.clip(residuals, -reach, reach)
            known.append(residuals)
            ahead.append(steps.columns[length:] @ coefficients)
        smoothed = smoothings(known)
        fitted = [each + smoothing.level for each, smoothing in zip(ahead, smoothed, strict=True)]
        if is_robust:
            return [scale.back(each) for each in fitted]
        # The expected value is not what the expected root or logarithm turns back into.
        return [scale.expected(each, last.errors) for each, last in zip(fitted, smoothed, strict=True)]


def _ridge(steps: Design, target: Floats) -> Floats:
    return np.asarray(np.linalg.solve(steps.normal, steps.columns[: len(target)].T @ target))


def robust_coefficients(steps: Design, target: Floats) -> Floats:
    """The coefficients of Huber's regression, by weights that are found again a few times.

    Steps with an effect keep their whole weight: a holiday is unlike other days, and that is to be learnt.
    """
    known = steps.columns[: len(target)]
    is_ordinary = ~steps.has_effect[: len(target)]
    moment = known.T @ target
    coefficients = np.linalg.solve(steps.normal, moment)
    for _ in range(_ROUNDS):
        sizes = np.abs(residuals := target - known @ coefficients)
        reach = ORDINARY * usual_size(residuals)
        if not reach:
            break
        # Most steps weigh one: only what the others lose is worked out.
        far = np.flatnonzero((sizes > reach) & is_ordinary)
        away = known[far]
        lost = away.T * (1.0 - reach / sizes[far])
        coefficients = np.linalg.solve(steps.normal - lost @ away, moment - lost @ target[far])
    return np.asarray(coefficients)


def usual_size(residuals: Floats) -> float:
    """The standard deviation of a normal distribution with the same median absolute deviation."""
    return 1.4826 * _median(np.abs(residuals - _median(residuals)))


def _median(values: Floats) -> float:
    """As numpy has it, which takes longer to look for missing values than to find the middle."""
    half = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    low, high = np.partition(values, (half - 1, half))[half - 1 : half + 1]
    return float((low + high) / 2)


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a regression, its normal matrix with what holds effects back, and steps with an effect.

    There are rows for the history and for what follows; the normal matrix is of the history alone.
    """

    columns: Floats
    normal: Floats
    has_effect: Flags


class Designs:
    """The designs of regressions on the beginnings of one history."""

    def __init__(self, total: int, seasons: Sequence[float], effects: Floats | None = None) -> None:
        """For `total` steps with cycles of `seasons` steps.

        `effects` holds a row for each step, and a column for each thing that may matter, such as a holiday.
        """
        step = np.arange(total, dtype="float64")
        columns = [(step - total / 2) / total, np.ones(total), *_cycles(step, seasons)]
        penalty = [RIDGE, 0.0] + [RIDGE] * (len(columns) - 2)
        self._plain = len(columns)
        self._with_effect: Flags = np.zeros(total, dtype=bool)
        if effects is not None:
            columns += list(effects[:total].T.astype("float64"))
            penalty += [EFFECT_RIDGE] * effects.shape[1]
            self._with_effect = np.asarray((effects[:total] != 0).any(axis=1))
        # Without two years a trend cannot be told from a season.
        self._shortest_trend = max(100.0, 2 * seasons[-1]) if seasons else np.inf
        self._columns = np.column_stack(columns)
        self._penalty = np.array(penalty)
        self._products = {0: np.zeros((len(columns), len(columns)))}

    def of(self, length: int, total: int, *, has_effects: bool = True) -> Design:
        """The design of a history of `length` steps, with rows for `total`."""
        first = 0 if length >= self._shortest_trend else 1
        chosen = slice(first, None if has_effects else self._plain)
        penalty = self._penalty.copy()
        # What a trend over the history itself would be held back by, for one over all steps.
        penalty[0] *= (length / len(self._columns)) ** 2
        normal = self._product(length)[chosen, chosen] + np.diag(penalty[chosen])
        with_effect = self._with_effect if has_effects else np.zeros_like(self._with_effect)
        return Design(self._columns[:total, chosen], normal, with_effect[:total])

    def _product(self, length: int) -> Floats:
        """The columns times each other over a history, from that over the longest shorter one."""
        if length not in self._products:
            known = max(each for each in self._products if each < length)
            rows = self._columns[known:length]
            self._products[length] = self._products[known] + rows.T @ rows
        return self._products[length]


def _cycles(step: Floats, seasons: Sequence[float]) -> list[Floats]:
    """The columns of cycles: a level for each place of a short one, waves for a long one."""
    columns = []
    for season in seasons:
        if season <= LONGEST_TABLE:
            columns += [(step % season == place).astype("float64") for place in range(1, round(season))]
        else:
            for wave in range(1, min(WAVES, int(season // 2)) + 1):
                angle = 2 * np.pi * wave * step / season
                columns += [np.sin(angle), np.cos(angle)]
    return columns


@dataclass(frozen=True, eq=False)
class Smoothing:
    """Exponential smoothing at one rate: the last level, and how far each step was from the one before."""

    rate: float
    level: float
    errors: Floats


def smoothing(residuals: Floats) -> Smoothing:
    """The smoothing with the rate that foresees best; a rate of 0 stays at 0."""
    (best,) = smoothings([residuals])
    return best


def smoothings(series: Sequence[Floats]) -> list[Smoothing]:
    """`smoothing` of each, in a fraction of the time that one after the other would take."""
    from scipy.signal import lfilter

    longest = max(map(len, series))
    # Put in front of a series, zeros change nothing: the level is 0 there too.
    rows = np.array([np.concatenate((np.zeros(longest - len(each)), each)) for each in series])
    found = [Smoothing(0.0, 0.0, each) for each in series]
    least = np.einsum("ij,ij->i", rows, rows)
    for rate in _RATES:
        levels = lfilter([rate], [1, rate - 1], rows)
        errors = rows.copy()
        errors[:, 1:] -= levels[:, :-1]
        losses = np.einsum("ij,ij->i", errors, errors)
        for row in map(int, np.flatnonzero(losses < least)):
            own = errors[row, longest - len(series[row]) :].copy()
            found[row] = Smoothing(float(rate), float(levels[row, -1]), own)
        least = np.minimum(least, losses)
    return found
