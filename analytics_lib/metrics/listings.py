"""Customers and partners one by one, for models and league tables."""

from __future__ import annotations

from analytics_lib import schema
from analytics_lib.engines import LocalDate
from analytics_lib.facts import bookings
from analytics_lib.facts.money import commissions
from analytics_lib.facts.purchases import margin, purchases
from analytics_lib.metric import ListedColumn, ListedKey, Listing
from analytics_lib.metrics.commissions import signed

booking, entry = schema.bookings.c, schema.commission_entries.c

_columns = (
    ListedColumn(name="bookings", how="count"),
    ListedColumn(name="cancelled", how="count", where=booking.cancelled_at.is_not(None)),
    ListedColumn(name="value_minor", how="sum", value=booking.price_base_minor),
    ListedColumn(name="first_booked_at", how="first", value=booking.created_at),
    ListedColumn(name="last_booked_at", how="last", value=booking.created_at),
)

_by_day = (ListedKey(name="day", value=LocalDate(booking.created_at)),)
_of_a_day = (
    ListedColumn(name="bookings", how="count"),
    ListedColumn(name="value_minor", how="sum", value=booking.price_base_minor),
    ListedColumn(name="margin_minor", how="sum", value=margin),
)

customer_bookings = Listing(
    name="customer_bookings",
    title="Bookings of each customer",
    says="Each customer with a booking placed in the period: how many, their value, the first and the last.",
    unit="count",
    owner="Engagement",
    rows=bookings,
    who=booking.customer_id,
    who_name="customer_id",
    dated=booking.created_at,
    columns=_columns,
)
partner_bookings = Listing(
    name="partner_bookings",
    title="Bookings of each partner",
    says="Each partner with a booking placed in the period: how many, their value, the first and the last.",
    unit="count",
    owner="B2B",
    for_partners=True,
    rows=bookings,
    who=booking.partner_id,
    who_name="partner_id",
    dated=booking.created_at,
    columns=_columns,
)
customer_margins = Listing(
    name="customer_margins",
    title="Margin of each customer",
    says="Each customer of whose bookings the platform recognised anything in the period, and what it kept.",
    unit="money",
    owner="Engagement",
    rows=commissions,
    who=booking.customer_id,
    who_name="customer_id",
    dated=entry.occurred_at,
    where=entry.leg == "platform",
    columns=(ListedColumn(name="margin_minor", how="sum", value=signed),),
)
customer_purchases = Listing(
    name="customer_purchases",
    title="Purchases of each customer by day",
    says=(
        "Each customer and local day with a booking placed in the period: how many, their value, and what "
        "the platform keeps of them as known at its end."
    ),
    unit="money",
    owner="Engagement",
    rows=purchases,
    who=booking.customer_id,
    who_name="customer_id",
    dated=booking.created_at,
    keys=_by_day,
    columns=_of_a_day,
)
partner_days = Listing(
    name="partner_days",
    title="Days on which each partner sold",
    says=(
        "Each partner and local day with a booking placed in the period: how many, their value, and what "
        "the platform keeps of them as known at its end."
    ),
    unit="money",
    owner="B2B",
    rows=purchases,
    who=booking.partner_id,
    who_name="partner_id",
    dated=booking.created_at,
    keys=_by_day,
    columns=_of_a_day,
)
