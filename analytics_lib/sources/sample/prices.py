"""What a booking costs: list price, discount and price, and their parts in the reporting currency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.days import day_number
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery
from analytics_lib.sources.sample.exchange import ExchangeRates, convert
from analytics_lib.sources.sample.geography import season
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.products import HOTEL, Products
from analytics_lib.sources.sample.story import ARM_PERMILLE, SPRING_SALE
from analytics_lib.sources.sample.trips import DIRECT, Trips

# Percent off the list price, and its weight for each buyer.
_PERCENTS = np.array([0, 3, 5, 8, 10, 12, 15, 20, 25], dtype=np.int64)
_DISCOUNT = Lottery(
    [
        (800, 0, 55, 0, 70, 0, 40, 25, 10),
        (120, 40, 160, 240, 240, 130, 60, 10, 0),
        (60, 40, 200, 300, 260, 100, 40, 0, 0),
        (480, 120, 180, 110, 80, 20, 10, 0, 0),
        (140, 0, 60, 0, 260, 0, 300, 180, 60),
    ]
)
_IN_SALE = 4
_ARM_PERMILLE = np.array([*ARM_PERMILLE, 1_000], dtype=np.int64)  # the last for bookings in no arm, -1
_DEARER_A_YEAR = 32
_ROOM_ONLY, _WITH_BREAKFAST = 100, 88
# Smallest step of a list price in minor units, by decimals of the currency: ten yen, a cent.
_STEP = np.array([10, 1, 1], dtype=np.int64)


@dataclass(frozen=True)
class Prices:
    """Minor units of the booking's currency; `base_*` in euro cents; `lodging` counts where `is_stay`."""

    listed: IntArray
    discount: IntArray
    price: IntArray
    base: IntArray
    base_tax: IntArray
    base_lodging: IntArray
    is_stay: BoolArray


def price(
    draws: Draws,
    products: Products,
    product: IntArray,
    buyer: IntArray,
    trips: Trips,
    currency: IntArray,
    rates: ExchangeRates,
    created: IntArray,
    day: IntArray,
    arm: IntArray,
) -> Prices:
    """The price of each trip: from a list in its currency, at the rate in force when it was booked.

    Lists are made anew each quarter, from prices in euros. `arm` is that of the price experiment.
    """
    size, elapsed = len(product), day - day_number(FIRST_DAY)
    is_stay = products.kind[product] == HOTEL
    nights = np.where(is_stay, trips.ends - trips.starts, 1)
    each = products.price[product] * draws.within(900, 1_120, size) // 1_000
    each = each * (1_000 + _DEARER_A_YEAR * elapsed // 365) // 1_000
    each = each * (100 + season(products.season_kind[product], trips.starts)) // 200
    each = each * _ARM_PERMILLE[arm] // 1_000
    euro_cents = each * nights * trips.units
    rate, decimals = rates.in_force(currency, created), rates.decimals[currency]
    step = _STEP[decimals]
    listed = (
        euro_cents
        * (rates.of_list(currency, created) // 1_000)
        // (1_000_000 * 10 ** (2 - decimals))
        // step
        * step
    )
    group = np.where(SPRING_SALE.holds(day) & (buyer == DIRECT), _IN_SALE, buyer)
    percent = _PERCENTS[_DISCOUNT.draw(draws.words(size), group)]
    discount = (listed * percent + 50) // 100
    paid = listed - discount
    base = convert(paid, decimals, rate)
    tax_rate = products.tax[product]
    net = (base * 20_000 + 10_000 + tax_rate) // (2 * (10_000 + tax_rate))
    room_share = np.where(products.breakfast[product], _WITH_BREAKFAST, _ROOM_ONLY)
    return Prices(listed, discount, paid, base, base - net, (net * room_share + 50) // 100, is_stay)
