"""Business model, partner and test mark of a row, which must be those of the booking it hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Table, func, or_, select

from analytics_lib import schema
from analytics_lib.audits.audit import Audit, reads
from analytics_lib.warehouse import Contents

_SCOPE = ("business_model", "partner_id", "is_test")


def scope_mismatches(contents: Contents) -> Iterator[Audit]:
    """Per table whose rows hang on bookings those that have other marks, as far as both have some."""
    booking = schema.bookings.c.booking_id
    for table in (schema.payments, schema.refunds, schema.commission_entries):
        joined = table.join(schema.bookings, booking == table.c.booking_id)
        yield from _mismatch(contents, table, joined, table.c.booking_id, booking)
    disputes, payments = schema.disputes, schema.payments
    joined = disputes.join(payments, payments.c.attempt_id == disputes.c.attempt_id).join(
        schema.bookings, booking == payments.c.booking_id
    )
    path = (disputes.c.attempt_id, payments.c.attempt_id, payments.c.booking_id, booking)
    yield from _mismatch(contents, disputes, joined, *path)


def _mismatch(contents: Contents, table: Table, joined: FromClause, *path: Column[Any]) -> Iterator[Audit]:
    both = [
        name for name in _SCOPE if {(table.name, name), (schema.bookings.name, name)} <= contents.provided
    ]
    if not both:
        return
    keys = [table.c[name] for name in schema.key_columns(table)]
    marks = [each for name in both for each in (table.c[name], schema.bookings.c[name])]
    yield Audit(
        "scope_mismatch",
        "Business model, partner and test mark are those of the booking.",
        table.name,
        reads(*keys, *path, *marks),
        select(*keys)
        .select_from(joined)
        .where(
            or_(*(_mark(table.c[name]).is_distinct_from(_mark(schema.bookings.c[name])) for name in both))
        ),
    )


def _mark(column: Column[Any]) -> ColumnElement[Any]:
    """What nobody has marked as a test is none."""
    return func.coalesce(column, False) if column.name == "is_test" else column
