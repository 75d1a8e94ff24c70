"""When partners change from one state to another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Interval,
    Select,
    Text,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from analytics_lib import schema
from analytics_lib.engines import shift
from analytics_lib.facts.fact import Dimension, Fact, named
from analytics_lib.facts.partners import (
    AT_RISK_AFTER,
    CHURNED_AFTER,
    DORMANT_AFTER,
    RAMP_FOR,
    no_test,
    partner_states,
    which,
)

_partner, _booking = schema.partners.c, schema.bookings.c

_MOMENT = literal_column("INTERVAL '1 microseconds'", Interval)

_whose = _booking.partner_id
_in_order = (_booking.created_at, _booking.booking_id)
_dealt = (
    select(
        _whose.label("seller"),
        _booking.created_at.label("at"),
        func.lag(_booking.created_at).over(partition_by=_whose, order_by=_in_order).label("before_at"),
        func.lead(_booking.created_at).over(partition_by=_whose, order_by=_in_order).label("next_at"),
        func.min(_booking.created_at).over(partition_by=_whose).label("first_at"),
    )
    .where(_whose.is_not(None), _booking.created_at.is_not(None), no_test)
    .subquery("dealt")
)
_dealt_at, _next, _ramped = _dealt.c.at, _dealt.c.next_at, shift(_dealt.c.first_at, RAMP_FOR)


def _turn(
    at: ColumnElement[Any], state: str | ColumnElement[Any], *where: ColumnElement[bool]
) -> Select[Any]:
    named = cast(state, Text).label("state")
    return select(_dealt.c.seller.label("partner_id"), at.label("moved_at"), named).where(*where)


def _silent(state: str, after: timedelta) -> Select[Any]:
    """Where no booking came for a time; as it ends the state has changed already, so it did just before."""
    silence = shift(_dealt_at, after)
    return _turn(silence - _MOMENT, state, or_(_next.is_(None), _next >= silence))


_turns = union_all(
    _turn(
        _dealt_at,
        case((_dealt_at < _ramped - _MOMENT, "ramp"), else_="active"),
        or_(_dealt.c.before_at.is_(None), _dealt_at >= shift(_dealt.c.before_at, AT_RISK_AFTER)),
    ),
    _turn(
        _ramped - _MOMENT,
        "active",
        _dealt_at < _ramped,
        shift(_dealt_at, AT_RISK_AFTER) > _ramped,
        or_(_next.is_(None), _next >= _ramped),
    ),
    _silent("at_risk", AT_RISK_AFTER),
    _silent("dormant", DORMANT_AFTER),
    _silent("churned", CHURNED_AFTER),
    select(_partner.partner_id, _partner.ended_at, cast("churned", Text)).where(
        _partner.ended_at.is_not(None)
    ),
).subquery("turns")
_reached = case((_partner.ended_at <= _turns.c.moved_at, "churned"), else_=_turns.c.state)
_changes = (
    select(
        _partner.partner_id,
        _partner.business_model,
        _partner.name,
        _partner.kind,
        _partner.joined_at,
        _turns.c.moved_at,
        cast(_reached, Text).label("state"),
        func.coalesce(
            func.lag(_reached).over(partition_by=_partner.partner_id, order_by=_turns.c.moved_at),
            "onboarding",
        ).label("state_before"),
    )
    .join(schema.partners, _partner.partner_id == _turns.c.partner_id)
    .subquery("changes")
)
_moves = (
    select(_changes)
    .where(_changes.c.state != _changes.c.state_before, _changes.c.moved_at > _changes.c.joined_at)
    .subquery("moves")
)

partner_moves = Fact(
    name="moves of partners",
    table=_moves,
    known_at=_moves.c.moved_at,
    dimensions=named(
        (
            Dimension("from_state", "From state", _moves.c.state_before),
            Dimension("lifecycle_state", "State", _moves.c.state),
            *which(_moves),
        )
    ),
    reads=partner_states.reads,
)
"""Changes of partners from one state to another, as `partner_states` tells them.

What stands at an instant counts what came before it and the silence that ends with it, so a state reached by
silence is reached an instant before. Nobody moves by joining, whatever was sold before.
"""
