"""Keys that stand more than once, and references that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, func, select

from analytics_lib import schema
from analytics_lib.audits.audit import Audit, reads

_REFERRED: dict[str, Table] = {
    "attempt_id": schema.payments,
    "booking_id": schema.bookings,
    "customer_id": schema.customers,
    "destination_id": schema.destinations,
    "parent_partner_id": schema.partners,
    "parent_query_id": schema.ai_queries,
    "partner_id": schema.partners,
    "product_id": schema.products,
    "service": schema.services,
    "session_id": schema.sessions,
}
"""The table whose key a column of that name holds, in whatever table it stands."""

DATA = tuple(table for table in schema.metadata.tables.values() if table.name not in ("about", "coverage"))


def referred(column: Column[Any]) -> Table | None:
    """The table that a column refers to; None if to none, or if it is itself the key that others refer to."""
    is_own_key = schema.key_columns(column.table) == (column.name,)
    return None if is_own_key else _REFERRED.get(column.name)


def repeated_keys() -> Iterator[Audit]:
    """Per table the keys that are not unique. A database that `load` has written has none."""
    for table in DATA:
        keys = [table.c[name] for name in schema.key_columns(table)]
        repeated = select(*keys).group_by(*keys).having(func.count() > 1)
        yield Audit("repeated_key", "A key stands for one row only.", table.name, reads(*keys), repeated)


def orphans() -> Iterator[Audit]:
    """Per reference the rows that name what is not there. A table that nobody provides is not missed."""
    for table in DATA:
        for column in table.columns:
            parent = referred(column)
            if parent is None:
                continue
            keys = [table.c[name] for name in schema.key_columns(table)]
            # A table that refers to itself is two tables here.
            named = parent.alias("named")
            (key,) = schema.key_columns(parent)
            yield Audit(
                f"orphan_{column.name}",
                f"Every {column.name} is found in {parent.name}.",
                table.name,
                reads(*keys, column, parent.c[key]),
                select(*keys)
                .select_from(table.outerjoin(named, column == named.c[key]))
                .where(column.is_not(None), named.c[key].is_(None)),
            )
