"""What a series was expected to be, step by step, by what was known before each step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics_lib.models.harmonic import LONGEST_TABLE, Designs, robust_coefficients, smoothing, usual_size
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Flags, Floats, RegularSeries, filled

BLOCK = 28
"""Steps after which cycles, trend and holidays are estimated anew; the level follows at every step."""
ORDINARY = 2.0
"""A deviation beyond so many of its usual size moves the level no further than this."""
FAR = 4.0
"""Beyond so many the level is held, until it has been so for `PATIENCE` runs: then it is the new level."""
PATIENCE = 4
LEAST_RATE = 0.05
"""The level always follows a little, also where none of the past moved it."""
REMEMBERED = 200
"""Steps over which the usual size of a deviation is looked up."""
FEW_RUNS = 40
"""With fewer runs seen the size of a single step's deviation stands for theirs, which is larger."""
SHORTEST = 26
CYCLES = 4
"""So many short cycles, or so many steps, are seen before anything is judged."""
SHORT_RUN = 4
"""The length of a run where there is no short cycle."""
POISSON = 0.5
"""The standard deviation of the root of a count (Bartlett 1936)."""


@dataclass(frozen=True, eq=False)
class Expectation:
    """What was expected of each step, in its unit, and the deviations in usual ones.

    `score` is that of the step, `run_score` that of the mean of the last `run` steps from what was expected
    before the first of them. `lower` and `upper` are the ends between which a step's score stays within
    the threshold. NaN where nothing can be judged. `rare` marks steps before which most were zero.
    """

    expected: Floats
    lower: Floats
    upper: Floats
    score: Floats
    run_score: Floats
    rare: Flags
    run: int


class _Level:
    """The level of a series, which follows ordinary deviations and holds still in extraordinary ones."""

    def __init__(self, scale: Scale, run: int) -> None:
        self.scale = scale
        self.run = run
        self.rate = LEAST_RATE
        self.floor = 0.0
        self.height = 0.0
        self.heights: list[float] = []
        self.late: list[float] = []
        self.late_runs: list[float] = []
        self.held = 0
        self.waiting: list[float] = []

    def follow(self, error: float, size: float, *, is_far: bool) -> None:
        """Take in a deviation from the expectation."""
        self.held = self.held + 1 if is_far else 0
        self.waiting = [*self.waiting, error] if is_far else []
        if self.held > PATIENCE * self.run:
            self.height += float(np.median(self.waiting[-self.run :]))
            self.held, self.waiting = 0, []
        if self.held:
            return
        reach = ORDINARY * size
        self.height += self.rate * min(max(error, -reach), reach)
        self.late.append(error)


def expectation(series: RegularSeries, threshold: float, effects: Floats | None) -> Expectation:
    """A robust harmonic regression and a smoothed level, made anew as time goes on.

    Everything, also the scale on which it is judged, is found from what was known before. Counts are taken to
    spread at least as a Poisson count does. A step with an effect, such as a holiday, that was never seen
    before is not judged, nor one before which most steps were zero.
    """
    length = len(series.values)
    run = series.season if 1 < series.season <= LONGEST_TABLE else SHORT_RUN
    expected, lower, upper, score, run_score = np.full((5, length), np.nan)
    found = Expectation(expected, lower, upper, score, run_score, np.zeros(length, dtype=bool), run)
    start = max(CYCLES * series.season if series.season <= LONGEST_TABLE else 0, SHORTEST)
    judged = ~np.isnan(series.values) & ~_unseen(effects, length)
    level: _Level | None = None
    for first in range(start, length, BLOCK):
        last = min(first + BLOCK, length)
        known = filled(series.values[:first], series.season)
        lately = known[-REMEMBERED:]
        if np.count_nonzero(lately) * 2 < len(lately):
            found.rare[first:last] = True
            level = None
            continue
        scale = Scale.of(known)
        if level is None or level.scale != scale:
            level = _Level(scale, run)
        seasons = [each for each in series.seasons if first >= 2 * each]
        steps = Designs(last, seasons, effects).of(first, last)
        seen = np.concatenate((scale.forward(known), scale.forward(series.values[first:last])))
        deviations = seen - steps.columns @ robust_coefficients(steps, seen[:first])
        smoothed = smoothing(_ordinary(deviations[:first], PATIENCE * run))
        if not level.held:
            level.height = smoothed.level
        level.late = (level.late or list(smoothed.errors))[-REMEMBERED:]
        level.floor = _floor(known, scale)
        level.rate = max(smoothed.rate, LEAST_RATE)
        _judge(found, level, deviations, seen, range(first, last), judged, threshold)
    return found


def _floor(known: Floats, scale: Scale) -> float:
    """The least that a usual deviation is taken to be."""
    if scale.name == "root" and bool(np.all(known == np.round(known))):
        return POISSON
    # A history that never moved is not quite still once it has been reckoned with.
    return 1e-9 * float(np.abs(scale.forward(known)).max())


def _ordinary(deviations: Floats, window: int) -> Floats:
    """Deviations without what single steps and short runs have beyond their neighbourhood."""
    middle = pd.Series(deviations).rolling(window, min_periods=1).median().to_numpy()
    reach = ORDINARY * usual_size(deviations - middle)
    return np.asarray(middle + np.clip(deviations - middle, -reach, reach))


def _judge(
    found: Expectation,
    level: _Level,
    deviations: Floats,
    seen: Floats,
    steps: range,
    judged: Flags,
    threshold: float,
) -> None:
    """Score the steps of a block, one after the other."""
    size = max(_size(level.late), level.floor)
    enough = len(level.late_runs) >= FEW_RUNS
    run_size = max(_size(level.late_runs[-REMEMBERED:]), level.floor / np.sqrt(found.run)) if enough else size
    for step in steps:
        level.heights.append(level.height)
        if np.isnan(deviations[step]):
            deviations[step] = level.height
            continue
        error = float(deviations[step] - level.height)
        middle = seen[step] - error
        ends = np.array([middle, middle - threshold * size, middle + threshold * size])
        found.expected[step], found.lower[step], found.upper[step] = level.scale.back(ends)
        if not judged[step]:
            continue
        found.score[step] = _over(error, size)
        if len(level.heights) >= found.run:
            together = deviations[step - found.run + 1 : step + 1].mean() - level.heights[-found.run]
            found.run_score[step] = _over(float(together), run_size)
            if abs(found.run_score[step]) <= FAR:
                level.late_runs.append(float(together))
        is_far = max(abs(found.score[step]), abs(np.nan_to_num(found.run_score[step]))) > FAR
        level.follow(error, size, is_far=bool(is_far))


def _unseen(effects: Floats | None, length: int) -> Flags:
    """The steps at which some effect is there for the first time."""
    if effects is None:
        return np.zeros(length, dtype=bool)
    there = effects[:length] != 0
    return np.asarray((there & (np.cumsum(there, axis=0) == 1)).any(axis=1))


def _size(errors: list[float]) -> float:
    """The usual size of deviations; half their mean size if that is more, as it is where most are zero."""
    found = np.array(errors)
    return max(usual_size(found), 0.5 * 1.2533 * float(np.mean(np.abs(found))))


def _over(error: float, size: float) -> float:
    """A deviation in usual ones; after a history that never moved any move is far beyond the usual."""
    if size > 0:
        return error / size
    return 0.0 if error == 0 else float(np.copysign(np.inf, error))
