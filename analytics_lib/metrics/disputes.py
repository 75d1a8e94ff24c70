"""Disputes: what is contested, and how it ends.

The payment's view belongs to the payments captured in the period and is "so far"; the event view belongs to
the days on which disputes are opened and closed.
"""

from __future__ import annotations

from functools import partial

from analytics_lib import schema
from analytics_lib.facts.payments import disputes
from analytics_lib.metric import Metric, Ratio
from analytics_lib.metrics.payments import payments

payment, dispute = schema.payments.c, schema.disputes.c

_rate = partial(Ratio, owner="Payments", for_partners=True, unit="share")
_disputed = partial(Metric, rows=disputes, owner="Payments", for_partners=True, unit="count", better="lower")
disputes_opened = _disputed(
    name="disputes_opened",
    title="Disputes",
    says="Disputes opened in the period, whenever the payment was made.",
    dated=dispute.opened_at,
)
disputed_value = _disputed(
    name="disputed_value",
    title="Disputed value",
    says="Amount of the disputes opened in the period.",
    unit="money",
    dated=dispute.opened_at,
    how="sum",
    value=dispute.amount_base_minor,
)
disputed_payments = _disputed(
    name="disputed_payments",
    title="Payments disputed since",
    says="Of the payments captured in the period, those disputed so far.",
    dated=payment.captured_at,
    how="distinct",
    value=dispute.attempt_id,
    where=payment.attempted_at.is_not(None),
    is_part=True,
)
dispute_rate = _rate(
    name="dispute_rate",
    title="Dispute rate so far",
    says="Of the payments captured in the period, the share disputed so far; it ripens in some 120 days.",
    better="lower",
    top=disputed_payments,
    bottom=payments,
    source="Stripe, dispute rate by payment date",
)
dispute_activity = _rate(
    name="dispute_activity",
    title="Dispute activity",
    says="Disputes opened in the period over the payments captured in it, by their own dates.",
    better="lower",
    top=disputes_opened,
    bottom=payments,
    source="Stripe, dispute activity",
)
closed_disputes = _disputed(
    name="closed_disputes",
    title="Disputes closed",
    says="Disputes closed in the period.",
    dated=dispute.closed_at,
    is_part=True,
)
won_disputes = _disputed(
    name="won_disputes",
    title="Disputes won",
    says="Disputes closed in the period in the platform's favour.",
    better="higher",
    dated=dispute.closed_at,
    where=dispute.outcome == "won",
    is_part=True,
)
dispute_win_rate = _rate(
    name="dispute_win_rate",
    title="Disputes won",
    says="Of the disputes closed in the period, the share decided in the platform's favour.",
    top=won_disputes,
    bottom=closed_disputes,
)
