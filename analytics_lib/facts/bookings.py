"""Bookings, and the nights of their stays."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Text, case, cast, extract, func

from analytics_lib import schema
from analytics_lib.engines import LocalClock, LocalDate, Spoken, WholeQuotient, days_between
from analytics_lib.facts.cuts import (
    how_booked,
    month_text,
    to_destination,
    to_partner,
    to_product,
    what_was_booked,
    when,
    who_sold,
    whole_text,
)
from analytics_lib.facts.fact import Dimension, Fact, named, span


def lead_days() -> ColumnElement[int]:
    """Days from the local day of booking to the first day of travel."""
    days = days_between(schema.bookings.c.starts_on, LocalDate(schema.bookings.c.created_at))
    return Spoken(days, "lead_days")


def nights() -> ColumnElement[int]:
    """Nights of the whole stay."""
    return Spoken(days_between(schema.bookings.c.ends_on, schema.bookings.c.starts_on), "nights")


def notice_days() -> ColumnElement[int]:
    """Days from the local day of cancellation to the first day of travel."""
    days = days_between(schema.bookings.c.starts_on, LocalDate(schema.bookings.c.cancelled_at))
    return Spoken(days, "notice_days")


def nights_within() -> ColumnElement[int]:
    """Nights of a stay that fall into the bucket."""
    first, last = _nights_of_bucket()
    return Spoken(last - first, "nights_in_period")


def spread_amount(amount: ColumnElement[int]) -> ColumnElement[int]:
    """The part of a whole stay's amount that belongs to its nights in the bucket, in minor units.

    Each night bears the amount divided by the nights; the units that are left over fall on the
    first nights, so the parts of any division of the stay add up to the amount exactly.
    """
    first, last = _nights_of_bucket()
    each = WholeQuotient(amount, func.nullif(nights(), 0))
    left = amount - each * nights()
    bearing = func.greatest(0, func.least(last, func.abs(left)) - first)
    part = each * (last - first) + bearing * func.sign(left).cast(each.type)
    return Spoken(part, "lodging_of_nights_in_period")


def _nights_of_bucket() -> tuple[ColumnElement[int], ColumnElement[int]]:
    starts_on, ends_on = schema.bookings.c.starts_on, schema.bookings.c.ends_on
    first = days_between(func.greatest(starts_on, span.c.low), starts_on)
    last = days_between(func.least(ends_on, span.c.high), starts_on)
    return first, last


def lead_time_band(days: ColumnElement[int]) -> ColumnElement[str]:
    """The band that so many days before a trip belong to."""
    return case(
        (days < 0, "0 after the start"),
        (days == 0, "1 same day"),
        (days <= 7, "2 within a week"),
        (days <= 30, "3 8 to 30 days"),
        (days <= 90, "4 31 to 90 days"),
        (days <= 180, "5 91 to 180 days"),
        (days > 180, "6 over 180 days"),
    )


def _nights_band() -> ColumnElement[str]:
    length = nights()
    return case(
        (length <= 0, "0 day use"),
        (length == 1, "1 one night"),
        (length <= 3, "2 2 or 3 nights"),
        (length <= 7, "3 4 to 7 nights"),
        (length <= 14, "4 8 to 14 nights"),
        (length > 14, "5 over 14 nights"),
    )


def _booking_dimensions() -> dict[str, Dimension]:
    booking = schema.bookings.c
    model, partner, partner_name, partner_kind = who_sold(schema.bookings)
    currency = Dimension("currency", "Currency", booking.currency)
    own = (
        Dimension("lead_time_band", "Lead time", lead_time_band(lead_days())),
        Dimension("party_size", "Party size", cast(booking.party_size, Text)),
        Dimension("nights_band", "Length of stay", _nights_band()),
        Dimension("month_of_year", "Month", whole_text(extract("month", LocalClock(booking.created_at)), 2)),
        Dimension("stay_month", "Month of stay", month_text(booking.starts_on)),
    )
    sold = (model, *how_booked(), currency, partner, partner_name, partner_kind)
    return named((*sold, *what_was_booked(), *own, *when(booking.created_at)))


_JOINS = (to_product, to_destination, to_partner(schema.bookings.c.partner_id))

bookings = Fact(
    name="bookings",
    table=schema.bookings,
    known_at=schema.bookings.c.created_at,
    dimensions=_booking_dimensions(),
    joins=_JOINS,
    customer=schema.bookings.c.customer_id,
)

room_nights = Fact(
    name="room nights",
    table=schema.bookings,
    known_at=schema.bookings.c.created_at,
    dimensions=_booking_dimensions(),
    spread=(schema.bookings.c.starts_on, schema.bookings.c.ends_on),
    joins=_JOINS,
    customer=schema.bookings.c.customer_id,
)
