"""The sample's calendar: local days in Europe/Madrid, their instants, and the turn of the year.

Days are whole days since 1970, instants whole seconds since 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics_lib.sources.sample.draws import IntArray

ZONE = "Europe/Madrid"
"""The zone the platform reports in."""

DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to this day."""
    return (day - _EPOCH).days


def local_instant(day: date, hour: int = 0) -> int:
    """The UTC second at which the local clock shows this hour."""
    return int(datetime.combine(day, time(hour), tzinfo=ZoneInfo(ZONE)).timestamp())


def utc(instant: int) -> datetime:
    """The instant as a datetime in UTC, without zone."""
    return datetime.fromtimestamp(instant, tz=UTC).replace(tzinfo=None)


class LocalDays:
    """When each local day of a range begins in UTC; days of 23 and 25 hours included.

    Parameters: the first day, and the first day after the range.
    """

    def __init__(self, first: date, after: date) -> None:
        self.first = day_number(first)
        count = day_number(after) - self.first + 1
        self._begins = np.array(
            [local_instant(first + timedelta(days=i)) for i in range(count)], dtype=np.int64
        )

    def begin(self, day: IntArray) -> IntArray:
        """The instant at which each local day begins."""
        return self._begins[day - self.first]

    def at(self, day: IntArray, second: int | IntArray) -> IntArray:
        """The instant at a second of each local day, below 86,400 and stretched to the day's real length."""
        length = self.begin(day + 1) - self.begin(day)
        return self.begin(day) + second * length // DAY_SECONDS

    def day_of(self, instant: IntArray) -> IntArray:
        """The local day that each instant lies in."""
        day: IntArray = np.searchsorted(self._begins, instant, side="right") - 1 + self.first
        return day


def weekday(day: IntArray) -> IntArray:
    """0 for Monday to 6 for Sunday."""
    return (day + 3) % 7


def through_the_year(day: IntArray, monthly: Sequence[int]) -> IntArray:
    """A yearly curve given by its value in the middle of each month, straight between them."""
    twelfths = (day * 12 * 400 % 1_753_164) * 1_000 // 146_097  # a Gregorian year has 146097/400 days
    place = (twelfths - 500) % 12_000
    month, rest = place // 1_000, place % 1_000
    values = np.array([*monthly, monthly[0]], dtype=np.int64)
    return values[month] + (values[month + 1] - values[month]) * rest // 1_000


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (anonymous algorithm, Meeus)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    shift = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
