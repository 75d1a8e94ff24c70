"""What is paid, given back and contested: attempts, intents, refunds, disputes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, case, false, func, or_, select

from analytics_lib import schema
from analytics_lib.facts.cuts import (
    how_booked,
    to_booking,
    to_partner,
    trip,
    what_was_booked,
    when,
    who_sold,
)
from analytics_lib.facts.fact import SINCE, UNTIL, Dimension, Fact, Join, named

_payment, _refund, _dispute = schema.payments.c, schema.refunds.c, schema.disputes.c


def _how_paid() -> tuple[Dimension, ...]:
    return (
        Dimension("method", "Payment method", _payment.method),
        Dimension("provider", "Payment provider", _payment.provider),
    )


attempts = Fact(
    name="payment attempts",
    table=schema.payments,
    known_at=_payment.attempted_at,
    dimensions=named(
        (
            *who_sold(schema.payments),
            *_how_paid(),
            Dimension("currency", "Currency", _payment.currency),
            Dimension("failed_stage", "Stage of failure", _payment.failed_stage),
            Dimension("decline_reason", "Reason of decline", _payment.failure_code),
            *how_booked(),
            *what_was_booked(),
            *when(_payment.attempted_at),
        )
    ),
    joins=(*to_booking(_payment.booking_id), to_partner(_payment.partner_id)),
    customer=trip.customer_id,
)

_scope = (_payment.business_model, _payment.partner_id)
_intent = func.coalesce(_payment.intent_id, _payment.attempt_id)

# No attempt is known before it began, whatever its other timestamps say.
_captured_at = case(
    (_payment.captured_at < _payment.attempted_at, _payment.attempted_at), else_=_payment.captured_at
)

# Only intents that were tried in the period can have been tried first in it.
_tried = select(_intent).where(_payment.attempted_at >= SINCE, _payment.attempted_at < UNTIL)
_intents = (
    select(
        _intent.label("intent"),
        *_scope,
        func.min(_payment.booking_id).label("booking_id"),
        func.min(_payment.attempted_at).label("first_attempted_at"),
        func.min(_captured_at).label("first_captured_at"),
    )
    .where(
        _intent.in_(_tried),
        _payment.attempted_at.is_not(None),
        or_(_payment.is_test.is_(None), _payment.is_test == false()),
    )
    .group_by(_intent, *_scope)
    .subquery("intents")
)

intents = Fact(
    name="payment intents",
    table=_intents,
    known_at=_intents.c.first_attempted_at,
    dimensions=named(
        (
            *who_sold(_intents),
            *how_booked(),
            *what_was_booked(),
            *when(_intents.c.first_attempted_at),
        )
    ),
    joins=(*to_booking(_intents.c.booking_id), to_partner(_intents.c.partner_id)),
    customer=trip.customer_id,
    reads=frozenset(("payments", name) for name in ("intent_id", "attempt_id", "is_test")),
    is_narrowed=True,
)
"""What somebody wanted to pay, however many attempts it took; one without an intent is its own."""


def _to_payment(attempt_id: Column[Any]) -> Join:
    return schema.payments, _payment.attempt_id == attempt_id


refunds = Fact(
    name="refunds",
    table=schema.refunds,
    known_at=_refund.requested_at,
    dimensions=named(
        (
            *who_sold(schema.refunds),
            *_how_paid(),
            Dimension("currency", "Currency", _refund.currency),
            Dimension("refund_reason", "Reason of refund", _refund.reason),
            *how_booked(),
            *what_was_booked(),
            *when(_refund.refunded_at),
        )
    ),
    joins=(
        _to_payment(_refund.attempt_id),
        *to_booking(_refund.booking_id),
        to_partner(_refund.partner_id),
    ),
    customer=trip.customer_id,
)

disputes = Fact(
    name="disputes",
    table=schema.disputes,
    known_at=_dispute.opened_at,
    dimensions=named(
        (
            *who_sold(schema.disputes),
            *_how_paid(),
            Dimension(
                "dispute_outcome", "Outcome", case((_dispute.closed_at.is_not(None), _dispute.outcome))
            ),
            *how_booked(),
            *what_was_booked(),
        )
    ),
    joins=(
        _to_payment(_dispute.attempt_id),
        *to_booking(_payment.booking_id),
        to_partner(_dispute.partner_id),
    ),
    customer=trip.customer_id,
)
