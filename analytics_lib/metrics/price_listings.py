"""Prices one by one, for elasticities and advice: what visits were shown, and what bookings cost."""

from __future__ import annotations

from sqlalchemy import and_

from analytics_lib import schema
from analytics_lib.facts.money import commissions
from analytics_lib.facts.prices import answered_quotes, band_quoted_ahead, bought
from analytics_lib.metric import ListedColumn, ListedKey, Listing

session, booking, quote, product = (
    schema.sessions.c,
    schema.bookings.c,
    schema.quotes.c,
    schema.products.c,
)
entry = schema.commission_entries.c

_has_room = quote.available.is_(True)

quoted_visits = Listing(
    name="quoted_visits",
    title="Prices shown in each visit",
    says=(
        "Each visit that was shown a price in the period, by product and arm: how many quotes, those with "
        "room and the sum of their prices, and those of the product that the visit has booked so far."
    ),
    unit="count",
    owner="B2C",
    rows=answered_quotes,
    who=quote.session_id,
    who_name="session_id",
    dated=quote.quoted_at,
    keys=(
        ListedKey(name="visitor_id", value=session.visitor_id),
        ListedKey(name="product_id", value=quote.product_id),
        ListedKey(name="product_kind", value=product.kind),
        ListedKey(name="price_arm", value=quote.arm),
        ListedKey(name="lead_time_band", value=band_quoted_ahead()),
    ),
    columns=(
        ListedColumn(name="quotes", how="count"),
        ListedColumn(name="available", how="count", where=_has_room),
        ListedColumn(name="price_minor", how="sum", value=quote.price_base_minor, where=_has_room),
        ListedColumn(name="booked", how="count", where=and_(_has_room, bought() == 1)),
    ),
)
product_margins = Listing(
    name="product_margins",
    title="Price and cost of each product",
    says=(
        "Each product booked directly in the period: the bookings recognised so far, their price, and the "
        "parts of it that go to others than the platform, before anything is clawed back."
    ),
    unit="money",
    owner="Finance",
    rows=commissions,
    who=booking.product_id,
    who_name="product_id",
    dated=booking.created_at,
    where=and_(entry.entry == "accrued", entry.business_model == "b2c"),
    keys=(
        ListedKey(name="product_name", value=product.name),
        ListedKey(name="product_kind", value=product.kind),
    ),
    columns=(
        ListedColumn(name="bookings", how="count", where=entry.leg == "supplier"),
        ListedColumn(name="price_minor", how="sum", value=entry.amount_base_minor),
        ListedColumn(
            name="cost_minor", how="sum", value=entry.amount_base_minor, where=entry.leg != "platform"
        ),
    ),
)
