"""Public holidays as effects of a forecast: what a calendar knows ahead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries import offsets

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.models.series import step_of

EVE, MORROW = "the day before ", "the day after a holiday"
_DAY = timedelta(days=1)
_MONDAY = 0
_ENDS = (
    offsets.MonthEnd,
    offsets.QuarterEnd,
    offsets.YearEnd,
    offsets.BMonthEnd,
    offsets.BQuarterEnd,
    offsets.BYearEnd,
)
"""Steps that pandas names by their last day."""


def holidays_of(country: str, first: date, last: date) -> dict[date, str]:
    """The public holidays of a country (ISO 3166 code, such as ES) from `first` to `last`, both included.

    Source: the package `holidays`. Raises `UnknownName`.
    """
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        raise UnknownName("country", str(country), known)
    found = holidays.country_holidays(country, years=range(first.year, last.year + 1))
    return {day: str(name) for day, name in sorted(found.items()) if first <= day <= last}


def holiday_effects(index: pd.Index[Any], country: str) -> pd.DataFrame:
    """For each step of an index of dates or periods, how many days of each holiday it holds.

    A column for each holiday by name and for the day before it, and one for the days after any. A holiday
    that moves, such as Good Friday, is thus told from the season. No columns where the index has no dates.

    Dates are local ones. A date stands for the step that begins with it; the last day of a month, quarter,
    year or week for the step that ends with it. Weeks named by Mondays begin with them. Raises `InputError`.
    """
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) or len(index) < 2:
        return pd.DataFrame(index=index)
    if index.hasnans:
        raise InputError("The index has a step without a date: leave it out or say which it is.")
    starts, ends = _spans(index)
    named = holidays_of(country, (starts.min() - _DAY).date(), ends.max().date())
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(named.values()):
        columns[name] = _counted([day for day, said in named.items() if said == name], starts, ends)
        eves = [day - _DAY for day, said in named.items() if said == name and day - _DAY not in named]
        columns[EVE + name] = _counted(eves, starts, ends)
    columns[MORROW] = _counted([day + _DAY for day in named if day + _DAY not in named], starts, ends)
    return pd.DataFrame(columns, index=index).loc[:, lambda frame: (frame != 0).any()]


def _spans(index: pd.DatetimeIndex | pd.PeriodIndex) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """The first day of each step and the day after its last; a step shorter than a day holds its day."""
    if isinstance(index, pd.PeriodIndex):
        starts, ends = index.start_time, index.end_time.normalize() + _DAY
    else:
        local = index.tz_localize(None)
        step: Any = step_of(index.sort_values())
        if _ends_at_label(step):
            ends = local.normalize() + _DAY
            starts = pd.DatetimeIndex([each - step + _DAY for each in local])
        elif isinstance(step, offsets.Tick):
            starts, ends = local, local + step
        else:
            starts, ends = local, pd.DatetimeIndex([each + step for each in local])
    starts = starts.normalize()
    return starts, pd.DatetimeIndex(np.maximum(ends.normalize(), starts + _DAY))


def _ends_at_label(step: Any) -> bool:
    if isinstance(step, offsets.Week):
        return getattr(step, "weekday", None) not in (None, _MONDAY)
    return isinstance(step, _ENDS)


def _counted(found: list[date], starts: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> Any:
    """How many of the dates lie in each step."""
    dates = pd.DatetimeIndex(pd.to_datetime(sorted(found))).to_numpy()
    before = np.searchsorted(dates, starts.to_numpy())
    return (np.searchsorted(dates, ends.to_numpy()) - before).astype("float64")
