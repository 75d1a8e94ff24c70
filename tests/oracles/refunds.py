"""What each metric of refunds counts, by their own instant and by that of their payment's capture."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from tests.oracles import commissions
from tests.oracles.cuts import SOLD, at, own
from tests.oracles.domain import Domain
from tests.oracles.exchange import half_away
from tests.oracles.oracle import (
    Cell,
    Cut,
    Formula,
    Number,
    Row,
    Tallying,
    World,
    added,
    difference,
    distinct_ratio,
    divided,
    less,
    once_ripe,
    ratio,
)
from tests.oracles.payments import (
    CUTS as CUTS_OF_PAYMENTS,
)
from tests.oracles.payments import (
    OF_BOOKING,
    OF_PAYMENT,
    Tally,
    payment_of,
    payment_value,
    payments,
    rows_of,
    whole,
)

of_refunds = rows_of("refunds", "requested_at")


# Refunds, by their own instant


@of_refunds
def refunds_paid(refund: Row, world: World) -> Tally:
    yield refund.refunded_at, 1


def by_refund(column: str) -> Tallying:
    @of_refunds
    def tally(refund: Row, world: World) -> Tally:
        yield refund.refunded_at, getattr(refund, column)

    return tally


refunded_value = by_refund("amount_base_minor")
revenue_reversed = by_refund("platform_reversed_base_minor")
fees_lost = by_refund("fee_lost_base_minor")
penalties_kept = by_refund("penalty_kept_base_minor")


def at_the_rate_of_capture(refund: Row, world: World) -> int | None:
    """What the refund's own amount was worth as its payment was captured, if in the same currency."""
    payment = payment_of(refund, world)
    if payment is None or not world.look.knows(payment.captured_at) or payment.currency is None:
        return None
    amounts = (refund.amount_minor, payment.amount_minor, payment.captured_base_minor)
    if None in amounts or payment.currency != refund.currency:
        return None
    if payment.amount_minor <= 0 or not 0 <= refund.amount_minor <= payment.amount_minor:
        return None
    return half_away(Fraction(refund.amount_minor * payment.captured_base_minor, payment.amount_minor))


@of_refunds
def value_at_capture(refund: Row, world: World) -> Tally:
    if refund.amount_base_minor is not None:
        yield refund.refunded_at, at_the_rate_of_capture(refund, world)


@of_refunds
def exchange_difference(refund: Row, world: World) -> Tally:
    then = at_the_rate_of_capture(refund, world)
    is_known = then is not None and refund.amount_base_minor is not None
    yield refund.refunded_at, refund.amount_base_minor - then if is_known else None


# Refunds, by the instant of their payment's capture


@of_refunds
def refunded_since(refund: Row, world: World) -> Tally:
    payment = payment_of(refund, world)
    if payment is not None and world.look.knows(refund.refunded_at):
        yield payment.captured_at, 1


def refunded_within(days: int) -> Tallying:
    @of_refunds
    def tally(refund: Row, world: World) -> Tally:
        payment = payment_of(refund, world)
        if payment is None or not world.look.knows(refund.refunded_at) or payment.captured_at is None:
            return
        if refund.refunded_at <= payment.captured_at + timedelta(days=days):
            yield payment.captured_at, 1

    return tally


def value_refunded_within(days: int) -> Tallying:
    @of_refunds
    def tally(refund: Row, world: World) -> Tally:
        payment = payment_of(refund, world)
        if payment is None or payment.captured_at is None or payment.captured_base_minor is None:
            return
        limit = payment.captured_at + timedelta(days=days)
        if world.look.knows(refund.refunded_at) and refund.refunded_at <= limit:
            yield payment.captured_at, refund.amount_base_minor

    return tally


@of_refunds
def value_refunded_since(refund: Row, world: World) -> Tally:
    payment = payment_of(refund, world)
    if payment is None or payment.captured_base_minor is None:
        return
    if world.look.knows(refund.refunded_at):
        yield payment.captured_at, refund.amount_base_minor


def once_old(days: int) -> tuple[Formula, Tallying]:
    return once_ripe(distinct_ratio(refunded_within(days), payments), timedelta(days=days)), payments


def value_once_old(days: int) -> tuple[Formula, Tallying]:
    formula = ratio(value_refunded_within(days), payment_value)
    return once_ripe(formula, timedelta(days=days)), payment_value


def refund_impact(cell: Cell) -> Number | None:
    costs = added(cell.total(revenue_reversed), cell.total(fees_lost))
    impact: Number | None = less(costs, cell.total(penalties_kept))
    return impact


def refund_impact_rate(cell: Cell) -> Number | None:
    return divided(refund_impact(cell), commissions.net_revenue(cell))


def refunded_at(refund: Row, world: World) -> datetime | None:
    return refund.refunded_at if world.look.knows(refund.refunded_at) else None


METRICS: dict[str, tuple[Formula, Tallying | None]] = {
    "refunds_paid": whole(refunds_paid),
    "refunded_value": whole(refunded_value),
    "refunded_value_at_capture_rates": whole(value_at_capture),
    "refund_exchange_difference": whole(exchange_difference),
    "refund_rate": (distinct_ratio(refunded_since, payments), payments),
    "refund_rate_30d": once_old(30),
    "refund_rate_90d": once_old(90),
    "refund_rate_180d": once_old(180),
    **{f"refund_value_rate_{days}d": value_once_old(days) for days in (30, 90, 180)},
    "refund_value_rate": (ratio(value_refunded_since, payment_value), payment_value),
    "refund_value_rate_by_event": (ratio(refunded_value, payment_value), payment_value),
    "total_revenue": (difference(payment_value, refunded_value), payment_value),
    "refund_revenue_impact": (refund_impact, revenue_reversed),
    "refund_revenue_impact_rate": (refund_impact_rate, commissions.platform_accrued),
}
"""Metric -> its formula over a cell, and the tally whose rows it rests on."""

CUTS: dict[str, dict[str, Cut]] = {
    "payments": CUTS_OF_PAYMENTS["payments"],
    "commission_entries": commissions.CUTS["commission_entries"],
    "refunds": {
        **SOLD,
        **OF_BOOKING,
        **OF_PAYMENT,
        "currency": own("currency"),
        "refund_reason": own("reason"),
        "weekday": at(refunded_at, "weekday"),
        "hour_of_day": at(refunded_at, "hour"),
    },
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
