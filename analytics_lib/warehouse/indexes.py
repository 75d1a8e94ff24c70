"""The indexes that PostgreSQL needs so that a period is read without its whole table.

DuckDB needs none: files are ordered by time when written, and its zone maps do the rest.
"""

from __future__ import annotations

from typing import NamedTuple


class NeededIndex(NamedTuple):
    """An index by table and leading columns; any index that begins with them serves."""

    table: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name under which we create it."""
        return "_".join(("analytics", self.table, *self.columns))

    @property
    def ddl(self) -> str:
        """The statement that makes it, if it is not there."""
        return f"CREATE INDEX IF NOT EXISTS {self.name} ON {self.table} ({', '.join(self.columns)})"


NEEDED: tuple[NeededIndex, ...] = (
    NeededIndex("bookings", ("created_at",)),
    NeededIndex("bookings", ("cancelled_at",)),
    NeededIndex("bookings", ("no_show_at",)),
    NeededIndex("bookings", ("completed_at",)),
    NeededIndex("bookings", ("starts_on",)),
    NeededIndex("payments", ("attempted_at",)),
    NeededIndex("payments", ("captured_at",)),
    NeededIndex("payments", ("booking_id",)),
    NeededIndex("refunds", ("refunded_at",)),
    NeededIndex("disputes", ("opened_at",)),
    NeededIndex("commission_entries", ("occurred_at",)),
    NeededIndex("sessions", ("started_at",)),
    NeededIndex("searches", ("searched_at",)),
    NeededIndex("ai_queries", ("received_at",)),
    NeededIndex("notifications", ("sent_at",)),
    NeededIndex("costs", ("spent_on",)),
    NeededIndex("quotes", ("quoted_at",)),
)
