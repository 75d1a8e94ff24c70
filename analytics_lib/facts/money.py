"""How the price is divided and what the platform spends: commission entries and costs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case

from analytics_lib import schema
from analytics_lib.engines import Spoken, days_between
from analytics_lib.facts.cuts import how_booked, to_booking, to_partner, trip, what_was_booked, who_sold
from analytics_lib.facts.fact import Dimension, Fact, moment, named

_entry, _cost = schema.commission_entries.c, schema.costs.c


def days_overdue() -> ColumnElement[int]:
    """Days from the day on which an entry is due to the moment looked at; negative before it."""
    return Spoken(days_between(moment.c.today, _entry.due_on), "days_overdue")


def _ageing() -> ColumnElement[str]:
    days = days_overdue()
    return case(
        (days <= 0, "0 not yet due"),
        (days <= 30, "1 up to 30 days"),
        (days <= 60, "2 31 to 60 days"),
        (days <= 90, "3 61 to 90 days"),
        (days > 90, "4 over 90 days"),
    )


def _entry_dimensions() -> tuple[Dimension, ...]:
    return (
        *who_sold(schema.commission_entries),
        Dimension("leg", "Leg", _entry.leg),
        *how_booked(),
        *what_was_booked(),
    )


commissions = Fact(
    name="commission entries",
    table=schema.commission_entries,
    known_at=_entry.occurred_at,
    dimensions=named(_entry_dimensions()),
    joins=(*to_booking(_entry.booking_id), to_partner(_entry.partner_id)),
    customer=trip.customer_id,
)

claims = Fact(
    name="commission claims",
    table=schema.commission_entries,
    known_at=_entry.occurred_at,
    dimensions=named((*_entry_dimensions(), Dimension("ageing_band", "Overdue", _ageing()))),
    joins=commissions.joins,
    customer=trip.customer_id,
)
"""Commission entries as they stand at a moment, by how long they are overdue then."""


def _cost_dimensions() -> tuple[Any, ...]:
    return (
        *who_sold(schema.costs),
        Dimension("channel", "Channel", _cost.channel),
        Dimension("cost_kind", "Kind of cost", _cost.kind),
    )


costs = Fact(
    name="costs",
    table=schema.costs,
    known_at=_cost.spent_on,
    dimensions=named(_cost_dimensions()),
    joins=(to_partner(_cost.partner_id),),
)
