"""The bookings of one slice of local days, as a canonical table, with the customers who are new in it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.customers import COUNTRY_CODES, PREFIXES, Buyers, Customers
from analytics_lib.sources.sample.days import LocalDays, day_number, local_instant
from analytics_lib.sources.sample.demand import B2B, B2C, MODELS, second_of_day
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery
from analytics_lib.sources.sample.exchange import CODES, ExchangeRates
from analytics_lib.sources.sample.fates import Fates, decide
from analytics_lib.sources.sample.geography import DESTINATIONS
from analytics_lib.sources.sample.partners import CORPORATE, Partners
from analytics_lib.sources.sample.plan import FIRST_DAY, SamplePlan
from analytics_lib.sources.sample.prices import Prices, price
from analytics_lib.sources.sample.products import Products
from analytics_lib.sources.sample.rows import as_table, days, instants, named, numbered, whole
from analytics_lib.sources.sample.trips import (
    COMPANY,
    DIRECT,
    LONGEST_LEAD,
    LONGEST_STAY,
    RESOLD,
    TRADE,
    Trips,
    plan_trips,
)

_TEST_SHARE = 50
_REGISTERS_BEFORE = 1_500

# Channel, device (None where none is seen), and weight for b2c, b2b, b2b2c.
_WAYS: tuple[tuple[str, str | None, int, int, int], ...] = (
    ("organic_search", "desktop", 125, 0, 0),
    ("organic_search", "mobile", 150, 0, 0),
    ("organic_search", "tablet", 18, 0, 0),
    ("paid_search", "desktop", 92, 0, 0),
    ("paid_search", "mobile", 130, 0, 0),
    ("paid_search", "tablet", 12, 0, 0),
    ("direct", "desktop", 92, 0, 0),
    ("direct", "mobile", 58, 0, 0),
    ("direct", "tablet", 9, 0, 0),
    ("app", "mobile", 110, 0, 0),
    ("email", "desktop", 26, 0, 0),
    ("email", "mobile", 48, 0, 0),
    ("social", "desktop", 8, 0, 0),
    ("social", "mobile", 52, 0, 0),
    ("metasearch", "desktop", 34, 0, 0),
    ("metasearch", "mobile", 36, 0, 0),
    ("partner_portal", "desktop", 0, 480, 190),
    ("partner_portal", "mobile", 0, 46, 24),
    ("partner_portal", "tablet", 0, 20, 8),
    ("api", None, 0, 360, 380),
    ("phone", None, 0, 94, 0),
    ("white_label", "desktop", 0, 0, 170),
    ("white_label", "mobile", 0, 0, 210),
    ("white_label", "tablet", 0, 0, 18),
)
_CHANNELS = [way[0] for way in _WAYS]
_DEVICES = [way[1] for way in _WAYS]
_WAY = Lottery([[way[2] for way in _WAYS], [way[3] for way in _WAYS], [way[4] for way in _WAYS]])


class BookingBook:
    """Writes bookings slice by slice; slices must be asked for in order of time."""

    def __init__(
        self, plan: SamplePlan, products: Products, partners: Partners, rates: ExchangeRates
    ) -> None:
        self._seed, self._products, self._partners, self._rates = plan.seed, products, partners, rates
        self._customers = Customers(plan.seed, partners)
        self._first = day_number(FIRST_DAY)
        self._begin, self._through = local_instant(FIRST_DAY), local_instant(plan.through)
        self._local = LocalDays(FIRST_DAY, plan.through + timedelta(days=LONGEST_LEAD + LONGEST_STAY + 2))
        self._written = 0

    def write(self, first: date, counts: IntArray) -> tuple[pa.Table, pa.Table]:
        """New customers and bookings of some days.

        Parameters: the first local day, and the number of bookings by day (rows) and business model.
        """
        seed, label = self._seed, first.isoformat()
        cells = np.arange(counts.size, dtype=np.int64)
        cell = np.repeat(cells, counts.ravel())
        day, model = day_number(first) + cell // len(MODELS), cell % len(MODELS)
        second = second_of_day(Draws(seed, "hours", label), model)
        created = self._local.at(day, second)
        order = np.argsort(created, kind="stable")
        day, model, second, created = day[order], model[order], second[order], created[order]
        elapsed = day - self._first

        buyers = self._customers.book(Draws(seed, "buyers", label), model, created, elapsed)
        buyer = _buyer_group(model, buyers.partner, self._partners)
        draws = Draws(seed, "products", label)
        product = self._products.booked(draws.words(len(day)), buyer, elapsed * 4 // 365)
        trips = plan_trips(Draws(seed, "trips", label), self._products, product, buyer, day, second)
        prices = price(
            Draws(seed, "prices", label),
            self._products,
            product,
            buyer,
            trips,
            buyers.currency,
            self._rates,
            created,
            elapsed,
        )
        kind = self._products.kind[product]
        fates = decide(
            Draws(seed, "fates", label), self._local, model, buyer, kind, trips, created, day, self._through
        )
        ways = Draws(seed, "ways", label)
        way, is_test = _WAY.draw(ways.words(len(day)), model), ways.chance(_TEST_SHARE, len(day))
        customer_id = _customer_ids(model, buyers.number)
        customers = self._customers_table(
            Draws(seed, "registrations", label), model, buyers, created, customer_id
        )
        bookings = self._table(
            model, buyers, product, trips, prices, fates, way, is_test, created, customer_id
        )
        return customers, bookings

    def _customers_table(
        self, draws: Draws, model: IntArray, buyers: Buyers, created: IntArray, customer_id: pa.Array
    ) -> pa.Table:
        """Who booked for the first time; direct customers register up to 25 minutes before they book."""
        before = np.where(model == B2C, draws.below(_REGISTERS_BEFORE, len(model)), 0)
        joined = np.maximum(created - before, self._begin)
        new = np.flatnonzero(buyers.is_new)
        new = new[np.argsort(joined[new], kind="stable")]
        return as_table(
            "customers",
            {
                "customer_id": customer_id.take(pa.array(new)),
                "joined_at": instants(joined[new]),
                "country_code": named(COUNTRY_CODES, buyers.country[new]),
            },
        )

    def _table(
        self,
        model: IntArray,
        buyers: Buyers,
        product: IntArray,
        trips: Trips,
        prices: Prices,
        fates: Fates,
        way: IntArray,
        is_test: BoolArray,
        created: IntArray,
        customer_id: pa.Array,
    ) -> pa.Table:
        numbers = np.arange(self._written + 1, self._written + 1 + len(model), dtype=np.int64)
        self._written += len(model)
        return as_table(
            "bookings",
            {
                "booking_id": numbered("b", numbers, 8),
                "customer_id": customer_id,
                "product_id": named(self._products.ids(), product),
                "destination_id": named(
                    [d.destination_id for d in DESTINATIONS], self._products.place[product]
                ),
                "channel": named(_CHANNELS, way),
                "device": named(_DEVICES, way),
                "created_at": instants(created),
                "confirmed_at": instants(fates.confirmed.at, fates.confirmed.happened),
                "cancelled_at": instants(fates.cancelled.at, fates.cancelled.happened),
                "no_show_at": instants(fates.no_show.at, fates.no_show.happened),
                "completed_at": instants(fates.completed.at, fates.completed.happened),
                "expired_at": instants(fates.expired.at, fates.expired.happened),
                "starts_on": days(trips.starts),
                "ends_on": days(trips.ends),
                "party_size": whole(trips.party),
                "units": whole(trips.units),
                "currency": named(CODES, buyers.currency),
                "list_price_minor": whole(prices.listed),
                "discount_minor": whole(prices.discount),
                "price_minor": whole(prices.price),
                "price_base_minor": whole(prices.base),
                "lodging_base_minor": whole(prices.base_lodging, prices.is_stay),
                "tax_base_minor": whole(prices.base_tax),
                "business_model": named(MODELS, model),
                "partner_id": named(self._partners.ids, buyers.partner, buyers.partner >= 0),
                "is_test": pa.array(is_test),
            },
        )


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
