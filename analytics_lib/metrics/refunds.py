"""Refunds: how many payments, how much of their value, and what they cost the platform.

The cohort view belongs to the payments captured in the period and is "so far" unless it names an age; the
event view belongs to the day of the refund.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import and_, case

from analytics_lib import schema
from analytics_lib.engines import Proportion, Spoken, shift
from analytics_lib.facts.payments import refunds
from analytics_lib.metric import Metric, Ratio, Sum
from analytics_lib.metrics.commissions import net_revenue
from analytics_lib.metrics.payments import payment_value, payments

refund, payment = schema.refunds.c, schema.payments.c

_of = partial(Metric, rows=refunds, owner="Payments", for_partners=True, better="lower")
_by_event = partial(_of, dated=refund.refunded_at)
_by_payment = partial(_of, dated=payment.captured_at, is_part=True)
# As in the denominator, where a payment counts once its attempt is known to have begun.
_since = and_(refund.refunded_at.is_not(None), payment.attempted_at.is_not(None))
_rate = partial(Ratio, unit="share", better="lower", owner="Payments", for_partners=True)

refunds_paid = _by_event(
    name="refunds_paid",
    title="Refunds",
    says="Refunds paid in the period, whenever the payment was made.",
    unit="count",
)
refunded_value = _by_event(
    name="refunded_value",
    title="Refunded value",
    says="Amount refunded in the period, whenever the payment was made.",
    unit="money",
    how="sum",
    value=refund.amount_base_minor,
)
# What was captured later is not known yet; what was paid in another currency, or gives back more than was
# paid, has no rate to be held against.
_has_rate = and_(
    payment.captured_at.is_not(None),
    payment.attempted_at.is_not(None),
    payment.currency == refund.currency,
    payment.amount_minor > 0,
    refund.amount_minor.between(0, payment.amount_minor),
)
_at_capture = Spoken(
    case((_has_rate, Proportion(refund.amount_minor, payment.captured_base_minor, payment.amount_minor))),
    "amount_at_rate_of_capture",
)
refunded_value_at_capture_rates = _by_event(
    name="refunded_value_at_capture_rates",
    title="Refunded value at the rates of capture",
    says="Amount refunded in the period, each at the exchange rate at which its payment was captured.",
    unit="money",
    how="sum",
    value=_at_capture,
    where=refund.amount_base_minor.is_not(None),
)
refund_exchange_difference = _by_event(
    name="refund_exchange_difference",
    title="Exchange difference of refunds",
    says="What the refunds paid in the period are worth more, at the rates when they were asked for, than at "
    "those at which their payments were captured.",
    unit="money",
    how="sum",
    value=refund.amount_base_minor - _at_capture,
    source="own: Σ local × (rate at refund − rate at capture)",
)
refunded_payments = _by_payment(
    name="refunded_payments",
    title="Payments refunded since",
    says="Of the payments captured in the period, those refunded so far, in whole or in part.",
    unit="count",
    how="distinct",
    value=refund.attempt_id,
    where=_since,
)
refund_rate = _rate(
    name="refund_rate",
    title="Refund rate so far",
    says="Of the payments captured in the period, the share refunded so far; several parts count once.",
    top=refunded_payments,
    bottom=payments,
)


def _by_age(days: int) -> tuple[Metric, Ratio, Metric, Ratio]:
    """Refunded within a number of days from capture, for payments that are all at least that old."""
    age = timedelta(days=days)
    within = and_(refund.refunded_at <= shift(payment.captured_at, age), payment.attempted_at.is_not(None))
    refunded = _by_payment(
        name=f"refunded_payments_{days}d",
        title=f"Refunded within {days} days",
        says=f"Of the payments captured in the period, those refunded within {days} days.",
        unit="count",
        how="distinct",
        value=refund.attempt_id,
        where=within,
        mature_after=age,
    )
    rate = _rate(
        name=f"refund_rate_{days}d",
        title=f"Refund rate at {days} days",
        says=f"Of the payments captured in the period, the share refunded within {days} days, once all are "
        "that old.",
        top=refunded,
        bottom=payments,
    )
    value = _by_payment(
        name=f"refunded_cohort_value_{days}d",
        title=f"Value refunded within {days} days",
        says=f"Of the amount captured in the period, what was refunded within {days} days.",
        unit="money",
        how="sum",
        value=refund.amount_base_minor,
        where=and_(within, payment.captured_base_minor.is_not(None)),
        mature_after=age,
    )
    value_rate = _rate(
        name=f"refund_value_rate_{days}d",
        title=f"Refunded share of value at {days} days",
        says=f"Of the amount captured in the period, the share refunded within {days} days, once all is that "
        "old.",
        top=value,
        bottom=payment_value,
    )
    return refunded, rate, value, value_rate


refunded_payments_30d, refund_rate_30d, refunded_value_30d, refund_value_rate_30d = _by_age(30)
refunded_payments_90d, refund_rate_90d, refunded_value_90d, refund_value_rate_90d = _by_age(90)
refunded_payments_180d, refund_rate_180d, refunded_value_180d, refund_value_rate_180d = _by_age(180)
refunded_cohort_value = _by_payment(
    name="refunded_cohort_value",
    title="Value refunded since",
    says="Of the amount captured in the period, as far as it is known, what was refunded so far.",
    unit="money",
    how="sum",
    value=refund.amount_base_minor,
    where=and_(_since, payment.captured_base_minor.is_not(None)),
)
refund_value_rate = _rate(
    name="refund_value_rate",
    title="Refunded share of value so far",
    says="Of the amount captured in the period, the share refunded so far.",
    top=refunded_cohort_value,
    bottom=payment_value,
)
refund_value_rate_by_event = _rate(
    name="refund_value_rate_by_event",
    title="Refunds over captures",
    says="Amount refunded in the period over the amount captured in it, each by its own date.",
    top=refunded_value,
    bottom=payment_value,
)
total_revenue = Sum(
    name="total_revenue",
    title="Total revenue",
    says="Amount captured in the period less the amount refunded in it, each by its own date.",
    unit="money",
    owner="Finance",
    for_partners=True,
    plus=(payment_value,),
    minus=(refunded_value,),
)
_cost = partial(_by_event, unit="money", how="sum", for_partners=False, is_part=True)
revenue_reversed = _cost(
    name="revenue_reversed",
    title="Commission reversed",
    says="The platform's commission and mark-up reversed by the refunds of the period.",
    value=refund.platform_reversed_base_minor,
)
fees_lost = _cost(
    name="fees_lost",
    title="Fees lost",
    says="Payment fees that the refunds of the period did not bring back.",
    value=refund.fee_lost_base_minor,
)
penalties_kept = _cost(
    name="penalties_kept",
    title="Penalties kept",
    says="Penalties kept of the payments refunded in the period.",
    better="higher",
    value=refund.penalty_kept_base_minor,
)
refund_revenue_impact = Sum(
    name="refund_revenue_impact",
    title="Cost of refunds",
    says="Commission reversed and fees lost by the refunds of the period, less the penalties kept.",
    unit="money",
    better="lower",
    owner="Finance",
    plus=(revenue_reversed, fees_lost),
    minus=(penalties_kept,),
)
refund_revenue_impact_rate = Ratio(
    name="refund_revenue_impact_rate",
    title="Cost of refunds over net revenue",
    says="What the refunds of the period cost the platform, over its net revenue.",
    unit="share",
    better="lower",
    owner="Finance",
    top=refund_revenue_impact,
    bottom=net_revenue,
)
