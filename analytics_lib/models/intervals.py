"""Intervals that hold what they promise: as wide as past errors, not as a method believes.

Conformal prediction over a rolling origin. Errors are measured on the series' own scale, each divided by the
usual size of an error at its distance ahead, so that all of them can be looked at together (Stankeviciute and
others, Conformal Time-Series Forecasting, 2021, without their correction for all steps at once).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Floats

ENOUGH = 20
"""With fewer origins the tails of the errors are not known, and Student's t has a say, the more the fewer."""
UNSEEN = 2
"""Independent stretches whose weight the unseen part of the tails has; tried on series of other fields."""
LOPSIDED = 200
"""From so many errors on, those above and those below may differ."""


@dataclass(frozen=True, eq=False)
class ErrorSpread:
    """How far off forecasts were: `sizes` by steps ahead, and the errors in units of these, by origin."""

    scale: Scale
    sizes: Floats
    relative: Floats
    stretches: float

    @classmethod
    def of(cls, scale: Scale, errors: Floats, stretches: float) -> ErrorSpread:
        """From errors on the scale, a row for each origin, NaN where the value is missing.

        `stretches` is how many horizons fit into the time in which the errors lie.
        """
        sizes = _growing(errors)
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(sizes > 0, errors / sizes, np.where(errors == 0, 0.0, np.nan))
        return cls(scale, sizes, relative, stretches)

    def interval(self, mean: Floats, level: float) -> tuple[Floats, Floats]:
        """The lower and upper ends at `level` percent around expected values."""
        low, high = _quantiles(self.relative, level / 100, self.stretches)
        sizes = self._sizes(len(mean))
        middle = self.scale.forward(mean)
        return self.scale.back(middle + low * sizes), self.scale.back(middle + high * sizes)

    def held(self, level: float) -> float | None:
        """The share of errors within the interval that all other origins would have given."""
        inside: list[bool] = []
        for origin in range(len(self.relative)):
            others = np.delete(self.relative, origin, axis=0)
            if not (~np.isnan(others)).any():
                return None
            low, high = _quantiles(others, level / 100, self.stretches)
            mine = self.relative[origin][~np.isnan(self.relative[origin])]
            inside += list((mine >= low) & (mine <= high))
        return float(np.mean(inside)) if inside else None

    def _sizes(self, horizon: int) -> Floats:
        """Sizes for as many steps as asked; beyond those that were tried they grow as a random walk's do."""
        tried = len(self.sizes)
        further = self.sizes[-1] * np.sqrt(np.arange(tried + 1, horizon + 1) / tried)
        return np.concatenate((self.sizes, further))[:horizon]


def _growing(errors: Floats) -> Floats:
    """Mean absolute errors by steps ahead, which do not fall with the distance."""
    from scipy.optimize import isotonic_regression

    counts = (~np.isnan(errors)).sum(axis=0)
    sums = np.nansum(np.abs(errors), axis=0)
    whole = sums.sum() / max(counts.sum(), 1)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), whole)
    grown: Floats = isotonic_regression(means, weights=np.maximum(counts, 1e-9)).x
    return grown


def _quantiles(relative: Floats, part: float, stretches: float) -> tuple[float, float]:
    """The errors, in their own units, between which `part` of them lie, and the next one with them."""
    from scipy.stats import t

    known = relative[~np.isnan(relative)]
    if not len(known):
        return -np.inf, np.inf
    origins = int((~np.isnan(relative)).any(axis=1).sum())
    # Origins that are close together share what comes after them: only stretches that do not overlap are
    # independent, and the fewer there are, the less of the tails do they show.
    wanted = 1 - (1 - part) * stretches / (stretches + UNSEEN)
    if origins >= ENOUGH and len(known) >= LOPSIDED:
        low, high = np.quantile(known, [(1 - wanted) / 2, (1 + wanted) / 2])
        return min(float(low), 0.0), max(float(high), 0.0)
    size = float(np.quantile(np.abs(known), wanted, method="higher"))
    if origins < ENOUGH:
        believed = float(np.sqrt(np.mean(known**2)) * t.ppf((1 + part) / 2, max(origins - 1, 1)))
        size = (origins * size + (ENOUGH - origins) * believed) / ENOUGH
    return -size, size
