"""Who books: pseudonymous customers, numbered in each business model by the order of their first booking.

Nothing is remembered but how many there are: a customer's country, currency and partner follow from
the number, so that ten million bookings need no more memory than ten.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.days import local_instant
from analytics_lib.sources.sample.demand import B2C, MODELS
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery, words_of
from analytics_lib.sources.sample.exchange import CODES
from analytics_lib.sources.sample.partners import HOME_COUNTRIES, HOME_CURRENCIES, Partners
from analytics_lib.sources.sample.story import ZLOTY_START

_ZLOTY = local_instant(ZLOTY_START)

PREFIXES = ("c", "cb", "cr")
"""Of customer ids, by business model."""

# Country, currency and share of customers who book directly.
_COUNTRIES = (
    ("ES", "EUR", 19),
    ("GB", "GBP", 16),
    ("DE", "EUR", 13),
    ("FR", "EUR", 10),
    ("US", "USD", 11),
    ("IT", "EUR", 7),
    ("PT", "EUR", 5),
    ("NL", "EUR", 5),
    ("CH", "CHF", 4),
    ("SE", "SEK", 4),
    ("JP", "JPY", 2),
    ("IE", "EUR", 2),
    ("BE", "EUR", 2),
    ("PL", "PLN", 6),
)
COUNTRY_CODES = [country for country, _, _ in _COUNTRIES]
_LATE = COUNTRY_CODES.index("PL")
"""Nobody comes from there before its currency is offered."""
_SHARES = Lottery(
    [
        [0 if place == _LATE and early else share for place, (_, _, share) in enumerate(_COUNTRIES)]
        for early in (1, 0)
    ]
)
_CURRENCY_OF_COUNTRY = np.array([CODES.index(currency) for _, currency, _ in _COUNTRIES], dtype=np.int64)
_COUNTRY_OF_HOME = np.array([COUNTRY_CODES.index(country) for country in HOME_COUNTRIES], dtype=np.int64)
_CURRENCY_OF_HOME = np.array([CODES.index(currency) for currency in HOME_CURRENCIES], dtype=np.int64)

# New customers among those who book: all at first, then fewer towards a settled share.
_SETTLED_SHARE, _EARLY_SHARE, _HALF_LIFE_DAYS = 3_200, 4_600, 120
# More than half of the repeat bookings go to the frequent customers, one customer in twelve.
_FREQUENT_CHOICE, _FREQUENT_EVERY = 5_600, 12


@dataclass(frozen=True)
class Buyers:
    """Who made each booking of a slice; `partner` is -1 for direct bookings."""

    number: IntArray
    is_new: BoolArray
    country: IntArray
    currency: IntArray
    partner: IntArray


class Customers:
    """The customers so far. Call `book` slice by slice in order of time."""

    def __init__(self, seed: int, partners: Partners) -> None:
        self._seed, self._partners = seed, partners
        self._joined = [0] * len(MODELS)
        self._late_from: int | None = None
        """The first direct customer who joined when all currencies were offered."""

    def book(self, draws: Draws, model: IntArray, created: IntArray, day: IntArray) -> Buyers:
        """The buyer of each booking in order of time; `day` counts from the platform's first day."""
        size = len(model)
        number, partner = np.empty(size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
        country, currency = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
        is_new = draws.chance(
            _SETTLED_SHARE + _EARLY_SHARE * _HALF_LIFE_DAYS // (_HALF_LIFE_DAYS + day), size
        )
        back = (draws.words(size) * draws.below(2**31 - 1, size)) >> 31
        frequent = draws.chance(_FREQUENT_CHOICE, size)
        abroad = draws.chance(900, size)
        for place in range(len(MODELS)):
            rows = np.flatnonzero(model == place)
            if not len(rows):
                continue
            is_new[rows[0]] |= self._joined[place] == 0
            known = self._joined[place] + np.cumsum(is_new[rows])
            self._joined[place] = int(known[-1])
            earlier = known - 1 - ((back[rows] * known) >> 32)
            earlier -= np.where(frequent[rows], earlier % _FREQUENT_EVERY, 0)
            number[rows] = np.where(is_new[rows], known - 1, earlier)
            if place == B2C:
                if self._late_from is None and created[rows[-1]] >= _ZLOTY:
                    earlier_ones = known[created[rows] < _ZLOTY]
                    self._late_from = int(
                        earlier_ones[-1] if len(earlier_ones) else known[0] - is_new[rows[0]]
                    )
                offered = np.zeros(len(rows), dtype=np.int64)
                if self._late_from is not None:
                    offered = (number[rows] >= self._late_from).astype(np.int64)
                country[rows] = _SHARES.draw(words_of(self._seed, "country", number[rows]), offered)
                currency[rows] = _CURRENCY_OF_COUNTRY[country[rows]]
            else:
                partner[rows] = self._partners.of_customers(place, number[rows], created[rows])
                home = self._partners.home_country(partner[rows])
                country[rows], currency[rows] = _COUNTRY_OF_HOME[home], _CURRENCY_OF_HOME[home]
        # Some who pay in another currency at home take the price in euros.
        currency[abroad] = 0
        return Buyers(number, is_new, country, currency, partner)
