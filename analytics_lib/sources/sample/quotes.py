"""What visitors were shown for hotels: price, whether there was a room, and the arm of the price experiment.

While the experiment runs, the quotes of all its visitors are kept; otherwise those of a few hotels.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.demand import B2C
from analytics_lib.sources.sample.draws import WORD_BITS, BoolArray, Draws, IntArray, Lottery
from analytics_lib.sources.sample.exchange import BASE, CODES, convert
from analytics_lib.sources.sample.funnel import Steps, happened
from analytics_lib.sources.sample.geography import DESTINATIONS, season
from analytics_lib.sources.sample.inventory import quoted_products
from analytics_lib.sources.sample.prices import price
from analytics_lib.sources.sample.products import HOTEL, Products
from analytics_lib.sources.sample.rows import as_table, days, instants, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import ARM_WEIGHTS, ARMS, EXPERIMENT
from analytics_lib.sources.sample.trips import Trips, plan_trips
from analytics_lib.sources.sample.visits import BOOKS, NONE, Visits, scoped_visits

_COMPARES = 3_500
"""Visits that look at a second hotel in the same place."""

# A room that is not to be had: in the quietest season, in the busiest, and by how busy it is.
_LEAST_SOLD_OUT, _MOST_SOLD_OUT, _SOLD_OUT_BUSY = 300, 800, 5
_IN_NO_ARM, _LEFT_TO_LOT = -1, -2

_GOLDEN = 2_654_435_769
"""2^32 divided by the golden ratio: its multiples, less whole turns, spread evenly wherever one stops."""


def quotes_table(
    world: World, booked: BookedSlice, visits: Visits, steps: Steps, session_id: pa.Array, written: int
) -> pa.Table:
    """The canonical table `quotes` in order of time, numbered on from those already written."""
    draws, products = booked.draws(world.seed, "quotes"), world.products
    visit = np.flatnonzero(happened(steps.viewed) & (products.kind[visits.product] == HOTEL))
    arm = _in_experiment(world, booked, visits, steps, visit)
    row, product, is_second = _shown(draws, products, visits.product[visit])
    kept = (arm[row] != _IN_NO_ARM) | np.isin(product, quoted_products(products))
    row, product, is_second = row[kept], product[kept], is_second[kept]
    has_quote = np.zeros(len(visit), dtype=np.bool_)
    has_quote[row] = True
    visit, arm, row = visit[has_quote], arm[has_quote], (np.cumsum(has_quote) - 1)[row]

    trips = _trips(world, booked, visits, steps, draws, visit)
    arm = _arms(draws, arm, _worth(products, visits.product[visit], trips))
    trips = Trips(*(getattr(trips, field.name)[row] for field in fields(Trips)))
    visit, arm = visit[row], arm[row]
    is_booked = (visits.outcome[visit] == BOOKS) & ~is_second
    seen = _when(draws, visits, steps, visit, arm, is_second)

    euro = np.full(len(row), CODES.index(BASE.code), dtype=np.int64)
    day, buyer = world.local.day_of(seen), visits.buyer[visit]
    shown = price(draws, products, product, buyer, trips, euro, world.rates, seen, day, arm).listed
    shown[is_booked] = _listed(world, booked, visits.booking[visit[is_booked]])
    busy = season(products.season_kind[product], trips.starts)
    sold_out = draws.chance(np.clip(busy * _SOLD_OUT_BUSY, _LEAST_SOLD_OUT, _MOST_SOLD_OUT), len(row))

    there = np.flatnonzero(seen < world.through)
    order = there[np.argsort(seen[there], kind="stable")]
    return as_table(
        "quotes",
        {
            "quote_id": numbered("qt", np.arange(written + 1, written + 1 + len(order), dtype=np.int64), 8),
            "session_id": session_id.take(pa.array(visit[order])),
            "product_id": named(products.ids(), product[order]),
            "quoted_at": instants(seen[order]),
            "starts_on": days(trips.starts[order]),
            "price_base_minor": whole(shown[order]),
            "available": pa.array((is_booked | ~sold_out)[order]),
            "arm": named(ARMS, arm[order], arm[order] >= 0),
            **scoped_visits(world, visits, visit[order]),
        },
    )


def _in_experiment(
    world: World, booked: BookedSlice, visits: Visits, steps: Steps, visit: IntArray
) -> IntArray:
    """The arm of each visit that books, whether the others are in one, by lot, or in none."""
    within = (visits.model[visit] == B2C) & EXPERIMENT.holds(world.local.day_of(steps.viewed[visit]))
    arm = np.where(within, _LEFT_TO_LOT, _IN_NO_ARM)
    books = visits.outcome[visit] == BOOKS
    arm[books] = booked.arm[visits.booking[visit[books]]]
    return arm


def _shown(draws: Draws, products: Products, product: IntArray) -> tuple[IntArray, IntArray, BoolArray]:
    """What each visit is shown, as (row, product, whether it is the second one): one hotel or two."""
    first, compares = np.arange(len(product)), np.flatnonzero(draws.chance(_COMPARES, len(product)))
    other = np.arange(len(products.all), dtype=np.int64)
    for place in range(len(DESTINATIONS)):
        hotels = np.flatnonzero((products.kind == HOTEL) & (products.place == place))
        other[hotels] = np.roll(hotels, 1)
    row = np.concatenate((first, compares))
    return row, np.concatenate((product, other[product[compares]])), np.arange(len(row)) >= len(product)


def _trips(
    world: World, booked: BookedSlice, visits: Visits, steps: Steps, draws: Draws, visit: IntArray
) -> Trips:
    """The stay that each visit asks for: the one it leads to, if any."""
    seen, booking, known = steps.viewed[visit], visits.booking[visit], booked.trips
    day = world.local.day_of(seen)
    second = seen - world.local.begin(day)
    asked = plan_trips(draws, world.products, visits.product[visit], visits.buyer[visit], day, second)
    return Trips(
        *(
            np.where(booking == NONE, getattr(asked, field.name), getattr(known, field.name)[booking])
            for field in fields(Trips)
        )
    )


def _worth(products: Products, product: IntArray, trips: Trips) -> IntArray:
    """About what each stay costs, outside the experiment."""
    busy = 100 + season(products.season_kind[product], trips.starts)
    return products.price[product] * (trips.ends - trips.starts) * trips.units * busy


def _arms(draws: Draws, arm: IntArray, worth: IntArray) -> IntArray:
    """The arm of each visit; for those that book nothing by a lot.

    The lots make up for what the visits that book have: all together fall into the arms alike, so that the
    share of them that books follows the price. They are spread evenly over cheap and dear stays.
    """
    drawn = np.flatnonzero(arm == _LEFT_TO_LOT)
    weights = np.array(ARM_WEIGHTS, dtype=np.int64)
    bookings = int(np.count_nonzero(arm >= 0))
    everyone = bookings + len(drawn)
    left = np.maximum(everyone * weights.sum() - len(weights) * bookings * weights, 0)
    lots = Lottery([left.tolist() if left.any() else [1] * len(weights)])
    from_cheap_to_dear = drawn[np.argsort(worth[drawn], kind="stable")]
    word = (np.arange(len(drawn)) * _GOLDEN + int(draws.words(1)[0])) % 2**WORD_BITS
    arm = arm.copy()
    arm[from_cheap_to_dear] = lots.draw(word)
    return arm


def _when(
    draws: Draws, visits: Visits, steps: Steps, visit: IntArray, arm: IntArray, is_second: BoolArray
) -> IntArray:
    """When each quote was seen: the first with the visit's view, the second between it and what follows."""
    last = np.where(happened(steps.checkout), steps.checkout, steps.ended)[visit]
    seen = steps.viewed[visit]
    seen = np.where(is_second, seen + (last - seen) * draws.within(100, 900, len(visit)) // 1_000, seen)
    # A visit may begin before the experiment and book in it: it has seen the arm's price by then.
    late = (visits.outcome[visit] == BOOKS) & (arm >= 0)
    return np.where(late, np.maximum(seen, EXPERIMENT.begins), seen)


def _listed(world: World, booked: BookedSlice, booking: IntArray) -> IntArray:
    """List prices in the reporting currency, at the rate in force at the booking."""
    currency = booked.currency[booking]
    rate = world.rates.in_force(currency, booked.created[booking])
    return convert(booked.prices.listed[booking], world.rates.decimals[currency], rate)
