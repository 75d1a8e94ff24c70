"""What each metric of bookings counts, booking by booking, and its formula over a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import wraps

import pandas as pd

from tests.oracles.calendar import Look, clock
from tests.oracles.cuts import SOLD, TRIP, at, own
from tests.oracles.oracle import (
    HALF,
    NINE_TENTHS,
    Cut,
    Formula,
    Oracle,
    Row,
    Seen,
    Tallying,
    World,
    by_local_date,
    difference,
    once_ripe,
    rank,
    ratio,
    share,
    total,
)

Booking = Row
Tally = Iterator[tuple[datetime | date | None, int | None]]


def of_bookings(each: Callable[[Booking, Look], Tally]) -> Tallying:
    """A tally over all bookings that are known, from what one of them yields."""

    @wraps(each)
    def tally(world: World) -> Iterator[Seen]:
        for booking in world.scoped("bookings"):
            if world.look.knows(booking.created_at):
                for when, amount in each(booking, world.look):
                    yield Seen(booking, when, amount)

    return tally


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


@of_bookings
def placed(booking: Booking, look: Look) -> Tally:
    yield booking.created_at, 1


@of_bookings
def value(booking: Booking, look: Look) -> Tally:
    yield booking.created_at, booking.price_base_minor


@of_bookings
def placed_with_value(booking: Booking, look: Look) -> Tally:
    if booking.price_base_minor is not None:
        yield booking.created_at, 1


@of_bookings
def guests(booking: Booking, look: Look) -> Tally:
    if booking.party_size is not None and booking.party_size > 0:
        yield booking.created_at, booking.party_size


@of_bookings
def placed_with_guests(booking: Booking, look: Look) -> Tally:
    if booking.party_size is not None and booking.party_size > 0:
        yield booking.created_at, 1


@of_bookings
def lead(booking: Booking, look: Look) -> Tally:
    days = lead_days(booking, look)
    if days is not None and days >= 0:
        yield booking.created_at, days


@of_bookings
def placed_with_lead(booking: Booking, look: Look) -> Tally:
    days = lead_days(booking, look)
    if days is not None and days >= 0:
        yield booking.created_at, 1


# Cohort view: by the instant of booking, with what is known by now


@of_bookings
def cancelled_since(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at):
        yield booking.created_at, 1


@of_bookings
def value_cancelled_since(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at):
        yield booking.created_at, booking.price_base_minor


@of_bookings
def missed_since(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.no_show_at):
        yield booking.created_at, 1


def cancelled_by(days: int) -> Tallying:
    @of_bookings
    def tally(booking: Booking, look: Look) -> Tally:
        limit = booking.created_at + timedelta(days=days)
        if look.knows(booking.cancelled_at) and booking.cancelled_at <= limit:
            yield booking.created_at, 1

    return tally


@of_bookings
def confirmed_by_three_days(booking: Booking, look: Look) -> Tally:
    limit = booking.created_at + timedelta(hours=72)
    if look.knows(booking.confirmed_at) and booking.confirmed_at <= limit:
        yield booking.created_at, 1


# Event view: by the instant of the event


@of_bookings
def cancelled(booking: Booking, look: Look) -> Tally:
    yield booking.cancelled_at, 1


@of_bookings
def value_cancelled(booking: Booking, look: Look) -> Tally:
    yield booking.cancelled_at, booking.price_base_minor


@of_bookings
def notice(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at) and booking.starts_on is not None:
        yield booking.cancelled_at, (booking.starts_on - local_day(booking.cancelled_at, look)).days


@of_bookings
def missed(booking: Booking, look: Look) -> Tally:
    yield booking.no_show_at, 1


@of_bookings
def expired(booking: Booking, look: Look) -> Tally:
    yield booking.expired_at, 1


@of_bookings
def expired_since(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.expired_at):
        yield booking.created_at, 1


# By the local day of arrival


@by_local_date
@of_bookings
def arriving(booking: Booking, look: Look) -> Tally:
    yield booking.starts_on, 1


@by_local_date
@of_bookings
def arriving_cancelled(booking: Booking, look: Look) -> Tally:
    if look.knows(booking.cancelled_at):
        yield booking.starts_on, 1


@by_local_date
@of_bookings
def staying(booking: Booking, look: Look) -> Tally:
    if travels(booking, look) and (nights(booking) or 0) > 0:
        yield booking.starts_on, 1


@by_local_date
@of_bookings
def nights_of_staying(booking: Booking, look: Look) -> Tally:
    if travels(booking, look) and (nights(booking) or 0) > 0:
        yield booking.starts_on, nights(booking)


@by_local_date
@of_bookings
def day_use(booking: Booking, look: Look) -> Tally:
    if travels(booking, look) and nights(booking) == 0:
        yield booking.starts_on, 1


# By the local date of each night


def nightly(booking: Booking, look: Look) -> Iterator[tuple[date, int]]:
    """The price of lodging, night by night; the cents that do not divide go to the first nights."""
    length = nights(booking) or 0
    if not travels(booking, look) or length <= 0 or not booking.lodging_base_minor:
        return
    sign = -1 if booking.lodging_base_minor < 0 else 1
    each, left = divmod(abs(booking.lodging_base_minor), length)
    for night in range(length):
        yield booking.starts_on + timedelta(days=night), sign * (each + (night < left))


@by_local_date
@of_bookings
def lodging(booking: Booking, look: Look) -> Tally:
    yield from nightly(booking, look)


@by_local_date
@of_bookings
def lodging_of_counted_rooms(booking: Booking, look: Look) -> Tally:
    """Where nobody knows how many rooms there were, a rate per room cannot use the price either."""
    if booking.units is not None:
        yield from nightly(booking, look)


@by_local_date
@of_bookings
def rooms_sold(booking: Booking, look: Look) -> Tally:
    for night, _ in nightly(booking, look):
        yield night, booking.units


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


def nights_band(booking: Booking) -> str | None:
    length = nights(booking)
    if length is None:
        return None
    ends = ((0, "0 day use"), (1, "1 one night"), (3, "2 2 or 3 nights"), (7, "3 4 to 7 nights"))
    longer = "4 8 to 14 nights" if length <= 14 else "5 over 14 nights"
    return next((band for last, band in ends if length <= last), longer)


def once_old(top: Tallying, age: timedelta) -> Formula:
    return once_ripe(ratio(top, placed), age)


def _days(days: int) -> tuple[Formula, Tallying]:
    return once_old(cancelled_by(days), timedelta(days=days)), placed


METRICS: dict[str, tuple[Formula, Tallying | None]] = {
    "total_bookings": (total(placed), placed),
    "net_bookings": (difference(placed, cancelled), placed),
    "gross_bookings_value": (total(value), value),
    "net_bookings_value": (difference(value, value_cancelled), value),
    "average_booking_value": (ratio(value, placed_with_value), placed_with_value),
    "median_booking_value": (rank(value, HALF), value),
    "bookings_share": (share(placed), placed),
    "gross_bookings_value_share": (share(value), value),
    "average_party_size": (ratio(guests, placed_with_guests), placed_with_guests),
    "confirmation_rate": (once_old(confirmed_by_three_days, timedelta(hours=72)), placed),
    "cancellations": (total(cancelled), cancelled),
    "cancelled_value": (total(value_cancelled), value_cancelled),
    "cancellation_rate": (ratio(cancelled_since, placed), placed),
    "cancellation_rate_7d": _days(7),
    "cancellation_rate_30d": _days(30),
    "cancellation_rate_90d": _days(90),
    "cancellation_value_rate": (ratio(value_cancelled_since, value), value),
    "cancellation_rate_by_arrival": (ratio(arriving_cancelled, arriving), arriving),
    "no_shows": (total(missed), missed),
    "no_show_rate": (ratio(missed_since, placed), placed),
    "expired_holds": (total(expired), expired),
    "expired_hold_rate": (ratio(expired_since, placed), placed),
    "lead_time_median": (rank(lead, HALF), lead),
    "lead_time_p90": (rank(lead, NINE_TENTHS), lead),
    "lead_time_average": (ratio(lead, placed_with_lead), placed_with_lead),
    "cancellation_notice_median": (rank(notice, HALF), notice),
    "cancellation_notice_p90": (rank(notice, NINE_TENTHS), notice),
    "arrivals": (total(arriving), arriving),
    "stays": (total(staying), staying),
    "day_uses": (total(day_use), day_use),
    "length_of_stay": (ratio(nights_of_staying, staying), staying),
    "room_revenue": (total(lodging), lodging),
    "room_nights_sold": (total(rooms_sold), rooms_sold),
    "average_daily_rate": (ratio(lodging_of_counted_rooms, rooms_sold), rooms_sold),
}
"""Metric -> its formula over a cell, and the tally whose bookings it rests on."""


def _placed_at(booking: Booking, world: World) -> datetime | None:
    return booking.created_at if world.look.knows(booking.created_at) else None


CUTS: dict[str, dict[str, Cut]] = {
    "bookings": {
        **SOLD,
        **TRIP,
        "currency": own("currency"),
        "party_size": own("party_size"),
        "lead_time_band": lambda booking, world: lead_time_band(booking, world.look),
        "nights_band": lambda booking, _world: nights_band(booking),
        "stay_month": lambda booking, _world: booking.starts_on and booking.starts_on.isoformat()[:7],
        "month_of_year": at(_placed_at, "month"),
        "weekday": at(_placed_at, "weekday"),
        "hour_of_day": at(_placed_at, "hour"),
    }
}
"""Table -> dimension -> the value of a row in it."""


MEASURED = tuple(METRICS)
DIMENSIONS = tuple(CUTS["bookings"])


def booking_oracle(
    tables: Mapping[str, pd.DataFrame], look: Look, by: Sequence[str] = (), over: str | None = None
) -> Oracle:
    """The oracle of the metrics over bookings."""
    return Oracle(tables, look, by, over, metrics=METRICS, cuts=CUTS)
