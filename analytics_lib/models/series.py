"""A series of numbers at regular steps, as the models of time take it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset
from pandas.tseries.offsets import BaseOffset, Tick

from analytics_lib.errors import InputError

Floats = np.ndarray[Any, np.dtype[np.float64]]
"""A vector of floats."""

Flags = np.ndarray[Any, np.dtype[np.bool_]]
"""A vector of yes and no."""

Season = int | float | Sequence[int | float]
"""Steps of one cycle, or of several: 7, or (7, 365.25) for days with weeks and years."""

LONGEST = 6_000
"""Values before the last so many are left out: they cost time and say little of the next."""
MOST_GAPS = 0.5
"""With a larger part of its steps missing a series is not forecast."""
MOST_STEPS = 5_000_000
"""An index that would have more equal steps than these is refused before it fills the memory."""
SHORTEST_MONTH = 28
"""The last day that each month has."""
_DAY, _HOUR = pd.Timedelta(days=1), pd.Timedelta(hours=1)
_FRIDAY = 4


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

    Its index holds dates, instants, periods or whole numbers, each once; a step between them that is not
    there is missing, which is not zero. Raises `InputError`.
    """
    values = on_equal_steps(series)
    found = values.to_numpy(dtype="float64", copy=True)
    there = np.flatnonzero(~np.isnan(found))
    first, last = (int(there[0]), int(there[-1])) if len(there) else (0, -1)
    first = max(first, last + 1 - LONGEST)
    inside = found[first : last + 1]
    seasons, dropped = _seasons(season, len(inside))
    return RegularSeries(inside, values.index, len(found) - 1 - last, seasons, dropped)


def on_equal_steps(series: Any) -> pd.Series[Any]:
    """A series as floats, ascending, with a row for each step: NaN where one is missing. See `regular`."""
    if isinstance(series, pd.DataFrame):
        raise InputError("The series is a table: give one of its columns.")
    try:
        series = series if isinstance(series, pd.Series) else pd.Series(series)
        values = series.astype(object).where(series.notna(), None).astype("float64")
    except (TypeError, ValueError) as error:
        raise InputError("The series holds something that is no number: give numbers only.") from error
    if np.isinf(values.to_numpy()).any():
        raise InputError("The series holds an infinite value: leave it out or mark it as missing.")
    values = values.set_axis(_index_of(values.index))
    if not values.index.is_monotonic_increasing:
        values = values.sort_index()
    return _with_all_steps(values)


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


def step_of(index: pd.DatetimeIndex) -> BaseOffset | None:
    """The step of ascending dates between which some may be missing, None for fewer than two."""
    if index.freq is not None:
        return index.freq
    if len(index) < 2:
        return None
    inferred = pd.infer_freq(index) if len(index) > 2 else None
    if inferred is not None:
        return to_offset(inferred)
    # By the clock on the wall: a day of 23 hours is a day.
    local = index.tz_localize(None)
    for offset in (_months_between(local), _business_days_between(local)):
        if offset is not None:
            return offset
    return _time_between(index, local)


def _index_of(index: pd.Index[Any]) -> pd.Index[Any]:
    """The index as dates, periods or whole numbers, each there and each once."""
    if isinstance(index, pd.MultiIndex):
        raise InputError("The index of the series has several levels: give one of dates or whole numbers.")
    if index.dtype == object:
        index = index.infer_objects()
    if not (index.hasnans or isinstance(index, pd.DatetimeIndex | pd.PeriodIndex)) and len(index):
        if not pd.api.types.is_numeric_dtype(index):
            index = _as_dates(index)
        elif not pd.api.types.is_integer_dtype(index):
            raise InputError("The index of the series is of fractions: give dates or whole numbers.")
    if index.hasnans:
        place = int(np.flatnonzero(index.isna())[0]) + 1
        raise InputError(
            f"The index of the series is missing at place {place}: leave that step out or say which it is."
        )
    if index.has_duplicates:
        raise InputError(f"The index of the series names {index[index.duplicated()][0]} twice: give it once.")
    return index


def _as_dates(index: pd.Index[Any]) -> pd.DatetimeIndex:
    try:
        with warnings.catch_warnings():
            # Of several offsets pandas 2 only warns, and gives no dates.
            warnings.simplefilter("error", FutureWarning)
            return pd.DatetimeIndex(pd.to_datetime(index, format="ISO8601"), name=index.name)
    except (TypeError, ValueError, FutureWarning) as error:
        if re.search("time ?zone|tz-", str(error)):
            raise InputError(
                "The index of the series mixes offsets from UTC: give all its dates in one time zone."
            ) from error
        raise InputError(
            f"The index of the series begins with {index[0]!r}, no date: give dates or whole numbers."
        ) from error


def _with_all_steps(values: pd.Series[Any]) -> pd.Series[Any]:
    index = values.index
    if len(index) < 2:
        return values
    if isinstance(index, pd.DatetimeIndex):
        step: Any = step_of(index)
        if isinstance(step, Tick):
            _check_length(index, (index[-1] - index[0]) // pd.Timedelta(step.nanos, unit="ns"))
        try:
            return values.asfreq(step)
        except Exception as error:
            # Where clocks change at midnight, one midnight does not exist; the error is one of pytz.
            if index.tz is None:
                raise
            raise InputError(
                f"The dates of the series make no regular steps in {index.tz}: give them without a time zone."
            ) from error
    if isinstance(index, pd.PeriodIndex):
        span: Any = index.freq
        _check_length(index, (index[-1].ordinal - index[0].ordinal) // span.n)
        return values.reindex(pd.period_range(index[0], index[-1], freq=index.freq, name=index.name))
    first, last = int(index[0]), int(index[-1])
    # Differences of larger numbers do not fit into 64 bits.
    width = 1 if max(-first, last) >= 2**62 else int(np.gcd.reduce(np.diff(index.to_numpy(dtype="int64"))))
    _check_length(index, (last - first) // width)
    return values.reindex(pd.RangeIndex(first, last + 1, width, name=index.name))


def _check_length(index: pd.Index[Any], steps: int) -> None:
    if steps > MOST_STEPS:
        raise InputError(
            f"From {index[0]} to {index[-1]} the series would have {steps:,} equal steps, more than "
            f"{MOST_STEPS:,}: leave out what lies far off or round its index."
        )


def _months_between(local: pd.DatetimeIndex) -> BaseOffset | None:
    """The step of dates that lie whole months apart, on the same day of the month or on its last."""
    months = (local.year * 12 + local.month).to_numpy(dtype="int64")
    step = int(np.gcd.reduce(np.diff(months)))
    days = set(local.day)
    if not step or len(set(local - local.normalize())) > 1:
        return None
    if local.is_month_end.all():
        kinds = ("ME", "QE", "YE")
    elif all(pd.offsets.BMonthEnd().is_on_offset(each) for each in local):
        kinds = ("BME", "BQE", "BYE")
    elif days == {1}:
        kinds = ("MS", "QS", "YS")
    elif len(days) == 1 and max(days) <= SHORTEST_MONTH:
        return pd.DateOffset(months=step)
    else:
        return None
    name = local[0].strftime("%b").upper()
    if step % 12 == 0:
        return to_offset(f"{step // 12}{kinds[2]}-{name}")
    if step % 3 == 0:
        return to_offset(f"{step // 3}{kinds[1]}-{name}")
    return to_offset(f"{step}{kinds[0]}")


def _business_days_between(local: pd.DatetimeIndex) -> BaseOffset | None:
    """Business days, where no weekend has a value and most days between have one."""
    if (local.dayofweek > _FRIDAY).any() or len(set(local - local.normalize())) > 1:
        return None
    days = local.normalize().to_numpy().astype("datetime64[D]")
    whole = int((days[-1] - days[0]).astype(int)) + 1
    open_days = int(np.busday_count(days[0], days[-1])) + 1
    is_daily = bool((np.diff(days).astype(int) == 1).any())
    spans_weekend = whole > open_days
    return to_offset("B") if is_daily and spans_weekend and len(days) >= MOST_GAPS * open_days else None


def _time_between(index: pd.DatetimeIndex, local: pd.DatetimeIndex) -> BaseOffset:
    """The longest step that meets every instant: whole days by the clock on the wall, else true time."""
    wall = _common(local)
    if wall % _DAY == pd.Timedelta(0) and wall:
        return pd.offsets.Day(wall // _DAY)
    step = _common(index)
    # Hours, as pandas takes 24 of them for a day by the clock on the wall.
    whole = step % _HOUR == pd.Timedelta(0)
    return pd.offsets.Hour(step // _HOUR) if whole else pd.offsets.Nano(step.value)


def _common(index: pd.DatetimeIndex) -> pd.Timedelta:
    """The greatest common divisor of the differences."""
    instants = index.to_numpy(dtype="datetime64[ns]").astype("int64")
    return pd.Timedelta(int(np.gcd.reduce(np.diff(instants))))


def _seasons(season: Season, length: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Those cycles that two of fit into the data, and those that are too long."""
    is_several = isinstance(season, Sequence | np.ndarray) and not isinstance(season, str)
    given: list[Any] = list(season) if is_several else [season]  # type: ignore[arg-type]
    for each in given:
        is_number = isinstance(each, int | float | np.integer | np.floating) and not isinstance(each, bool)
        if not is_number or not each >= 1:
            raise InputError(
                f"The season {each!r} is no number of steps: give 1 for none, or 7 or (7, 365.25)."
            )
    wanted = sorted({float(each) for each in given if each > 1})
    fit = tuple(each for each in wanted if length >= 2 * each)
    return fit, tuple(each for each in wanted if each not in fit)
