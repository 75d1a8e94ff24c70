"""What the platform keeps of the price when a booking is cancelled: by how late that is, or by contract."""

from __future__ import annotations

import numpy as np

from analytics_lib.sources.sample.draws import IntArray
from analytics_lib.sources.sample.geography import COLLAPSED
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import COLLAPSE

WHOLE = 10_000
"""All of the price, in ten-thousandths."""

# Days before the start from which so much is kept; packages are held to longer notice.
_NOTICE = np.array([1, 3, 7, 14, 30], dtype=np.int64)
_KEPT = np.array(
    [
        (10_000, 5_000, 3_000, 0, 0, 0),
        (10_000, 9_000, 7_000, 5_000, 3_000, 2_000),
        (10_000, 5_000, 0, 0, 0, 0),
        (10_000, 5_000, 0, 0, 0, 0),
        (10_000, 0, 0, 0, 0, 0),
    ],
    dtype=np.int64,
)
_NOT_REFUNDABLE = np.array([900, 300, 1_400, 700], dtype=np.int64)
"""Bookings at a rate that gives nothing back, by buyer, in ten-thousandths."""


def penalty_share(world: World, booked: BookedSlice) -> IntArray:
    """The ten-thousandths of the price that are kept if the booking is cancelled when it is, if it is.

    Nobody is held to a trip to the place that has collapsed.
    """
    cancelled = booked.fates.cancelled
    notice = booked.trips.starts - world.local.day_of(np.minimum(cancelled.at, world.through - 1))
    kept = _KEPT[booked.kind, np.searchsorted(_NOTICE, notice, side="right")]
    strict = booked.draws(world.seed, "penalties").chance(_NOT_REFUNDABLE[booked.buyer], len(booked))
    pardoned = (booked.place == COLLAPSED) & COLLAPSE.holds(booked.trips.starts)
    return np.where(pardoned, 0, np.where(strict, WHOLE, kept))
