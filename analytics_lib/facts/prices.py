"""Prices shown together with what the visit then booked, and how long before the trip they were shown."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, case

from analytics_lib import schema
from analytics_lib.engines import LocalDate, Spoken, days_between
from analytics_lib.facts.bookings import lead_time_band
from analytics_lib.facts.visits import quotes

_session, _quote, _booking = schema.sessions.c, schema.quotes.c, schema.bookings.c

answered_quotes = replace(
    quotes,
    name="quotes and their bookings",
    joins=(
        quotes.joins[0],
        (schema.bookings, _booking.booking_id == _session.booking_id),
        *quotes.joins[1:],
    ),
)
"""Prices shown to people, each with the booking that its visit made."""


def quoted_ahead() -> ColumnElement[int]:
    """Days from the local day on which a price was shown to the first day of travel."""
    return Spoken(days_between(_quote.starts_on, LocalDate(_quote.quoted_at)), "quoted_ahead")


def band_quoted_ahead() -> ColumnElement[str]:
    """The lead time of a price shown, in the bands of bookings."""
    return lead_time_band(quoted_ahead())


def bought() -> ColumnElement[int]:
    """One for a price of the product that its visit then booked, else zero."""
    is_booked = _session.booked_at.is_not(None) & (_booking.product_id == _quote.product_id)
    return case((is_booked, 1), else_=0)
