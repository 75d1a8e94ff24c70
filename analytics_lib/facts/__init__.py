"""Facts: the rows that metrics count, each a table at its grain with its joins and dimensions."""

from __future__ import annotations

from analytics_lib.facts.bookings import bookings, room_nights
from analytics_lib.facts.fact import UNKNOWN, Dimension, Fact, Moments, Snapshot, moment, span, tables_of

__all__ = [
    "UNKNOWN",
    "Dimension",
    "Fact",
    "Moments",
    "Snapshot",
    "bookings",
    "moment",
    "room_nights",
    "span",
    "tables_of",
]
