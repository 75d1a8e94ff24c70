"""Bookings with what the platform keeps of each."""

from __future__ import annotations

from sqlalchemy import case, select

from analytics_lib import schema
from analytics_lib.engines import exact_sum
from analytics_lib.facts.bookings import bookings
from analytics_lib.facts.fact import UNTIL, Fact

_booking, _entry = schema.bookings.c, schema.commission_entries.c

# Summed before it is joined: entries are many to a booking, and would repeat it.
_kept = case(
    (_entry.entry == "accrued", _entry.amount_base_minor),
    (_entry.entry == "clawed_back", -_entry.amount_base_minor),
)
_margins = (
    select(_entry.booking_id, exact_sum(_kept, None).label("margin_minor"))
    .where(_entry.leg == "platform", _entry.occurred_at < UNTIL)
    .group_by(_entry.booking_id)
    .subquery("margins")
)

margin = _margins.c.margin_minor
"""The platform's leg of a booking, less what was clawed back, as known where the period ends."""

purchases = Fact(
    name="bookings with their margin",
    table=schema.bookings,
    known_at=bookings.known_at,
    dimensions=bookings.dimensions,
    joins=(*bookings.joins, (_margins, _margins.c.booking_id == _booking.booking_id)),
    customer=bookings.customer,
    is_narrowed=True,
    knows_until=True,
)
