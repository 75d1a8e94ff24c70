"""Commission entries by the terms that were in force when their booking was made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, func, literal

from analytics_lib import schema
from analytics_lib.facts.fact import Join
from analytics_lib.facts.money import commissions

_term, _entry, _booking = schema.partner_terms.c, schema.commission_entries.c, schema.bookings.c

_NEVER = datetime(9999, 12, 31)
"""When terms without an end will end: asked for "no end, or one after", DuckDB compares all pairs of rows."""

_in_force: Join = (
    schema.partner_terms,
    and_(
        _term.partner_id == _entry.partner_id,
        _term.valid_from <= _booking.created_at,
        _booking.created_at < func.coalesce(_term.valid_to, literal(_NEVER)),
    ),
)

commissions_by_terms = replace(
    commissions, name="commission entries by terms", joins=(*commissions.joins, _in_force)
)
"""Terms do not overlap, which `check` sees to; a booking from before the first ones has none."""
