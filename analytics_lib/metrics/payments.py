"""Payments: attempts, what was captured, and how long the money takes.

Success is counted at the grain of attempts, per method and provider, and at the grain of intents, where
retries collapse. Money belongs to the day on which it moved.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import and_, or_

from analytics_lib import schema
from analytics_lib.engines import AtReferenceRate, MicrosBetween, Spoken, WholeQuotient, shift
from analytics_lib.facts.payments import attempts, intents
from analytics_lib.metric import Metric, Ratio, Share

payment = schema.payments.c

_of = partial(Metric, owner="Payments", for_partners=True)
_rate = partial(Ratio, owner="Payments", for_partners=True, unit="share")
_attempted = partial(_of, rows=attempts, dated=payment.attempted_at, unit="count")
_captured = partial(_of, rows=attempts, dated=payment.captured_at)

PENDING_AFTER = timedelta(hours=72)
SECONDS_A_DAY = 86_400

payment_attempts = _attempted(
    name="payment_attempts",
    title="Payment attempts",
    says="Attempts to pay that began in the period, whatever became of them.",
    better="neither",
)
terminal_attempts = _attempted(
    name="terminal_attempts",
    title="Terminal attempts",
    says="Attempts of the period that were captured, failed or were voided.",
    where=or_(
        payment.captured_at.is_not(None), payment.failed_stage.is_not(None), payment.voided_at.is_not(None)
    ),
    is_part=True,
)
successful_attempts = _attempted(
    name="successful_attempts",
    title="Successful attempts",
    says="Attempts of the period that were captured so far.",
    where=payment.captured_at.is_not(None),
    is_part=True,
)
payment_attempt_success_rate = _rate(
    name="payment_attempt_success_rate",
    title="Success rate of attempts",
    says="Of the payment attempts of the period that have ended, the share that was captured so far.",
    top=successful_attempts,
    bottom=terminal_attempts,
    source="Stripe, raw success rate",
)
_intended = partial(_of, rows=intents, dated=intents.known_at, unit="count")
payment_intents = _intended(
    name="payment_intents",
    title="Payment intents",
    says="What somebody wanted to pay, first attempted in the period, however many attempts it took.",
    better="neither",
)
successful_intents = _intended(
    name="successful_intents",
    title="Successful intents",
    says="Intents first attempted in the period that were captured so far, by any of their attempts.",
    where=intents.table.c.first_captured_at.is_not(None),
    is_part=True,
)
payment_success_rate = _rate(
    name="payment_success_rate",
    title="Payment success rate",
    says="Of the payment intents of the period, the share that succeeded so far; retries count once.",
    top=successful_intents,
    bottom=payment_intents,
    source="Stripe, deduplicated success rate",
)
payment_declines = _attempted(
    name="payment_declines",
    title="Declined attempts",
    says="Attempts of the period that failed, by stage and reason.",
    better="lower",
    where=payment.failed_stage.is_not(None),
)
payment_decline_share = Share(
    name="payment_decline_share",
    title="Share of declines",
    says="A group's part of the declined attempts of the period.",
    unit="share",
    better="neither",
    owner="Payments",
    for_partners=True,
    of=payment_declines,
)
pending_attempts = _attempted(
    name="pending_attempts",
    title="Attempts pending after 72 hours",
    says="Attempts of the period neither captured, failed nor voided within 72 hours, once all are that old.",
    better="lower",
    where=and_(
        payment.failed_stage.is_(None),
        or_(
            payment.captured_at.is_(None),
            payment.captured_at > shift(payment.attempted_at, PENDING_AFTER),
        ),
        or_(payment.voided_at.is_(None), payment.voided_at > shift(payment.attempted_at, PENDING_AFTER)),
    ),
    mature_after=PENDING_AFTER,
)
payment_pending_rate = _rate(
    name="payment_pending_rate",
    title="Pending after 72 hours",
    says="Of the payment attempts of the period, the share without an outcome after 72 hours.",
    better="lower",
    top=pending_attempts,
    bottom=payment_attempts,
)
sent_attempts = _attempted(
    name="sent_attempts",
    title="Attempts sent to the network",
    says="Attempts of the period that were sent to an issuer.",
    where=payment.sent_at.is_not(None),
    is_part=True,
)
authorised_attempts = _attempted(
    name="authorised_attempts",
    title="Authorised attempts",
    says="Attempts of the period that were sent to an issuer and approved.",
    where=and_(payment.sent_at.is_not(None), payment.authorised_at.is_not(None)),
    is_part=True,
)
authorisation_rate = _rate(
    name="authorisation_rate",
    title="Authorisation rate",
    says="Of the attempts of the period that were sent to an issuer, the share approved.",
    top=authorised_attempts,
    bottom=sent_attempts,
    source="Stripe glossary",
)
acceptance_rate = _rate(
    name="acceptance_rate",
    title="Acceptance rate",
    says="Of all payment attempts of the period, blocked and abandoned ones included, the share captured.",
    top=successful_attempts,
    bottom=payment_attempts,
    source="Checkout.com, acceptance rate",
)
_authorised = partial(_of, rows=attempts, dated=payment.authorised_at, how="sum", unit="money")
authorised_value = _authorised(
    name="authorised_value",
    title="Authorised value",
    says="Amount of the attempts authorised in the period.",
    value=payment.amount_base_minor,
)
captured_of_authorised = _authorised(
    name="captured_of_authorised",
    title="Captured of authorised value",
    says="Amount of the attempts authorised in the period that were captured so far.",
    value=payment.amount_base_minor,
    where=payment.captured_at.is_not(None),
    is_part=True,
)
capture_rate = _rate(
    name="capture_rate",
    title="Capture rate",
    says="Of the value authorised in the period, the share captured so far; what was voided stays below.",
    top=captured_of_authorised,
    bottom=authorised_value,
    source="Checkout.com, capture rate",
)
payments = _captured(
    name="payments",
    title="Payments",
    says="Payments captured in the period.",
    unit="count",
)
payment_value = _captured(
    name="payment_value",
    title="Payment value",
    says="Amount captured in the period (total payment volume), before refunds.",
    unit="money",
    how="sum",
    value=payment.captured_base_minor,
    source="Stripe, total payment volume",
)
payment_value_share = Share(
    name="payment_value_share",
    title="Share of payment value",
    says="A group's part of the amount captured in the period, such as a currency's.",
    unit="share",
    better="neither",
    owner="Payments",
    for_partners=True,
    of=payment_value,
)
payment_fees = _captured(
    name="payment_fees",
    title="Payment fees",
    says="Fees of the payments captured in the period.",
    unit="money",
    better="lower",
    how="sum",
    value=payment.fee_base_minor,
    for_partners=False,
)
payment_fee_rate = _rate(
    name="payment_fee_rate",
    title="Payment fee rate",
    says="Fees over the amount captured in the period, of the payments of which both are known.",
    better="lower",
    for_partners=False,
    top=_captured(
        name="payment_fees_of_known_value",
        title="Fees of payments of known value",
        says="Fees of the payments captured in the period whose value is known too.",
        unit="money",
        better="lower",
        how="sum",
        value=payment.fee_base_minor,
        where=payment.captured_base_minor.is_not(None),
        for_partners=False,
        is_part=True,
    ),
    bottom=_captured(
        name="payment_value_of_known_fee",
        title="Value of payments of known fee",
        says="Amount of the payments captured in the period whose fee is known too.",
        unit="money",
        how="sum",
        value=payment.captured_base_minor,
        where=payment.fee_base_minor.is_not(None),
        for_partners=False,
        is_part=True,
    ),
)


_micros = MicrosBetween(payment.paid_out_at, payment.captured_at)
_lag_seconds = Spoken(WholeQuotient(_micros, 1_000_000), "seconds_to_payout")


def _lag(name: str, title: str, says: str, share: float) -> Metric:
    return _captured(
        name=name,
        title=title,
        says=says,
        unit="days",
        better="lower",
        how="quantile",
        share=share,
        per=SECONDS_A_DAY,
        value=_lag_seconds,
        where=payment.paid_out_at.is_not(None),
    )


settlement_lag_median = _lag(
    "settlement_lag_median",
    "Median settlement lag",
    "Half of the payments captured in the period and paid out so far were paid out within this time.",
    0.5,
)
settlement_lag_p95 = _lag(
    "settlement_lag_p95",
    "Settlement lag, 95th percentile",
    "Of the payments captured in the period and paid out so far, 95 in 100 were paid out within this time.",
    0.95,
)
unsettled_payments = _captured(
    name="unsettled_payments",
    title="Not settled yet",
    says="Payments captured in the period that are not paid out so far.",
    unit="count",
    better="lower",
    where=payment.paid_out_at.is_(None),
)
payment_value_at_reference_rates = _captured(
    name="payment_value_at_reference_rates",
    title="Payment value at constant rates",
    says="Captured payments in their own currencies, at the rates in force where the period asked for began.",
    unit="money",
    how="sum",
    value=AtReferenceRate(payment.amount_minor, payment.currency),
    where=payment.captured_base_minor.is_not(None),
    source="constant-currency growth",
)
payment_exchange_effect = _captured(
    name="payment_exchange_effect",
    title="Exchange effect on payments",
    says="What captured payments are worth more than at the rates in force where the period asked for began.",
    unit="money",
    better="neither",
    how="sum",
    value=payment.captured_base_minor - AtReferenceRate(payment.amount_minor, payment.currency),
    source="own: Σ local × (rate at transaction − reference rate)",
)
