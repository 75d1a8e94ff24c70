"""The bookings of one slice of local days, as a canonical table, with the customers who are new in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.customers import COUNTRY_CODES, PREFIXES, Customers
from analytics_lib.sources.sample.days import day_number
from analytics_lib.sources.sample.demand import B2B, B2C, MODELS, second_of_day
from analytics_lib.sources.sample.draws import Draws, IntArray, Lottery
from analytics_lib.sources.sample.exchange import CODES
from analytics_lib.sources.sample.fates import collapse, decide
from analytics_lib.sources.sample.geography import COLLAPSED, DESTINATIONS
from analytics_lib.sources.sample.partner_kinds import CORPORATE
from analytics_lib.sources.sample.partners import Partners
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.prices import price
from analytics_lib.sources.sample.products import HOTEL
from analytics_lib.sources.sample.rows import as_table, days, instants, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World, scoped
from analytics_lib.sources.sample.story import ARM_WEIGHTS, COLLAPSE, EXPERIMENT, SPRING_SALE
from analytics_lib.sources.sample.trips import COMPANY, DIRECT, RESOLD, TRADE, plan_trips
from analytics_lib.sources.sample.ways import CHANNELS, DEVICES, choose

_TEST_SHARE = 50
_REGISTERS_BEFORE = 1_500
_SHUN = 8_800
_ARM = Lottery([ARM_WEIGHTS])


class BookingBook:
    """Writes bookings slice by slice; slices must be asked for in order of time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._customers = Customers(world.seed, world.partners)
        self._written = 0

    def write(self, first: date, counts: IntArray) -> BookedSlice:
        """The bookings of some days.

        Parameters: the first local day, and the number of bookings by day (rows) and business model.
        """
        world, seed, label = self._world, self._world.seed, first.isoformat()
        cells = np.arange(counts.size, dtype=np.int64)
        cell = np.repeat(cells, counts.ravel())
        day, model = day_number(first) + cell // len(MODELS), cell % len(MODELS)
        second = second_of_day(Draws(seed, "hours", label), model)
        created = world.local.at(day, second)
        order = np.argsort(created, kind="stable")
        day, model, second, created = day[order], model[order], second[order], created[order]
        elapsed = day - day_number(FIRST_DAY)

        buyers = self._customers.book(Draws(seed, "buyers", label), model, created, elapsed)
        buyer = _buyer_group(model, buyers.partner, world.partners)
        product = _products(world, label, buyer, day, elapsed)
        trips = plan_trips(Draws(seed, "trips", label), world.products, product, buyer, day, second)
        arm = _arms(Draws(seed, "arms", label), model, world.products.kind[product], day)
        prices = price(
            Draws(seed, "prices", label),
            world.products,
            product,
            buyer,
            trips,
            buyers.currency,
            world.rates,
            created,
            day,
            arm,
        )
        fates = decide(
            Draws(seed, "fates", label),
            world.local,
            model,
            buyer,
            world.products.kind[product],
            trips,
            created,
            day,
            world.through,
        )
        fates = collapse(
            Draws(seed, "collapse", label),
            world.local,
            fates,
            world.products.place[product],
            trips,
            created,
            world.through,
        )
        ways = Draws(seed, "ways", label)
        own_name = world.partners.has_own_name(buyers.partner, created)
        channel, device = choose(ways, model, own_name, SPRING_SALE.holds(day))
        number = np.arange(self._written + 1, self._written + 1 + len(model), dtype=np.int64)
        self._written += len(model)
        return BookedSlice(
            label=label,
            first=day_number(first),
            after=day_number(first) + len(counts),
            number=number,
            booking_id=numbered("b", number, 8),
            customer_id=_customer_ids(model, buyers.number),
            customer=buyers.number,
            is_new=buyers.is_new,
            country=buyers.country,
            model=model,
            partner=buyers.partner,
            buyer=buyer,
            currency=buyers.currency,
            product=product,
            place=world.products.place[product],
            kind=world.products.kind[product],
            channel=channel,
            device=device,
            arm=arm,
            day=day,
            created=created,
            is_test=ways.chance(_TEST_SHARE, len(day)),
            trips=trips,
            prices=prices,
            fates=fates,
        )

    def tables(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """The canonical tables `customers`, with those who are new, and `bookings`."""
        yield "customers", self._customers_table(booked)
        yield "bookings", self._table(booked)

    def _customers_table(self, booked: BookedSlice) -> pa.Table:
        """Who booked for the first time; direct customers register up to 25 minutes before they book."""
        draws = booked.draws(self._world.seed, "registrations")
        before = np.where(booked.model == B2C, draws.below(_REGISTERS_BEFORE, len(booked)), 0)
        joined = np.maximum(booked.created - before, self._world.begin)
        new = np.flatnonzero(booked.is_new)
        new = new[np.argsort(joined[new], kind="stable")]
        return as_table(
            "customers",
            {
                "customer_id": booked.customer_id.take(pa.array(new)),
                "joined_at": instants(joined[new]),
                "country_code": named(COUNTRY_CODES, booked.country[new]),
            },
        )

    def _table(self, booked: BookedSlice) -> pa.Table:
        products, fates, prices, trips = self._world.products, booked.fates, booked.prices, booked.trips
        places = [destination.destination_id for destination in DESTINATIONS]
        return as_table(
            "bookings",
            {
                "booking_id": booked.booking_id,
                "customer_id": booked.customer_id,
                "product_id": named(products.ids(), booked.product),
                "destination_id": named(places, booked.place),
                "channel": named(CHANNELS, booked.channel),
                "device": named(DEVICES, booked.device, booked.device >= 0),
                "created_at": instants(booked.created),
                "confirmed_at": instants(fates.confirmed.at, fates.confirmed.happened),
                "cancelled_at": instants(fates.cancelled.at, fates.cancelled.happened),
                "no_show_at": instants(fates.no_show.at, fates.no_show.happened),
                "completed_at": instants(fates.completed.at, fates.completed.happened),
                "expired_at": instants(fates.expired.at, fates.expired.happened),
                "starts_on": days(trips.starts),
                "ends_on": days(trips.ends),
                "party_size": whole(trips.party),
                "units": whole(trips.units),
                "currency": named(CODES, booked.currency),
                "list_price_minor": whole(prices.listed),
                "discount_minor": whole(prices.discount),
                "price_minor": whole(prices.price),
                "price_base_minor": whole(prices.base),
                "lodging_base_minor": whole(prices.base_lodging, prices.is_stay),
                "tax_base_minor": whole(prices.base_tax),
                **scoped(booked, self._world.partners),
            },
        )


def _products(world: World, label: str, buyer: IntArray, day: IntArray, elapsed: IntArray) -> IntArray:
    """What each booking is for; while a place has collapsed, most who wanted to go there go elsewhere."""
    quarter = elapsed * 4 // 365
    product = world.products.booked(Draws(world.seed, "products", label).words(len(day)), buyer, quarter)
    elsewhere = Draws(world.seed, "elsewhere", label)
    other = world.products.booked(elsewhere.words(len(day)), buyer, quarter)
    shuns = elsewhere.chance(_SHUN, len(day)) & COLLAPSE.holds(day)
    return np.where(shuns & (world.products.place[product] == COLLAPSED), other, product)


def _arms(draws: Draws, model: IntArray, kind: IntArray, day: IntArray) -> IntArray:
    """The arm of the price experiment that each booking was made in, -1 for none."""
    arm = _ARM.draw(draws.words(len(model)))
    return np.where((model == B2C) & (kind == HOTEL) & EXPERIMENT.holds(day), arm, -1)


def _buyer_group(model: IntArray, partner: IntArray, partners: Partners) -> IntArray:
    corporate = (partner >= 0) & (partners.kind[partner] == CORPORATE)
    group = np.where(model == B2C, DIRECT, np.where(model == B2B, TRADE, RESOLD))
    return np.where(corporate, COMPANY, group)


def _customer_ids(model: IntArray, number: IntArray) -> pa.Array:
    """Ids such as c0000123, cb0000045 and cr0000006."""
    by_model = [numbered(prefix, number[model == place] + 1, 7) for place, prefix in enumerate(PREFIXES)]
    together = pa.concat_arrays(by_model)
    back = np.argsort(np.argsort(model, kind="stable"), kind="stable")
    return together.take(pa.array(back))
