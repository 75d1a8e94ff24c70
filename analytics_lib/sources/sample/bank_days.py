"""The days on which money moves: those of TARGET, the payment system of the euro, and their months.

Days and months are whole numbers since 1970.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from analytics_lib.sources.sample.days import easter_sunday
from analytics_lib.sources.sample.draws import IntArray

_CLOSED = ((1, 1), (5, 1), (12, 25), (12, 26))
_GOOD_FRIDAY, _EASTER_MONDAY = -2, 1


class BankDays:
    """The bank days of some years; beyond them only weekends are closed."""

    def __init__(self, first_year: int, last_year: int) -> None:
        years = range(first_year, last_year + 1)
        closed = [date(year, month, day) for year in years for month, day in _CLOSED]
        closed += [
            easter_sunday(year) + timedelta(days=shift)
            for year in years
            for shift in (_GOOD_FRIDAY, _EASTER_MONDAY)
        ]
        self._calendar = np.busdaycalendar(holidays=closed)

    def next(self, day: IntArray) -> IntArray:
        """The day itself if it is a bank day, else the next one that is."""
        return self._shifted(day.astype("datetime64[D]"), 0)

    def of_month(self, month: IntArray, rank: int) -> IntArray:
        """The first, second, ... bank day of each month."""
        return self._shifted(first_of_month(month).astype("datetime64[D]"), rank - 1)

    def _shifted(self, day: npt.NDArray[np.datetime64], by: int) -> IntArray:
        return np.busday_offset(day, by, roll="forward", busdaycal=self._calendar).astype(np.int64)


def month_of(day: IntArray) -> IntArray:
    """The month that each day lies in."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_of_month(month: IntArray) -> IntArray:
    """The first day of each month."""
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
