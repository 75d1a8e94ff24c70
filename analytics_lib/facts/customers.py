"""Customers: the booking that made somebody one, and the segment they are in at a moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Subquery,
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


def _firsts(*conditions: ColumnElement[bool]) -> Subquery:
    """Each customer's first booking, with the instant of the second, of those that the conditions leave."""
    in_order = (_booking.created_at, _booking.booking_id)
    ordered = (
        select(
            _booking.booking_id,
            _booking.customer_id,
            _booking.business_model,
            _booking.partner_id,
            _booking.is_test,
            _booking.channel,
            _booking.device,
            _booking.created_at,
            func.row_number().over(partition_by=_booking.customer_id, order_by=in_order).label("place"),
            func.lead(_booking.created_at)
            .over(partition_by=_booking.customer_id, order_by=in_order)
            .label("second_at"),
        )
        .where(
            *conditions,
            _booking.customer_id.is_not(None),
            _booking.created_at.is_not(None),
            or_(_booking.is_test.is_(None), _booking.is_test == false()),
        )
        .subquery("ordered_bookings")
    )
    return select(ordered).where(ordered.c.place == 1).subquery("first_bookings")


def _fact_of(firsts: Subquery, *, is_narrowed: bool) -> Fact:
    return Fact(
        name="first bookings" if is_narrowed else "first bookings of all customers",
        table=firsts,
        known_at=firsts.c.created_at,
        dimensions=named(
            (
                *who_sold(firsts),
                Dimension("channel", "Channel", firsts.c.channel),
                Dimension("device", "Device", firsts.c.device),
                *what_was_booked(),
                *when(firsts.c.created_at),
            )
        ),
        joins=(*to_booking(firsts.c.booking_id), to_partner(firsts.c.partner_id)),
        customer=firsts.c.customer_id,
        reads=frozenset(("bookings", name) for name in ("customer_id", "booking_id", "is_test")),
        is_narrowed=is_narrowed,
    )


# Only customers with a booking in the period can have made their first in it.
_seen = select(_booking.customer_id).where(_booking.created_at >= SINCE, _booking.created_at < UNTIL)

first_bookings = _fact_of(_firsts(_booking.customer_id.in_(_seen)), is_narrowed=True)
"""Each customer's first booking of all, and when the second one followed."""

all_first_bookings = _fact_of(_firsts(), is_narrowed=False)
"""The same for what looks at all customers and not at those of a period."""


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
