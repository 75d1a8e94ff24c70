"""The whole sample platform, table by table.

Tables that later issues add (payments, sessions, searches) hang on the same slices: each takes its
own stream of chance, so that rows already there stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pyarrow as pa

from analytics_lib.sources.arrow_schema import arrow_schema
from analytics_lib.sources.sample.bookings import BookingBook
from analytics_lib.sources.sample.days import ZONE, local_instant, utc
from analytics_lib.sources.sample.demand import bookings_a_day
from analytics_lib.sources.sample.exchange import BASE, ExchangeRates
from analytics_lib.sources.sample.geography import destinations_table
from analytics_lib.sources.sample.partners import Partners
from analytics_lib.sources.sample.plan import FIRST_DAY, RECIPE, SamplePlan
from analytics_lib.sources.sample.products import Products
from analytics_lib.sources.sample.rows import as_table

SLICE_ROWS = 100_000
"""A slice takes whole days until it would hold more bookings than this; a busier day is a slice alone."""

BATCH_ROWS = 250_000
"""No table that is handed out holds more rows than this."""

_COVERED = (
    "destinations",
    "products",
    "partners",
    "partner_terms",
    "exchange_rates",
    "customers",
    "bookings",
)


def generate(plan: SamplePlan) -> Iterator[tuple[str, pa.Table]]:
    """The rows of a sample platform as (canonical table, rows), with the canonical columns and types.

    Tables that others refer to come first; `customers` and `bookings` then alternate, each booking
    after its customer, bookings in order of `created_at`. A name comes as often as it has batches of
    at most BATCH_ROWS rows. Memory does not grow with the number of bookings.
    """
    products = Products(plan.seed, (plan.through - FIRST_DAY).days * 4 // 365 + 1)
    partners = Partners(plan.seed, FIRST_DAY, plan.through)
    rates = ExchangeRates(plan.seed, FIRST_DAY, plan.through)
    yield "about", _about(plan)
    yield "coverage", _coverage(plan)
    yield "destinations", destinations_table()
    yield "products", products.table()
    yield "partners", partners.table()
    yield "partner_terms", partners.terms_table()
    yield "exchange_rates", rates.table()

    book = BookingBook(plan, products, partners, rates)
    counts = bookings_a_day(plan.seed, plan.bookings, FIRST_DAY, plan.through)
    for first, after in _slices(counts.sum(axis=1).tolist()):
        customers, bookings = book.write(FIRST_DAY + timedelta(days=first), counts[first:after])
        for name, table in (("customers", customers), ("bookings", bookings)):
            for start in range(0, table.num_rows, BATCH_ROWS):
                yield name, table.slice(start, BATCH_ROWS)


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
        "made_by": f"analytics sample recipe {RECIPE} seed {plan.seed} bookings {plan.bookings}",
        "resolution": "second",
    }
    return as_table("about", {"key": list(facts), "value": list(facts.values())})


def _coverage(plan: SamplePlan) -> pa.Table:
    columns = [(name, column) for name in _COVERED for column in arrow_schema(name).names]
    start, end = utc(local_instant(FIRST_DAY)), utc(local_instant(plan.through))
    return as_table(
        "coverage",
        {
            "table_name": [name for name, _ in columns],
            "column_name": [column for _, column in columns],
            "complete_from": [start] * len(columns),
            "complete_through": [end] * len(columns),
        },
    )
