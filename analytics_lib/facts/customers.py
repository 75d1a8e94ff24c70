"""Customers: the booking that made somebody one, and the segment they are in at a moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    false,
    func,
    or_,
    select,
    table,
    true,
)

from analytics_lib import schema
from analytics_lib.engines import exact_sum, shift
from analytics_lib.facts.bookings import bookings
from analytics_lib.facts.cuts import to_booking, to_partner, what_was_booked, when, who_sold
from analytics_lib.facts.fact import SINCE, UNTIL, Dimension, Fact, Moments, Snapshot, named
from analytics_lib.facts.money import commissions

_booking, _entry = schema.bookings.c, schema.commission_entries.c

NEW_FOR = timedelta(days=90)
MARGIN_OVER = timedelta(days=365)
VIP_IN = 10
"""One in this many customers, by margin, is a VIP."""

# Only customers with a booking in the period can have made their first in it.
_seen = select(_booking.customer_id).where(_booking.created_at >= SINCE, _booking.created_at < UNTIL)
_ordered = (
    select(
        _booking.booking_id,
        _booking.customer_id,
        _booking.business_model,
        _booking.partner_id,
        _booking.is_test,
        _booking.channel,
        _booking.device,
        _booking.created_at,
        func.row_number()
        .over(partition_by=_booking.customer_id, order_by=(_booking.created_at, _booking.booking_id))
        .label("place"),
        func.lead(_booking.created_at)
        .over(partition_by=_booking.customer_id, order_by=(_booking.created_at, _booking.booking_id))
        .label("second_at"),
    )
    .where(
        _booking.customer_id.in_(_seen),
        _booking.created_at.is_not(None),
        or_(_booking.is_test.is_(None), _booking.is_test == false()),
    )
    .subquery("ordered_bookings")
)
_firsts = select(_ordered).where(_ordered.c.place == 1).subquery("first_bookings")

first_bookings = Fact(
    name="first bookings",
    table=_firsts,
    known_at=_firsts.c.created_at,
    dimensions=named(
        (
            *who_sold(_firsts),
            Dimension("channel", "Channel", _firsts.c.channel),
            Dimension("device", "Device", _firsts.c.device),
            *what_was_booked(),
            *when(_firsts.c.created_at),
        )
    ),
    joins=(*to_booking(_firsts.c.booking_id), to_partner(_firsts.c.partner_id)),
    customer=_firsts.c.customer_id,
    reads=frozenset(("bookings", name) for name in ("customer_id", "booking_id", "is_test")),
    is_narrowed=True,
)
"""Each customer's first booking of all, and when the second one followed."""


def _segments(moments: Moments) -> Select[Any]:
    """One row a customer and moment: `new` within 90 days of the first booking, then `vip` for the top tenth
    by the platform's margin of the 365 days before, else `regular`."""
    instant, bucket = moments.ends.c.instant, moments.ends.c.bucket
    there = (
        select(
            bucket.label("bucket"),
            _booking.customer_id.label("customer_id"),
            func.min(_booking.created_at).label("first_at"),
            instant.label("instant"),
        )
        .select_from(schema.bookings)
        .join(moments.ends, true())
        .where(*moments.kept(bookings), _booking.created_at < instant, _booking.customer_id.is_not(None))
        .group_by(bucket, instant, _booking.customer_id)
        .subquery("there")
    )
    signed = case(
        (_entry.entry == "accrued", _entry.amount_base_minor),
        (_entry.entry == "clawed_back", -_entry.amount_base_minor),
    )
    earned = (
        select(
            bucket.label("bucket"),
            _booking.customer_id.label("customer_id"),
            exact_sum(signed, None).label("margin"),
        )
        .select_from(schema.commission_entries)
        .join(schema.bookings, _booking.booking_id == _entry.booking_id)
        .join(moments.ends, true())
        .where(
            *moments.kept(commissions),
            _entry.leg == "platform",
            _entry.occurred_at < instant,
            _entry.occurred_at >= shift(instant, -MARGIN_OVER),
        )
        .group_by(bucket, _booking.customer_id)
        .subquery("earned")
    )
    margin = func.coalesce(earned.c.margin, 0)
    rank = func.rank().over(partition_by=there.c.bucket, order_by=margin.desc())
    everyone = func.count().over(partition_by=there.c.bucket)
    segment = case(
        (there.c.first_at >= shift(there.c.instant, -NEW_FOR), "new"),
        (and_(margin > 0, VIP_IN * (rank - 1) < everyone), "vip"),
        else_="regular",
    )
    return select(
        there.c.bucket,
        there.c.customer_id,
        cast(segment, Text).label("segment"),
        cast(margin, BigInteger).label("margin"),
    ).outerjoin(earned, and_(earned.c.bucket == there.c.bucket, earned.c.customer_id == there.c.customer_id))


_states = table(
    "customer_states",
    column("bucket", DateTime),
    column("customer_id", Text),
    column("segment", Text),
    column("margin", BigInteger),
)


class _OfBookings(Snapshot):
    """A snapshot that is made of the scope's bookings, so that their columns divide it."""

    @property
    def business_model(self) -> ColumnElement[Any]:
        return _booking.business_model

    @property
    def partner_id(self) -> ColumnElement[Any]:
        return _booking.partner_id


customer_states = _OfBookings(
    name="customers",
    table=_states,
    known_at=_states.c.bucket,
    dimensions=named(
        (
            Dimension("segment", "Segment", _states.c.segment),
            Dimension("customer_country", "Country of customer", schema.customers.c.country_code),
        )
    ),
    joins=((schema.customers, schema.customers.c.customer_id == _states.c.customer_id),),
    customer=_states.c.customer_id,
    reads=frozenset(
        {("bookings", "created_at"), ("bookings", "customer_id"), ("bookings", "booking_id")}
        | {("commission_entries", name) for name in ("leg", "entry", "amount_base_minor", "occurred_at")}
    ),
    rows_at=_segments,
    timed_by=(_booking.created_at, _entry.occurred_at),
)
