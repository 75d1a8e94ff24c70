"""What each metric of finance counts: commissions, costs, returns, and bookings at constant rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.oracles import commissions
from tests.oracles.bookings import CUTS as CUTS_OF_BOOKINGS
from tests.oracles.commissions import net_revenue, net_revenue_of_bookings
from tests.oracles.cuts import SOLD, own
from tests.oracles.domain import Domain
from tests.oracles.exchange import at_reference_rate
from tests.oracles.oracle import (
    Cell,
    Cut,
    Formula,
    Number,
    Row,
    Seen,
    Tallying,
    World,
    by_local_date,
    divided,
    less,
    ratio,
    total,
)
from tests.oracles.payments import CUTS as CUTS_OF_PAYMENTS
from tests.oracles.payments import payment_fees


def spent(kind: str | None = None) -> Tallying:
    """Costs of one kind, or of all, by their local day."""

    @by_local_date
    def tally(world: World) -> Iterator[Seen]:
        for cost in world.scoped("costs"):
            if kind is None or cost.kind == kind:
                yield Seen(cost, cost.spent_on, cost.amount_base_minor)

    return tally


costs = spent()
marketing, incentives, support = spent("marketing"), spent("incentive"), spent("support")


def sessions(world: World) -> Iterator[Seen]:
    """Visits of people."""
    for session in world.scoped("sessions"):
        if session.is_bot is not True:
            yield Seen(session, session.started_at)


def new_customers(world: World) -> Iterator[Seen]:
    """First bookings of all, whoever sold them; of two at one instant the lower id is the first."""
    made: dict[str, list[Row]] = {}
    for booking in world.rows("bookings"):
        if booking.is_test is not True and None not in (booking.created_at, booking.customer_id):
            made.setdefault(booking.customer_id, []).append(booking)
    for mine in made.values():
        first = min(mine, key=lambda booking: (booking.created_at, booking.booking_id))
        if world.holds(first):
            yield Seen(first, first.created_at)


def of_bookings(amount: Callable[[Row, World], int | None]) -> Tallying:
    def tally(world: World) -> Iterator[Seen]:
        for booking in world.scoped("bookings"):
            if booking.price_base_minor is not None:
                yield Seen(booking, booking.created_at, amount(booking, world))

    return tally


def constant(booking: Row, world: World) -> int | None:
    return at_reference_rate(booking.price_minor, booking.currency, world)


def effect(booking: Row, world: World) -> int | None:
    found: int | None = less(booking.price_base_minor, constant(booking, world))
    return found


def exchange_effect(world: World) -> Iterator[Seen]:
    """Bookings without a value have no effect that anybody knows."""
    for booking in world.scoped("bookings"):
        yield Seen(booking, booking.created_at, effect(booking, world))


value_at_reference_rates = of_bookings(constant)


def contribution(cell: Cell) -> Number | None:
    found: Number | None = less(net_revenue(cell), cell.total(payment_fees))
    return found


def return_on_investment(cell: Cell) -> Number | None:
    spent_in_all = cell.total(costs)
    return divided(less(contribution(cell), spent_in_all), spent_in_all)


def contribution_per_session(cell: Cell) -> Number | None:
    return divided(less(cell.total(net_revenue_of_bookings), cell.total(marketing)), cell.total(sessions))


def whole(tally: Tallying) -> tuple[Formula, Tallying]:
    return total(tally), tally


METRICS: dict[str, tuple[Formula, Tallying | None]] = {
    **commissions.METRICS,
    "costs": whole(costs),
    "marketing_costs": whole(marketing),
    "incentive_costs": whole(incentives),
    "support_costs": whole(support),
    "contribution": (contribution, commissions.platform_accrued),
    "return_on_investment": (return_on_investment, costs),
    "contribution_per_session": (contribution_per_session, sessions),
    "customer_acquisition_cost": (ratio(marketing, new_customers), new_customers),
    "return_on_ad_spend": (ratio(net_revenue_of_bookings, marketing), marketing),
    "gross_bookings_value_at_reference_rates": whole(value_at_reference_rates),
    "exchange_effect": whole(exchange_effect),
}
"""Metric -> its formula over a cell, and the tally whose rows it rests on."""

CUTS: dict[str, dict[str, Cut]] = {
    **commissions.CUTS,
    "payments": CUTS_OF_PAYMENTS["payments"],
    "bookings": CUTS_OF_BOOKINGS["bookings"],
    "costs": {**SOLD, "channel": own("channel"), "cost_kind": own("kind")},
    "sessions": {**SOLD, "channel": own("channel")},
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
