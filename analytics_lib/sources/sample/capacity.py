"""How many rooms of some hotels the platform may sell each night: allotments, agreed for a quarter.

An allotment is told from the end: it is what the quarter's fullest night took, and a little more. So
no night is ever sold out, and none is sold twice.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.draws import IntArray
from analytics_lib.sources.sample.inventory import quoted_products
from analytics_lib.sources.sample.lots import lots_within
from analytics_lib.sources.sample.rows import as_table, days, named, whole
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.trips import LONGEST_LEAD, LONGEST_STAY

_AHEAD_DAYS = 60
"""Nights are offered up to so many days after the last day of the data."""
_LEAST_UNITS = 3
_SPARE_PERCENT = (10, 25)
"""Least and most of what an allotment has beyond its fullest night."""
_QUARTERS_A_YEAR = 4


class Capacity:
    """Writes `capacity`, once all bookings are known."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._products = quoted_products(world.products)
        self._row = np.full(len(world.products.all), -1, dtype=np.int64)
        self._row[self._products] = np.arange(len(self._products))
        self._first = int(world.local.day_of(np.array([world.begin]))[0])
        self._through = int(world.local.day_of(np.array([world.through]))[0])
        nights = self._through - self._first + LONGEST_LEAD + LONGEST_STAY + 1
        self._changes = np.zeros((len(self._products), nights), dtype=np.int64)
        """Rooms more than the night before, by product and night."""

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """Nothing yet; counts the rooms that are sold, also to those who do not show up."""
        fates, trips = booked.fates, booked.trips
        given_up = fates.cancelled.happened | fates.expired.happened | booked.is_test
        sold = np.flatnonzero((self._row[booked.product] >= 0) & ~given_up)
        row, units = self._row[booked.product[sold]], trips.units[sold]
        np.add.at(self._changes, (row, trips.starts[sold] - self._first), units)
        np.subtract.at(self._changes, (row, trips.ends[sold] - self._first), units)
        yield from ()

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """All nights from the first day of the data to 60 days after the last."""
        offered = self._through + _AHEAD_DAYS - self._first + 1
        allotted = self._allotted()[:, :offered]
        night = np.arange(self._first, self._first + offered, dtype=np.int64)
        ids = self._world.products.ids()
        yield (
            "capacity",
            as_table(
                "capacity",
                {
                    "product_id": named(ids, np.tile(self._products, offered)),
                    "stay_on": days(np.repeat(night, len(self._products))),
                    "units_available": whole(allotted.T.ravel()),
                },
            ),
        )

    def _allotted(self) -> IntArray:
        """The rooms of each product (row) for each night.

        A quarter that lies ahead is not sold yet: it gets no less than its like a year before.
        """
        sold = np.cumsum(self._changes, axis=1)
        quarter = _quarter(np.arange(self._first, self._first + sold.shape[1], dtype=np.int64))
        quarters, starts = np.unique(quarter, return_index=True)
        fullest = np.maximum.reduceat(sold, starts, axis=1)
        unfinished = quarters >= _quarter(np.array([self._through]))[0]
        for place in np.flatnonzero(unfinished[_QUARTERS_A_YEAR:]) + _QUARTERS_A_YEAR:
            fullest[:, place] = np.maximum(fullest[:, place], fullest[:, place - _QUARTERS_A_YEAR])
        cells = self._products[:, None] * 10_000 + quarters
        percent = lots_within(self._world.seed, "allotments", cells, _SPARE_PERCENT)
        agreed = np.maximum(fullest + -(-fullest * percent // 100), _LEAST_UNITS)
        by_night: IntArray = agreed[:, np.searchsorted(quarters, quarter)]
        return by_night


def _quarter(day: IntArray) -> IntArray:
    """Calendar quarters since 1970."""
    months: IntArray = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months // 3
