"""The rows a metric counts: a table at its grain, its many-to-one joins and its dimensions.

A join is made only when a dimension that needs it is asked for, and only towards a key, so that no
row is ever counted twice. A NULL dimension value appears as `unknown`, so parts add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Table, Text, case, cast, column, func, table

from analytics_lib import schema
from analytics_lib.engines import LocalDate, Spoken, WholeQuotient, days_between

UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Dimension:
    """One way to cut a fact: a text expression, and the tables it must be looked up in by their key."""

    name: str
    title: str
    expression: ColumnElement[Any]
    lookups: tuple[tuple[Table, ColumnElement[bool]], ...] = ()


@dataclass(frozen=True, eq=False)
class Fact:
    """A table at its grain.

    `known_at` is the instant at which a row becomes known. `spread` names the local dates
    `[first, last)` over which a row lies, for facts that are counted by the day they last.
    """

    name: str
    table: Table
    known_at: Column[Any]
    dimensions: dict[str, Dimension] = field(repr=False)
    spread: tuple[Column[Any], Column[Any]] | None = None

    @property
    def scope_columns(self) -> tuple[Column[Any], Column[Any], Column[Any]]:
        """business_model, partner_id and is_test."""
        columns = self.table.c
        return columns.business_model, columns.partner_id, columns.is_test


# The dates [low, high) of the bucket that a spread row is counted in; `statement` joins the real ones.
span = table("span", column("low", Date), column("high", Date))


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


def _lead_time_band() -> ColumnElement[str]:
    days = lead_days()
    return case(
        (days < 0, "0 after the start"),
        (days == 0, "1 same day"),
        (days <= 7, "2 within a week"),
        (days <= 30, "3 8 to 30 days"),
        (days <= 90, "4 31 to 90 days"),
        (days <= 180, "5 91 to 180 days"),
        (days > 180, "6 over 180 days"),
    )


def _booking_dimensions() -> dict[str, Dimension]:
    booking = schema.bookings.c
    product = (schema.products, schema.products.c.product_id == booking.product_id)
    destination = (schema.destinations, schema.destinations.c.destination_id == booking.destination_id)
    partner = (schema.partners, schema.partners.c.partner_id == booking.partner_id)
    listed = (
        Dimension("business_model", "Business model", booking.business_model),
        Dimension("channel", "Channel", booking.channel),
        Dimension("device", "Device", booking.device),
        Dimension("currency", "Currency", booking.currency),
        Dimension("partner", "Partner", booking.partner_id),
        Dimension("partner_name", "Partner", schema.partners.c.name, (partner,)),
        Dimension("partner_kind", "Kind of partner", schema.partners.c.kind, (partner,)),
        Dimension("product", "Product", booking.product_id),
        Dimension("product_name", "Product", schema.products.c.name, (product,)),
        Dimension("product_kind", "Kind of product", schema.products.c.kind, (product,)),
        Dimension("destination", "Destination", booking.destination_id),
        Dimension("destination_name", "Destination", schema.destinations.c.name, (destination,)),
        Dimension("country", "Country", schema.destinations.c.country_code, (destination,)),
        Dimension("region", "Region", schema.destinations.c.region, (destination,)),
        Dimension("lead_time_band", "Lead time", _lead_time_band()),
        Dimension("party_size", "Party size", cast(booking.party_size, Text)),
    )
    return {dimension.name: dimension for dimension in listed}


bookings = Fact("bookings", schema.bookings, schema.bookings.c.created_at, _booking_dimensions())

room_nights = Fact(
    "room nights",
    schema.bookings,
    schema.bookings.c.created_at,
    _booking_dimensions(),
    spread=(schema.bookings.c.starts_on, schema.bookings.c.ends_on),
)
