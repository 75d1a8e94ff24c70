"""Public holidays as effects of a forecast: what a calendar knows ahead."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import UnknownName

EVE, MORROW = "the day before ", "the day after a holiday"
_DAY = timedelta(days=1)


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
    """
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) or len(index) < 2:
        return pd.DataFrame(index=index)
    starts = index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index
    days = starts.normalize()
    last = days[-1] + (days[-1] - days[-2] if days[-1] > days[-2] else pd.Timedelta(days=1))
    named = holidays_of(country, (days[0] - pd.Timedelta(days=1)).date(), last.date())
    columns: dict[str, Any] = {}
    for name in dict.fromkeys(named.values()):
        columns[name] = _counted([day for day, said in named.items() if said == name], days)
        eves = [day - _DAY for day, said in named.items() if said == name and day - _DAY not in named]
        columns[EVE + name] = _counted(eves, days)
    columns[MORROW] = _counted([day + _DAY for day in named if day + _DAY not in named], days)
    return pd.DataFrame(columns, index=index).loc[:, lambda frame: (frame != 0).any()]


def _counted(found: list[date], days: pd.DatetimeIndex) -> Any:
    """How many of the dates lie in each step; a step that is shorter than a day holds its whole day."""
    dates = pd.DatetimeIndex(pd.to_datetime(found))
    if days.has_duplicates:
        return days.isin(dates).astype("float64")
    # The last step is as long as the one before it.
    edges = days.append(pd.DatetimeIndex([days[-1] + (days[-1] - days[-2])]))
    return np.diff(np.searchsorted(dates.to_numpy(), edges.to_numpy())).astype("float64")
