"""The methods tried from past origins: which one to trust, and how far off it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics_lib.models.forecast_methods import SEASONAL_NAIVE, methods
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Floats, RegularSeries, filled

ORIGINS = 40
"""Points of the past from which every method is tried, if the series is long enough."""
TRIED_PART = 0.3
"""The part of the history, at its end, in which these points lie: older errors say less of those to come."""
FEW = 12
"""So many points are worth going further back."""
FEW_STRETCHES = 5
"""As are so many horizons that do not overlap."""
COMBINED = "the mean of "
UNFAIR = 0.15
"""The part of all that came by which a method's sum may be off."""
BETTER = 0.97
"""A single method is preferred to the mean of several if its error is that much smaller."""


@dataclass(frozen=True, eq=False)
class Trials:
    """Forecasts from past origins: for each method a row for each origin and a column for each step ahead."""

    origins: tuple[int, ...]
    actual: Floats
    said: Mapping[str, Floats]

    @property
    def stretches(self) -> float:
        """How many horizons fit into the time from the first origin to the last value."""
        ahead = self.actual.shape[1]
        return float((self.origins[-1] + ahead - self.origins[0]) / ahead)

    @property
    def losses(self) -> Mapping[str, float]:
        """The mean absolute error of each method."""
        return {name: float(np.nanmean(np.abs(self.actual - said))) for name, said in self.said.items()}

    @property
    def biases(self) -> Mapping[str, float]:
        """How far the sum of what each method said lies from the sum of what came, over the latter's size."""
        size = float(np.nansum(np.abs(self.actual))) or 1.0
        return {name: abs(float(np.nansum(said - self.actual))) / size for name, said in self.said.items()}

    @property
    def fair(self) -> tuple[str, ...]:
        """The methods that are not far too low or high in sum; all of them where each is."""
        # The middle of rare events is nothing: it errs least, and is no forecast of how many there will be.
        found = tuple(name for name, bias in self.biases.items() if bias <= UNFAIR)
        return found or tuple(self.said)

    @property
    def best(self) -> str:
        """The method to use: the mean of the good ones unless a single one is clearly better."""
        losses = {name: self.losses[name] for name in self.fair}
        combined = [name for name in losses if name.startswith(COMBINED)]
        first = min(losses, key=lambda name: losses[name])
        if combined and losses[first] > BETTER * losses[combined[0]]:
            return combined[0]
        return first


def try_out(series: RegularSeries, horizon: int, scale: Scale, effects: Floats | None) -> Trials:
    """Every method from several origins, none of which sees what comes after it."""
    origins = _origins(series, horizon)
    if not origins:
        return Trials((), np.empty((0, 0)), {})
    ahead = min(horizon, len(series.values) - origins[-1])
    known = [filled(series.values[:origin], series.season) for origin in origins]
    actual = np.array([series.values[origin : origin + ahead] for origin in origins])
    said = {
        name: np.array(forecaster(known, ahead))
        for name, forecaster in methods(series, origins[0], len(series.values), scale, effects).items()
    }
    said = {name: each for name, each in said.items() if np.isfinite(each).all()}
    if np.isnan(actual).all():
        return Trials((), np.empty((0, 0)), {})
    return Trials(origins, actual, said | _combined(Trials(origins, actual, said)))


def parts_of(name: str) -> tuple[str, ...]:
    """The methods that a method consists of: itself, or those of which it is the mean."""
    return tuple(name.removeprefix(COMBINED).split(" and ")) if name.startswith(COMBINED) else (name,)


def _origins(series: RegularSeries, horizon: int) -> tuple[int, ...]:
    """Ascending counts of values known at an origin; all of one horizon or, in a short series, of less."""
    length = len(series.values)
    least = max(2 * series.season, 4)
    ahead = min(horizon, max(1, (length - least) // 2))
    last = length - ahead
    if last < least:
        return ()
    first = max(least, min(last - FEW, last - FEW_STRETCHES * ahead, length - int(length * TRIED_PART)))
    # A long cycle that was not yet seen twice makes early forecasts worse than today's can be.
    longest = round(2 * series.seasons[-1]) if series.seasons else 0
    if first < longest <= last - FEW:
        first = longest
    return tuple(sorted({round(each) for each in np.linspace(first, last, min(ORIGINS, last - first + 1))}))


def _combined(trials: Trials) -> dict[str, Floats]:
    """The mean of the two best methods that are fair and not naive."""
    losses = trials.losses
    names = [name for name in trials.fair if name != SEASONAL_NAIVE]
    if len(names) < 2:
        return {}
    first, second = sorted(names, key=lambda name: losses[name])[:2]
    return {f"{COMBINED}{first} and {second}": (trials.said[first] + trials.said[second]) / 2}
