"""Bookings that stand for travel that has not begun, at the end of each window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.oracles.bookings import CUTS
from tests.oracles.calendar import first_instant
from tests.oracles.domain import Domain
from tests.oracles.oracle import Formula, Row, Seen, Tallying, World, difference, total

INSTANT = timedelta(microseconds=1)


def stands(booking: Row, moment: datetime) -> bool:
    """Whether it had been placed, and was neither cancelled nor known as missed before the moment."""
    ends = (booking.cancelled_at, booking.no_show_at)
    return booking.created_at is not None and (
        booking.created_at < moment and all(end is None or end >= moment for end in ends)
    )


def begins_after(booking: Row, moment: datetime, world: World) -> bool:
    return booking.starts_on is not None and first_instant(booking.starts_on, world.look.zone) >= moment


def on_the_books(world: World) -> Iterator[Seen]:
    for _, end in world.windows():
        for booking in world.scoped("bookings"):
            if stands(booking, end) and begins_after(booking, end, world):
                yield Seen(booking, end - INSTANT)


def value_on_the_books(world: World) -> Iterator[Seen]:
    for seen in on_the_books(world):
        yield Seen(seen.row, seen.when, seen.row.price_base_minor)


def on_the_books_before(world: World) -> Iterator[Seen]:
    """Those of the beginning of each window, for the same days of travel as at its end."""
    for start, end in world.windows():
        for booking in world.scoped("bookings"):
            if stands(booking, start) and begins_after(booking, end, world):
                yield Seen(booking, end - INSTANT)


METRICS: dict[str, tuple[Formula, Tallying]] = {
    "bookings_on_the_books": (total(on_the_books), on_the_books),
    "value_on_the_books": (total(value_on_the_books), value_on_the_books),
    "pickup": (difference(on_the_books, on_the_books_before), on_the_books),
}
"""Metric -> its formula over a cell, and what it rests on."""

DOMAIN = Domain(METRICS, CUTS)
