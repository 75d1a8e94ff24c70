"""A series of numbers at regular steps, as the models of time take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError

Floats = np.ndarray[Any, np.dtype[np.float64]]
"""A vector of floats."""

Flags = np.ndarray[Any, np.dtype[np.bool_]]
"""A vector of yes and no."""

Season = int | float | Sequence[int | float]
"""Steps of one cycle, or of several: 7, or (7, 365.25) for days with weeks and years."""

LONGEST = 6_000
"""Values before the last so many are left out: they cost time and say little of the next."""
_DAY = 86_400
MOST_GAPS = 0.5
"""With a larger part of its steps missing a series is not forecast."""


@dataclass(frozen=True, eq=False)
class RegularSeries:
    """Values at equal steps, NaN where one is missing, up to the last that is known: the last 6,000 of them.

    `index` covers all steps of the series as given, trailing gaps included; `late` is how many steps after
    the last known value it ends. `seasons` are ascending, without those that are too long for the data.
    """

    values: Floats
    index: pd.Index[Any]
    late: int
    seasons: tuple[float, ...]
    dropped: tuple[float, ...]

    @property
    def season(self) -> int:
        """The shortest cycle in whole steps, 1 for none."""
        return round(self.seasons[0]) if self.seasons else 1

    @property
    def known(self) -> int:
        """How many values are there."""
        return int(np.count_nonzero(~np.isnan(self.values)))

    @property
    def gaps(self) -> int:
        """How many steps between the first and the last value are missing."""
        return len(self.values) - self.known

    def future(self, horizon: int) -> pd.Index[Any]:
        """The `horizon` steps that follow the series as given."""
        return following(self.index, horizon)

    @property
    def filled(self) -> Floats:
        """The values with each gap filled: linear between the neighbours one season apart."""
        return filled(self.values, self.season)


def regular(series: Any, season: Season) -> RegularSeries:
    """A series put on equal steps.

    Its index holds dates, instants, periods or whole numbers, ascending, each once; a step between them
    that is not there is missing, which is not zero. Raises `InputError`.
    """
    if not isinstance(series, pd.Series):
        series = pd.Series(series)
    try:
        values = series.astype(object).where(series.notna(), None).astype("float64")
    except (TypeError, ValueError) as error:
        raise InputError("The series holds something that is no number: give numbers only.") from error
    if np.isinf(values.to_numpy()).any():
        raise InputError("The series holds an infinite value: leave it out or mark it as missing.")
    values = _on_equal_steps(values)
    found = values.to_numpy(dtype="float64", copy=True)
    there = np.flatnonzero(~np.isnan(found))
    first, last = (int(there[0]), int(there[-1])) if len(there) else (0, -1)
    first = max(first, last + 1 - LONGEST)
    inside = found[first : last + 1]
    seasons, dropped = _seasons(season, len(inside))
    return RegularSeries(inside, values.index, len(found) - 1 - last, seasons, dropped)


def following(index: pd.Index[Any], horizon: int) -> pd.Index[Any]:
    """The `horizon` steps after an index."""
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(index[-1] + 1, periods=horizon, freq=index.freq, name=index.name)
    if isinstance(index, pd.DatetimeIndex) and index.freq is not None:
        return pd.date_range(index[-1], periods=horizon + 1, freq=index.freq, name=index.name)[1:]
    if isinstance(index, pd.DatetimeIndex):
        raise InputError("The series has one date only: give its index a freq, so that the next is known.")
    step = int(index[-1] - index[-2]) if len(index) > 1 else 1
    start = int(index[-1]) + step if len(index) else 0
    return pd.RangeIndex(start, start + horizon * step, step, name=index.name)


def filled(values: Floats, season: int) -> Floats:
    """The values with each gap filled from those a whole number of seasons away, else from neighbours."""
    if not np.isnan(values).any():
        return values
    table = pd.Series(values)
    whole = table.groupby(np.arange(len(table)) % season).transform(
        lambda each: each.interpolate(limit_direction="both")
    )
    return whole.interpolate(limit_direction="both").to_numpy(dtype="float64")


def _on_equal_steps(values: pd.Series[Any]) -> pd.Series[Any]:
    index = values.index
    if len(index) and not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex):
        if not pd.api.types.is_numeric_dtype(index):
            values = values.set_axis(_as_dates(index))
        elif not pd.api.types.is_integer_dtype(index):
            raise InputError("The index of the series is of fractions: give dates or whole numbers.")
    index = values.index
    if index.has_duplicates:
        raise InputError(f"The index of the series names {index[index.duplicated()][0]} twice: give it once.")
    if not index.is_monotonic_increasing:
        values = values.sort_index()
        index = values.index
    if isinstance(index, pd.DatetimeIndex):
        frequency = index.freq or _frequency(index)
        return values if frequency is None else values.asfreq(frequency)
    if isinstance(index, pd.PeriodIndex) and len(index):
        return values.reindex(pd.period_range(index[0], index[-1], freq=index.freq, name=index.name))
    if len(index) > 1:
        step = int(np.gcd.reduce(np.diff(index.to_numpy())))
        return values.reindex(pd.RangeIndex(index[0], index[-1] + 1, step, name=index.name))
    return values


def _as_dates(index: pd.Index[Any]) -> pd.DatetimeIndex:
    try:
        return pd.DatetimeIndex(pd.to_datetime(index, format="ISO8601"), name=index.name)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The index of the series begins with {index[0]!r}, no date: give dates or whole numbers."
        ) from error


def _frequency(index: pd.DatetimeIndex) -> str | None:
    """The step of dates between which some may be missing."""
    if len(index) < 2:
        return None
    inferred = pd.infer_freq(index) if len(index) > 2 else None
    if inferred is not None:
        return str(inferred)
    # The calendar's own steps first: months are not equally long.
    for name in ("YS", "QS", "MS", "ME"):
        if len(index.difference(pd.date_range(index[0], index[-1], freq=name))) == 0:
            return name
    shortest = int(np.diff(index.to_numpy()).min() / np.timedelta64(1, "s"))
    return f"{shortest // _DAY}D" if shortest % _DAY == 0 else f"{shortest}s"


def _seasons(season: Season, length: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Those cycles that two of fit into the data, and those that are too long."""
    given: Sequence[Any] = season if isinstance(season, Sequence) else (season,)
    for each in given:
        if isinstance(each, bool) or not isinstance(each, int | float) or not each >= 1:
            raise InputError(
                f"The season {each!r} is no number of steps: give 1 for none, or 7 or (7, 365.25)."
            )
    wanted = sorted({float(each) for each in given if each > 1})
    fit = tuple(each for each in wanted if length >= 2 * each)
    return fit, tuple(each for each in wanted if each not in fit)
