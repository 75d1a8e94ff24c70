"""The two numbers that most others rest on: bookings placed, and their value."""

from __future__ import annotations

from analytics_lib import schema
from analytics_lib.facts import bookings
from analytics_lib.metric import Metric

booking = schema.bookings.c

total_bookings = Metric(
    name="total_bookings",
    title="Bookings",
    says="Bookings placed in the period, whatever became of them.",
    unit="count",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
)
gross_bookings_value = Metric(
    name="gross_bookings_value",
    title="Gross bookings value",
    says="Price of the bookings placed in the period, with taxes and fees, before later cancellations.",
    unit="money",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    how="sum",
    value=booking.price_base_minor,
)
