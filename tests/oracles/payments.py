"""What each metric of payments and disputes counts, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import wraps
from types import SimpleNamespace

from tests.oracles.cuts import SOLD, TRIP, at, looked_up, of_booking, own
from tests.oracles.domain import Domain
from tests.oracles.exchange import at_reference_rate
from tests.oracles.oracle import (
    HALF,
    Cell,
    Cut,
    Formula,
    Number,
    Row,
    Seen,
    Tallying,
    World,
    distinct_ratio,
    divided,
    less,
    once_ripe,
    ratio,
    share,
    total,
)

Tally = Iterator[tuple[datetime | date | None, int | None]]
THREE_DAYS = timedelta(hours=72)
DAY_IN_SECONDS = 86_400


def rows_of(table: str, known_at: str) -> Callable[[Callable[[Row, World], Tally]], Tallying]:
    """Makes a tally over the known rows of a table from what one of them yields."""

    def of_rows(each: Callable[[Row, World], Tally]) -> Tallying:
        @wraps(each)
        def tally(world: World) -> Iterator[Seen]:
            for row in world.scoped(table):
                if world.look.knows(getattr(row, known_at)):
                    for when, amount in each(row, world):
                        yield Seen(row, when, amount, row.attempt_id)

        return tally

    return of_rows


of_attempts = rows_of("payments", "attempted_at")
of_disputes = rows_of("disputes", "opened_at")


def payment_of(row: Row, world: World) -> Row | None:
    """The payment of a refund or a dispute, if it is known."""
    payment = world.find("payments", "attempt_id", row.attempt_id)
    return payment if payment is not None and world.look.knows(payment.attempted_at) else None


# Attempts, by the instant at which they began


def attempts_that(holds: Callable[[Row, World], bool]) -> Tallying:
    @of_attempts
    def tally(attempt: Row, world: World) -> Tally:
        if holds(attempt, world):
            yield attempt.attempted_at, 1

    return tally


def is_captured(attempt: Row, world: World) -> bool:
    return world.look.knows(attempt.captured_at)


def has_failed(attempt: Row, world: World) -> bool:
    return attempt.failed_stage is not None


def has_ended(attempt: Row, world: World) -> bool:
    return is_captured(attempt, world) or has_failed(attempt, world) or world.look.knows(attempt.voided_at)


def is_pending(attempt: Row, world: World) -> bool:
    """Whether nothing had become of it 72 hours later; what happens at that very moment is in time."""
    limit = attempt.attempted_at + THREE_DAYS
    in_time = [
        instant
        for instant in (attempt.captured_at, attempt.voided_at)
        if world.look.knows(instant) and instant <= limit
    ]
    return not in_time and not has_failed(attempt, world)


attempted = attempts_that(lambda _attempt, _world: True)
ended = attempts_that(has_ended)
succeeded = attempts_that(is_captured)
declined = attempts_that(has_failed)
pending = attempts_that(is_pending)
sent = attempts_that(lambda attempt, world: world.look.knows(attempt.sent_at))
approved = attempts_that(
    lambda attempt, world: world.look.knows(attempt.sent_at) and world.look.knows(attempt.authorised_at)
)

# Intents, by the instant of their first attempt


def intents(world: World) -> Iterator[Row]:
    """What somebody wanted to pay: attempts of one intent, model and partner; without an intent, each one."""
    together: dict[object, list[Row]] = {}
    for attempt in world.scoped("payments"):
        if world.look.knows(attempt.attempted_at):
            mine = ("attempt", attempt.attempt_id) if attempt.intent_id is None else attempt.intent_id
            together.setdefault((mine, attempt.business_model, attempt.partner_id), []).append(attempt)
    for tries in together.values():
        named = [attempt.booking_id for attempt in tries if attempt.booking_id is not None]
        yield SimpleNamespace(
            table="intents",
            business_model=tries[0].business_model,
            partner_id=tries[0].partner_id,
            booking_id=min(named, default=None),
            first_at=min(attempt.attempted_at for attempt in tries),
            has_succeeded=any(is_captured(attempt, world) for attempt in tries),
        )


def intended(world: World) -> Iterator[Seen]:
    for intent in intents(world):
        yield Seen(intent, intent.first_at)


def intents_that_succeeded(world: World) -> Iterator[Seen]:
    for intent in intents(world):
        if intent.has_succeeded:
            yield Seen(intent, intent.first_at)


# Money, by the instant at which it moved


@of_attempts
def authorised_value(attempt: Row, world: World) -> Tally:
    yield attempt.authorised_at, attempt.amount_base_minor


@of_attempts
def captured_of_authorised(attempt: Row, world: World) -> Tally:
    if is_captured(attempt, world):
        yield attempt.authorised_at, attempt.amount_base_minor


@of_attempts
def payments(attempt: Row, world: World) -> Tally:
    yield attempt.captured_at, 1


@of_attempts
def payment_value(attempt: Row, world: World) -> Tally:
    yield attempt.captured_at, attempt.captured_base_minor


@of_attempts
def payment_fees(attempt: Row, world: World) -> Tally:
    yield attempt.captured_at, attempt.fee_base_minor


@of_attempts
def fees_of_known_value(attempt: Row, world: World) -> Tally:
    if attempt.captured_base_minor is not None:
        yield attempt.captured_at, attempt.fee_base_minor


@of_attempts
def value_of_known_fee(attempt: Row, world: World) -> Tally:
    if attempt.fee_base_minor is not None:
        yield attempt.captured_at, attempt.captured_base_minor


@of_attempts
def lag(attempt: Row, world: World) -> Tally:
    """Whole seconds until the money was paid out, where it was; what is less than a second is none."""
    if attempt.captured_at is not None and world.look.knows(attempt.paid_out_at):
        yield attempt.captured_at, int((attempt.paid_out_at - attempt.captured_at) / timedelta(seconds=1))


@of_attempts
def unsettled(attempt: Row, world: World) -> Tally:
    if not world.look.knows(attempt.paid_out_at):
        yield attempt.captured_at, 1


@of_attempts
def value_at_reference_rates(attempt: Row, world: World) -> Tally:
    if attempt.captured_base_minor is not None:
        yield attempt.captured_at, at_reference_rate(attempt.amount_minor, attempt.currency, world)


@of_attempts
def exchange_effect(attempt: Row, world: World) -> Tally:
    constant = at_reference_rate(attempt.amount_minor, attempt.currency, world)
    yield attempt.captured_at, less(attempt.captured_base_minor, constant)


# Disputes


@of_disputes
def disputes_opened(dispute: Row, world: World) -> Tally:
    yield dispute.opened_at, 1


@of_disputes
def disputed_value(dispute: Row, world: World) -> Tally:
    yield dispute.opened_at, dispute.amount_base_minor


@of_disputes
def disputed_since(dispute: Row, world: World) -> Tally:
    payment = payment_of(dispute, world)
    if payment is not None:
        yield payment.captured_at, 1


@of_disputes
def disputes_closed(dispute: Row, world: World) -> Tally:
    yield dispute.closed_at, 1


@of_disputes
def disputes_won(dispute: Row, world: World) -> Tally:
    if dispute.outcome == "won":
        yield dispute.closed_at, 1


def whole(tally: Tallying) -> tuple[Formula, Tallying]:
    return total(tally), tally


def days_at(part: Fraction) -> tuple[Formula, Tallying]:
    def formula(cell: Cell) -> Number | None:
        return divided(cell.quantile(lag, part), DAY_IN_SECONDS)

    return formula, lag


METRICS: dict[str, tuple[Formula, Tallying | None]] = {
    "payment_attempts": whole(attempted),
    "payment_attempt_success_rate": (ratio(succeeded, ended), ended),
    "payment_intents": whole(intended),
    "payment_success_rate": (ratio(intents_that_succeeded, intended), intended),
    "payment_declines": whole(declined),
    "payment_decline_share": (share(declined), declined),
    "pending_attempts": (once_ripe(total(pending), THREE_DAYS), pending),
    "payment_pending_rate": (once_ripe(ratio(pending, attempted), THREE_DAYS), attempted),
    "authorisation_rate": (ratio(approved, sent), sent),
    "acceptance_rate": (ratio(succeeded, attempted), attempted),
    "authorised_value": whole(authorised_value),
    "capture_rate": (ratio(captured_of_authorised, authorised_value), authorised_value),
    "payments": whole(payments),
    "payment_value": whole(payment_value),
    "payment_value_share": (share(payment_value), payment_value),
    "payment_fees": whole(payment_fees),
    "payment_fee_rate": (ratio(fees_of_known_value, value_of_known_fee), value_of_known_fee),
    "settlement_lag_median": days_at(HALF),
    "settlement_lag_p95": days_at(Fraction(95, 100)),
    "unsettled_payments": whole(unsettled),
    "payment_value_at_reference_rates": whole(value_at_reference_rates),
    "payment_exchange_effect": whole(exchange_effect),
    "disputes_opened": whole(disputes_opened),
    "disputed_value": whole(disputed_value),
    "dispute_rate": (distinct_ratio(disputed_since, payments), payments),
    "dispute_activity": (ratio(disputes_opened, payments), payments),
    "dispute_win_rate": (ratio(disputes_won, disputes_closed), disputes_closed),
}
"""Metric -> its formula over a cell, and the tally whose rows it rests on."""


def of_payment(cut: Cut) -> Cut:
    """The dimension of the payment that a row belongs to by its `attempt_id`."""

    def of(row: Row, world: World) -> object:
        payment = world.find("payments", "attempt_id", row.attempt_id)
        return None if payment is None else cut(payment, world)

    return of


def outcome(dispute: Row, world: World) -> str | None:
    """How a dispute ended, once it has."""
    return dispute.outcome if world.look.knows(dispute.closed_at) else None


OF_BOOKING = {name: of_booking(cut) for name, cut in TRIP.items()}
OF_PAYMENT: dict[str, Cut] = {
    name: looked_up("payments", "attempt_id", name) for name in ("method", "provider")
}

CUTS: dict[str, dict[str, Cut]] = {
    "payments": {
        **SOLD,
        **OF_BOOKING,
        "method": own("method"),
        "provider": own("provider"),
        "currency": own("currency"),
        "failed_stage": own("failed_stage"),
        "decline_reason": own("failure_code"),
        "weekday": at(lambda attempt, _world: attempt.attempted_at, "weekday"),
        "hour_of_day": at(lambda attempt, _world: attempt.attempted_at, "hour"),
    },
    "intents": {
        **SOLD,
        **OF_BOOKING,
        "weekday": at(lambda intent, _world: intent.first_at, "weekday"),
        "hour_of_day": at(lambda intent, _world: intent.first_at, "hour"),
    },
    "disputes": {
        **SOLD,
        **{name: of_payment(cut) for name, cut in OF_BOOKING.items()},
        **OF_PAYMENT,
        "dispute_outcome": outcome,
    },
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
