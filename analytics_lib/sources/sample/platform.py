"""The whole sample platform, table by table.

What hangs on bookings hangs on the same slices of days. Each table takes streams of chance of its own, so
that rows already there stay as they are when another table comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pyarrow as pa

from analytics_lib.sources.arrow_schema import arrow_schema
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.capacity import Capacity
from analytics_lib.sources.sample.commissions import Commissions
from analytics_lib.sources.sample.costs import Costs
from analytics_lib.sources.sample.days import ZONE, LocalDays, local_instant, utc
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.exchange import BASE, ExchangeRates
from analytics_lib.sources.sample.geography import destinations_table
from analytics_lib.sources.sample.notifications import Notifications
from analytics_lib.sources.sample.partners import Partners
from analytics_lib.sources.sample.payments import Payments
from analytics_lib.sources.sample.plan import FIRST_DAY, RECIPE, TABLES, SamplePlan
from analytics_lib.sources.sample.products import Products
from analytics_lib.sources.sample.request_counts import COUNTED_FROM
from analytics_lib.sources.sample.rows import as_table
from analytics_lib.sources.sample.sessions import Sessions
from analytics_lib.sources.sample.slices import Hanging, World
from analytics_lib.sources.sample.trips import LONGEST_LEAD, LONGEST_STAY
from analytics_lib.sources.sample.uptime import Uptime

SLICE_ROWS = 20_000
"""A slice takes whole days until it would hold more bookings than this; a busier day is a slice alone."""

BATCH_ROWS = 250_000
"""No table that is handed out holds more rows than this."""

_WRITERS: tuple[tuple[Callable[[World], Hanging], tuple[str, ...]], ...] = (
    (Payments, ("payments", "refunds", "disputes")),
    (Commissions, ("commission_entries",)),
    (Costs, ("costs",)),
    (Sessions, ("sessions", "searches", "quotes", "ai_queries")),
    (Notifications, ("notifications",)),
    (Uptime, ("services", "outages", "request_counts")),
    (Capacity, ("capacity",)),
)


def generate(plan: SamplePlan) -> Iterator[tuple[str, pa.Table]]:
    """The rows of a sample platform as (canonical table, rows), with the canonical columns and types.

    Tables that others refer to come first; then each slice of days brings its `customers`, its
    `bookings` in order of `created_at`, and all that hangs on them, which may lie in later slices. A
    name comes as often as it has batches of at most BATCH_ROWS rows. Memory does not grow with the
    number of bookings.
    """
    world = world_of(plan)
    yield "about", _about(plan)
    yield "coverage", _coverage(plan)
    yield "destinations", destinations_table()
    yield "products", world.products.table()
    yield "partners", world.partners.table()
    yield "partner_terms", world.partners.terms.table()
    yield "exchange_rates", world.rates.table()
    for name, table in _hanging(plan, world):
        for start in range(0, table.num_rows, BATCH_ROWS):
            yield name, table.slice(start, BATCH_ROWS)


def world_of(plan: SamplePlan) -> World:
    """What a platform's slices have in common."""
    return World(
        seed=plan.seed,
        begin=local_instant(FIRST_DAY),
        through=local_instant(plan.through),
        local=LocalDays(FIRST_DAY, plan.through + timedelta(days=LONGEST_LEAD + LONGEST_STAY + 2)),
        products=Products(plan.seed, (plan.through - FIRST_DAY).days * 4 // 365 + 1),
        partners=Partners(plan.seed, FIRST_DAY, plan.through),
        rates=ExchangeRates(plan.seed, FIRST_DAY, plan.through),
    )


def _hanging(plan: SamplePlan, world: World) -> Iterator[tuple[str, pa.Table]]:
    """Customers, bookings, and of what hangs on them all that the plan has."""
    book = BookingBook(world)
    writers = [make(world) for make, names in _WRITERS if any(map(plan.has, names))]
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    for first, after in _slices(counts.sum(axis=1).tolist()):
        booked = book.write(FIRST_DAY + timedelta(days=first), counts[first:after])
        yield from book.tables(booked)
        for writer in writers:
            yield from (each for each in writer.write(booked) if plan.has(each[0]))
    for writer in writers:
        yield from (each for each in writer.finish() if plan.has(each[0]))


def _slices(by_day: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of days as (first, first after), each of at most SLICE_ROWS bookings where days allow."""
    first, held = 0, 0
    for day, count in enumerate(by_day):
        if held and held + count > SLICE_ROWS:
            yield first, day
            first, held = day, 0
        held += count
    if held:
        yield first, len(by_day)


def _about(plan: SamplePlan) -> pa.Table:
    facts = {
        "reporting_currency": BASE.code,
        "zone": ZONE,
        "data_from": utc(local_instant(FIRST_DAY)).isoformat(),
        "data_through": utc(local_instant(plan.through)).isoformat(),
        "source": "sample",
        "made_by": f"analytics sample recipe {RECIPE} {plan}",
        "resolution": "second",
    }
    return as_table("about", {"key": list(facts), "value": list(facts.values())})


def _coverage(plan: SamplePlan) -> pa.Table:
    """Every column is complete over all the data, but for what was not counted from the beginning."""
    start, end = utc(local_instant(FIRST_DAY)), utc(local_instant(plan.through))
    since = {"request_counts": utc(local_instant(COUNTED_FROM))}
    columns = [
        (name, column)
        for name in TABLES
        if plan.has(name) and since.get(name, start) < end
        for column in arrow_schema(name).names
    ]
    return as_table(
        "coverage",
        {
            "table_name": [name for name, _ in columns],
            "column_name": [column for _, column in columns],
            "complete_from": [since.get(name, start) for name, _ in columns],
            "complete_through": [end] * len(columns),
        },
    )
