"""Dimensions that several facts share: partners, trips, the hour and the weekday."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Text, cast, extract, func

from analytics_lib import schema
from analytics_lib.engines import LocalClock
from analytics_lib.facts.fact import Dimension, Join

trip = schema.bookings.c

to_product: Join = (schema.products, schema.products.c.product_id == trip.product_id)
to_destination: Join = (schema.destinations, schema.destinations.c.destination_id == trip.destination_id)


def to_booking(booking_id: ColumnElement[Any]) -> tuple[Join, ...]:
    """The joins from a row that belongs to a booking, and on to its product and destination."""
    return (schema.bookings, trip.booking_id == booking_id), to_product, to_destination


def to_partner(partner_id: ColumnElement[Any]) -> Join:
    """The join to the partner through whom a row came."""
    return schema.partners, schema.partners.c.partner_id == partner_id


def who_sold(table: FromClause) -> tuple[Dimension, ...]:
    """By whom: business model and partner."""
    return (
        Dimension("business_model", "Business model", table.c.business_model),
        Dimension("partner", "Partner", table.c.partner_id),
        Dimension("partner_name", "Partner", schema.partners.c.name),
        Dimension("partner_kind", "Kind of partner", schema.partners.c.kind),
    )


def how_booked() -> tuple[Dimension, ...]:
    """Through which channel and on which device the booking was made."""
    return Dimension("channel", "Channel", trip.channel), Dimension("device", "Device", trip.device)


def what_was_booked() -> tuple[Dimension, ...]:
    """The product and the destination of the booking."""
    return (
        Dimension("product", "Product", trip.product_id),
        Dimension("product_name", "Product", schema.products.c.name),
        Dimension("product_kind", "Kind of product", schema.products.c.kind),
        Dimension("destination", "Destination", trip.destination_id),
        Dimension("destination_name", "Destination", schema.destinations.c.name),
        Dimension("country", "Country", schema.destinations.c.country_code),
        Dimension("region", "Region", schema.destinations.c.region),
    )


def when(instant: ColumnElement[Any]) -> tuple[Dimension, ...]:
    """The local weekday (1 for Monday to 7) and hour (00 to 23) of an instant."""
    weekday = whole_text(extract("isodow", LocalClock(instant)))
    hour = whole_text(extract("hour", LocalClock(instant)), 2)
    return (
        Dimension("weekday", "Weekday", weekday, str(instant)),
        Dimension("hour_of_day", "Hour", hour, str(instant)),
    )


def whole_text(number: ColumnElement[Any], digits: int = 1) -> ColumnElement[str]:
    """A whole number as text, with leading zeros so that it sorts."""
    text = cast(cast(number, Integer), Text)
    return text if digits == 1 else func.lpad(text, digits, "0", type_=Text())


def month_text(day: ColumnElement[Any]) -> ColumnElement[str]:
    """The month of a local date as 2026-10."""
    return func.substr(cast(day, Text), 1, 7, type_=Text())
