"""What each metric counts, booking by booking: a reading of the handbook and of each metric's sentence.

A tally yields (when, amount) for one booking: `when` is the instant or the local date that puts it into
a period, `amount` is 1 for a count and None where the measure is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from types import SimpleNamespace

from tests.oracle_calendar import Look, clock

Booking = SimpleNamespace
Tally = Iterator[tuple[datetime | date | None, int | None]]
Tallying = Callable[[Booking, Look], Tally]


def local_day(instant: datetime, look: Look) -> date:
    return clock(instant, look.zone).date()


def nights(booking: Booking) -> int | None:
    if booking.starts_on is None or booking.ends_on is None:
        return None
    return (booking.ends_on - booking.starts_on).days


def lead_days(booking: Booking, look: Look) -> int | None:
    if booking.starts_on is None:
        return None
    return (booking.starts_on - local_day(booking.created_at, look)).days


def travels(booking: Booking, look: Look) -> bool:
    return not look.knows(booking.cancelled_at) and not look.knows(booking.no_show_at)


# Placed: by the instant of booking


def placed(booking: Booking, look: Look) -> Tally:
    yield booking.created_at, 1


def value(booking: Booking, look: Look) -> Tally:
    yield booking.created_at, booking.price_base_minor


def placed_with_value(booking: Booking, look: Look) -> Tally:
    if booking.price_base_minor is not None:
        yield booking.created_at, 1


def guests(booking: Booking, look: Look) -> Tally:
    if booking.party_size is not None and booking.party_size > 0:
        yield booking.created_at, booking.party_size


def placed_with_guests(booking: Booking, look: Look) -> Tally:
    if booking.party_size is not None and booking.party_size > 0:
        yield booking.created_at, 1


def lead(booking: Booking, look: Look) -> Tally:
    days = lead_days(booking, look)
    if days is not None and days >= 0:
        yield booking.created_at, days


def placed_with_lead(booking: Booking, look: Look) -> Tally:
    days = lead_days(booking, look)
    if days is not None and days >= 0:
        yield booking.created_at, 1


# Cohort view: by the instant of booking, with what is known by now


def cancelled_since(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at):
        yield booking.created_at, 1


def value_cancelled_since(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at):
        yield booking.created_at, booking.price_base_minor


def missed_since(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.no_show_at):
        yield booking.created_at, 1


def cancelled_by(days: int) -> Tallying:
    def tally(booking: Booking, look: Look) -> Tally:
        limit = booking.created_at + timedelta(days=days)
        if look.knows(booking.cancelled_at) and booking.cancelled_at <= limit:
            yield booking.created_at, 1

    return tally


def confirmed_by_three_days(booking: Booking, look: Look) -> Tally:
    limit = booking.created_at + timedelta(hours=72)
    if look.knows(booking.confirmed_at) and booking.confirmed_at <= limit:
        yield booking.created_at, 1


# Event view: by the instant of the event


def cancelled(booking: Booking, look: Look) -> Tally:
    yield booking.cancelled_at, 1


def value_cancelled(booking: Booking, look: Look) -> Tally:
    yield booking.cancelled_at, booking.price_base_minor


def notice(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at) and booking.starts_on is not None:
        yield booking.cancelled_at, (booking.starts_on - local_day(booking.cancelled_at, look)).days


def missed(booking: Booking, look: Look) -> Tally:
    yield booking.no_show_at, 1


# By the local day of arrival


def arriving(booking: Booking, look: Look) -> Tally:
    yield booking.starts_on, 1


def arriving_cancelled(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at):
        yield booking.starts_on, 1


def staying(booking: Booking, look: Look) -> Tally:
    if travels(booking, look) and (nights(booking) or 0) > 0:
        yield booking.starts_on, 1


def nights_of_staying(booking: Booking, look: Look) -> Tally:
    if travels(booking, look) and (nights(booking) or 0) > 0:
        yield booking.starts_on, nights(booking)


def day_use(booking: Booking, look: Look) -> Tally:
    if travels(booking, look) and nights(booking) == 0:
        yield booking.starts_on, 1


# By the local date of each night


def lodging(booking: Booking, look: Look) -> Tally:
    """The price of lodging, night by night; the cents that do not divide go to the first nights."""
    length = nights(booking) or 0
    if not travels(booking, look) or length <= 0 or not booking.lodging_base_minor:
        return
    sign = -1 if booking.lodging_base_minor < 0 else 1
    each, left = divmod(abs(booking.lodging_base_minor), length)
    for night in range(length):
        yield booking.starts_on + timedelta(days=night), sign * (each + (night < left))


def lodging_of_counted_rooms(booking: Booking, look: Look) -> Tally:
    """Where nobody knows how many rooms there were, a rate per room cannot use the price either."""
    if booking.units is not None:
        yield from lodging(booking, look)


def rooms_sold(booking: Booking, look: Look) -> Tally:
    for night, _ in lodging(booking, look):
        yield night, booking.units


BY_LOCAL_DATE = frozenset(
    {
        arriving,
        arriving_cancelled,
        staying,
        nights_of_staying,
        day_use,
        lodging,
        lodging_of_counted_rooms,
        rooms_sold,
    }
)
"""Tallies that know the day and not the hour."""


def lead_time_band(booking: Booking, look: Look) -> str | None:
    days = lead_days(booking, look)
    if days is None:
        return None
    if days < 0:
        return "0 after the start"
    if days == 0:
        return "1 same day"
    ends = (
        (7, "2 within a week"),
        (30, "3 8 to 30 days"),
        (90, "4 31 to 90 days"),
        (180, "5 91 to 180 days"),
    )
    return next((band for last, band in ends if days <= last), "6 over 180 days")
