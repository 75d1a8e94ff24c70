"""Sums that must agree: what is paid with what is owed, commissions with prices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, func, literal, or_, select

from analytics_lib import schema
from analytics_lib.audits.audit import Audit, reads
from analytics_lib.engines import exact_sum
from analytics_lib.warehouse import Contents

_b = schema.bookings.c
_p = schema.payments.c
_r = schema.refunds.c
_c = schema.commission_entries.c


def sums(contents: Contents) -> Iterator[Audit]:
    """All audits of sums."""
    yield _overpaid()
    yield _repeated_payment()
    yield _over_refunded()
    yield _commission_legs(contents)
    yield _beyond(
        "paid_beyond_invoiced",
        "No more commission is paid for a booking's leg than was invoiced.",
        "paid",
        "invoiced",
    )
    yield _beyond(
        "clawed_back_beyond_accrued",
        "No more commission is clawed back of a booking's leg than was accrued.",
        "clawed_back",
        "accrued",
    )
    yield _beyond(
        "invoiced_beyond_accrued",
        "No more commission is invoiced for a booking's leg than was accrued.",
        "invoiced",
        "accrued",
    )


def _overpaid() -> Audit:
    paid = (
        select(_p.booking_id, _p.currency, exact_sum(_p.amount_minor, None).label("minor"))
        .where(_p.captured_at.is_not(None), _p.booking_id.is_not(None))
        .group_by(_p.booking_id, _p.currency)
        .subquery("paid")
    )
    same = (paid.c.booking_id == _b.booking_id) & (paid.c.currency == _b.currency)
    return Audit(
        "overpaid",
        "No more is captured for a booking than its price.",
        "bookings",
        reads(
            _b.booking_id,
            _b.currency,
            _b.price_minor,
            _p.booking_id,
            _p.currency,
            _p.amount_minor,
            _p.captured_at,
        ),
        select(_b.booking_id)
        .select_from(schema.bookings.join(paid, same))
        .where(paid.c.minor > _b.price_minor),
    )


def _repeated_payment() -> Audit:
    """Rows of one key are not counted: that is a repeated key."""
    last = func.max(_p.attempt_id)
    return Audit(
        "repeated_payment",
        "What is to be paid is captured once, however often it is attempted.",
        "payments",
        reads(_p.attempt_id, _p.intent_id, _p.captured_at),
        select(last.label("attempt_id"))
        .where(_p.captured_at.is_not(None), _p.intent_id.is_not(None))
        .group_by(_p.intent_id)
        .having(func.min(_p.attempt_id) != last),
    )


def _over_refunded() -> Audit:
    back = (
        select(_r.attempt_id, _r.currency, exact_sum(_r.amount_minor, None).label("minor"))
        .where(_r.refunded_at.is_not(None), _r.attempt_id.is_not(None))
        .group_by(_r.attempt_id, _r.currency)
        .subquery("back")
    )
    same = (back.c.attempt_id == _p.attempt_id) & (back.c.currency == _p.currency)
    return Audit(
        "over_refunded",
        "No more is refunded of a payment than was captured.",
        "payments",
        reads(
            _p.attempt_id,
            _p.currency,
            _p.amount_minor,
            _p.captured_at,
            _r.attempt_id,
            _r.currency,
            _r.amount_minor,
            _r.refunded_at,
        ),
        select(_p.attempt_id)
        .select_from(schema.payments.join(back, same))
        .where((back.c.minor > _p.amount_minor) | (_p.captured_at.is_(None) & (back.c.minor > 0))),
    )


def _commission_legs(contents: Contents) -> Audit:
    accrued = (
        select(_c.booking_id, exact_sum(_c.amount_base_minor, None).label("minor"))
        .where(_c.entry == "accrued", _c.booking_id.is_not(None))
        .group_by(_c.booking_id)
        .subquery("legs")
    )
    expected = _b.confirmed_at.is_not(None) & _within(_b.confirmed_at, contents)
    return Audit(
        "commission_legs",
        "The accrued legs of a booking add up to its price, and a confirmed booking has them.",
        "bookings",
        reads(
            _b.booking_id,
            _b.confirmed_at,
            _b.price_base_minor,
            _c.booking_id,
            _c.entry,
            _c.amount_base_minor,
        ),
        select(_b.booking_id)
        .select_from(schema.bookings.outerjoin(accrued, accrued.c.booking_id == _b.booking_id))
        .where(
            or_(accrued.c.booking_id.is_not(None), expected),
            func.coalesce(accrued.c.minor, 0) != _b.price_base_minor,
        ),
    )


def _within(instant: ColumnElement[datetime], contents: Contents) -> ColumnElement[Any]:
    """Whether an instant lies where commission entries are complete."""
    told = contents.coverage
    mine = told[(told["table_name"] == "commission_entries") & (told["column_name"] == "booking_id")]
    within: ColumnElement[Any] = literal(True)
    for start, end in mine[["complete_from", "complete_through"]].itertuples(index=False):
        if not pd.isna(start):
            within &= instant >= pd.Timestamp(start).to_pydatetime()
        if not pd.isna(end):
            within &= instant < pd.Timestamp(end).to_pydatetime()
    return within


def _beyond(name: str, says: str, entry: str, limit: str) -> Audit:
    """Legs of which one kind of entry adds up to more than another; the platform's may be below zero.

    Where nothing is accrued, nobody accrues: that is another matter.
    """
    much, most = (
        func.coalesce(exact_sum(_c.amount_base_minor, _c.entry == each), 0) for each in (entry, limit)
    )
    return Audit(
        name,
        says,
        "commission_entries",
        reads(_c.booking_id, _c.leg, _c.entry, _c.amount_base_minor),
        select(_c.booking_id, _c.leg)
        .where(_c.booking_id.is_not(None), _c.entry.in_([entry, limit]))
        .group_by(_c.booking_id, _c.leg)
        .having((much > most) & (much > 0) & (most > (0 if limit == "accrued" else -1))),
    )
