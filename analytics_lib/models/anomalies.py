"""What moved: steps of a series that are far from what was to be expected of them.

The score is the deviation over 1.4826 times the median absolute deviation of earlier ones (Iglewicz
and Hoaglin 1993), each from an expectation that knew nothing of the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.expectation import expectation
from analytics_lib.models.forecast import aligned
from analytics_lib.models.series import Flags, Floats, RegularSeries, Season, regular
from analytics_lib.models.threads import on_one_thread

THRESHOLD = 4.0
"""Beyond so many usual deviations a step is called an anomaly, unless another threshold is given."""
THRESHOLDS = (3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0)
"""Those that the backtest tries."""
ALERTS_PER_YEAR = 6.0
"""How often somebody is willing to be called for nothing, for the suggested threshold."""
Direction = Literal["both", "up", "down"]
DIRECTIONS: tuple[Direction, ...] = ("both", "up", "down")
_YEAR_DAYS = 365.25


@on_one_thread
def anomalies(
    series: pd.Series[Any],
    season: Season = 1,
    *,
    threshold: float = THRESHOLD,
    floor: float = 0.0,
    direction: Direction = "both",
    effects: pd.DataFrame | None = None,
    alerts_per_year: float = ALERTS_PER_YEAR,
) -> pd.DataFrame:
    """Every step with what was expected of it, and whether it is an anomaly.

    `series`, `season` and `effects` (of the history only) are those of `forecast`; hand in complete steps
    only, for a step that is still running looks like a collapse. `floor`: a step is not judged where both its
    value and what was expected lie below it. `direction`: which deviations count.

    The frame has a row for each step of the series: `actual`, `expected`, `lower` and `upper` (within which
    nothing is called), in its unit; `score` in usual deviations, positive above the expectation; `run_score`,
    that of the last steps together (a cycle, or four), by which a lasting small move is found; `is_anomaly`,
    if either is beyond the threshold; `episode`, a number shared by anomalies that are close, 0 for none.
    NaN where nothing was judged: the first steps, missing ones, holidays never seen before, those below the
    floor, and all of a series of which most steps are zero.

    In `attrs`: `account`; `episodes`, how many; `backtest`, the episodes a year that each threshold would
    have called; `suggested_threshold`, the least that would have called at most `alerts_per_year`, None if
    none would. Raises `InputError`.
    """
    _checked(threshold, floor, direction, alerts_per_year)
    data = regular(series, season)
    if not data.known:
        return _nothing()
    values = data.values
    said = expectation(data, threshold, None if effects is None else aligned(effects, data, 0))
    # Where fmax meets two missing values it gives one, which is below nothing.
    low = np.fmax(values, said.expected) < floor
    score, run_score = (np.where(low, np.nan, each) for each in (said.score, said.run_score))
    called = _called(score, run_score, threshold, direction)
    judged = {
        "actual": values,
        "expected": said.expected,
        "lower": said.lower,
        "upper": said.upper,
        "score": score,
        "run_score": run_score,
        "is_anomaly": called,
        "episode": _episodes(called, said.run),
    }
    first = len(data.index) - data.late - len(values)
    frame = pd.DataFrame(judged, index=data.index[first : first + len(values)])
    years = _years(frame.index[~np.isnan(score)])
    counts = {
        each: int(_episodes(_called(score, run_score, each, direction), said.run).max())
        for each in sorted({*THRESHOLDS, threshold})
    }
    backtest = {each: None if not years else count / years for each, count in counts.items()}
    suggested = next(
        (each for each, often in backtest.items() if often is not None and often <= alerts_per_year), None
    )
    return accounted(
        frame,
        _account(frame, data, int(said.rare.sum()), threshold, backtest, suggested, alerts_per_year),
        episodes=int(frame["episode"].max()),
        backtest=backtest,
        suggested_threshold=suggested,
    )


def _called(score: Floats, run_score: Floats, threshold: float, direction: Direction) -> Flags:
    with np.errstate(invalid="ignore"):
        high = (score > threshold) | (run_score > threshold)
        low = (score < -threshold) | (run_score < -threshold)
    return (high & (direction != "down")) | (low & (direction != "up"))


def _episodes(called: Flags, run: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """A number for each stretch of anomalies between which fewer ordinary steps lie than a run has."""
    numbers = np.zeros(len(called), dtype="int64")
    places = np.flatnonzero(called)
    if len(places):
        numbers[places] = np.cumsum(np.concatenate(([True], np.diff(places) > run)))
    return numbers


def _years(judged: pd.Index[Any]) -> float | None:
    """How many years the judged steps span; None where the index has no dates, or too few."""
    if isinstance(judged, pd.PeriodIndex):
        judged = judged.to_timestamp()
    if not isinstance(judged, pd.DatetimeIndex) or len(judged) < 2:
        return None
    return (judged[-1] - judged[0]).days / _YEAR_DAYS or None


def _account(
    frame: pd.DataFrame,
    data: RegularSeries,
    rare: int,
    threshold: float,
    backtest: dict[float, float | None],
    suggested: float | None,
    wanted: float,
) -> Account:
    judged = int(frame["score"].notna().sum())
    found = int(frame["is_anomaly"].sum())
    doubts = []
    if rare:
        doubts.append(
            f"{rare} steps were not judged, because most before them were zero: count such events over "
            "longer steps."
        )
    if not judged and rare < len(frame) / 2:
        doubts.append(
            "nothing could be judged: the history is too short, or everything lies below the floor."
        )
    often = {each: said for each, said in backtest.items() if said is not None}
    if often:
        quality = f"In a year a threshold of {threshold:g} would have called {often[threshold]:.1f} times"
        if suggested is None:
            quality += f"; no threshold tried would have called at most {wanted:g} times."
        else:
            quality += f"; {suggested:g} is the least that would have called at most {wanted:g} times."
    else:
        quality = "How often it calls in a year cannot be told: the steps bear no dates, or are too few."
    if data.dropped:
        cycles = " and ".join(f"{each:g}" for each in data.dropped)
        doubts.append(
            f"the cycle of {cycles} steps is not in the expectation: the history does not hold it twice."
        )
    if frame["is_anomaly"].tail(1).any():
        doubts.append("the last step is an anomaly: whether it lasts is not known yet.")
    return Account(
        f"Steps more than {threshold:g} usual deviations from what earlier ones made likely: {found}, "
        f"in {int(frame['episode'].max())} episodes.",
        f"{judged:,} of {len(frame):,} steps were judged.",
        quality,
        tuple(doubts),
    )


def _nothing() -> pd.DataFrame:
    columns: Sequence[str] = ("actual", "expected", "lower", "upper", "score", "run_score")
    frame = pd.DataFrame({name: pd.Series(dtype="float64") for name in columns})
    frame["is_anomaly"], frame["episode"] = pd.Series(dtype=bool), pd.Series(dtype="int64")
    account = Account("Nothing was judged.", "0 values.", "", ("the series holds no value.",))
    return accounted(frame, account, episodes=0, backtest=dict.fromkeys(THRESHOLDS), suggested_threshold=None)


def _checked(threshold: Any, floor: Any, direction: Any, wanted: Any) -> None:
    if isinstance(threshold, bool) or not isinstance(threshold, Real) or not 0 < float(threshold) < np.inf:
        raise InputError(
            f"The threshold {threshold!r} is no positive number of usual deviations: give one such as 4."
        )
    if isinstance(floor, bool) or not isinstance(floor, Real) or not float(floor) >= 0:
        raise InputError(f"The floor {floor!r} is no volume: give 0 or more, in the unit of the series.")
    if isinstance(wanted, bool) or not isinstance(wanted, Real) or not float(wanted) >= 0:
        raise InputError(f"The alerts a year {wanted!r} are no number of 0 or more: give one such as 6.")
    if direction not in DIRECTIONS:
        raise InputError(f"The direction {direction!r} is not one of {', '.join(DIRECTIONS)}.")
