"""Exchange rates, and converting by them in whole numbers.

A rate is units of a currency for one euro, times 10^9. Each working day has one rate, in force from
16:00 local time until the next; it wanders like a reference rate and is drawn, not copied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import local_instant
from analytics_lib.sources.sample.draws import Draws, IntArray
from analytics_lib.sources.sample.rows import as_table, instants
from analytics_lib.sources.sample.story import POUND_SHOCK, ZLOTY_START

RATE_SCALE = 1_000_000_000
_PUBLISHED_HOUR = 16
_PULL_DAYS = 150


@dataclass(frozen=True)
class Currency:
    """A rate's long-run `level` in 10^-9, daily `unrest` in millionths, and `grain` of rounding."""

    code: str
    decimals: int
    level: int
    unrest: int
    grain: int
    since: date | None = None
    """The day of the first rate, if there is none from the beginning."""


BASE = Currency("EUR", 2, RATE_SCALE, 0, 1)
CURRENCIES: tuple[Currency, ...] = (
    BASE,
    Currency("USD", 2, 1_110_000_000, 4_200, 100_000),
    Currency("GBP", 2, 856_000_000, 2_600, 10_000),
    Currency("JPY", 0, 168_000_000_000, 5_300, 10_000_000),
    Currency("CHF", 2, 943_000_000, 3_000, 100_000),
    Currency("SEK", 2, 11_200_000_000, 3_600, 100_000),
    Currency("PLN", 2, 4_270_000_000, 3_000, 100_000, ZLOTY_START),
)
SHOCKED = "GBP"
"""The currency that loses a tenth of its value."""
# In each of three working days, in thousandths; its level changes for good.
_SHOCK_DAYS, _SHOCK_STEP = 3, 1_033

CODES = [currency.code for currency in CURRENCIES]


def convert(minor: IntArray, decimals: IntArray, rate: IntArray) -> IntArray:
    """Minor units of a currency in euro cents, rounded half away from zero.

    Parameters: amounts of at most 9 * 10^13 cents' worth, the currency's decimals (0 to 2), its rate.
    The quotient is found in two steps, since amount times 10^9 can exceed 64 bits.
    """
    cents = np.abs(minor) * 10 ** (2 - decimals)
    whole, rest = np.divmod(cents * 100_000, rate)
    fine, rest = np.divmod(rest * 10_000, rate)
    rounded = whole * 10_000 + fine + (rest * 2 >= rate)
    converted: IntArray = np.sign(minor) * rounded
    return converted


class ExchangeRates:
    """The rates of all currencies from the last working day before `first` to the day before `through`."""

    def __init__(self, seed: int, first: date, through: date) -> None:
        days = [first + timedelta(days=i) for i in range(-4, (through - first).days)]
        working = [day for day in days if day.weekday() < 5]
        while len(working) > 1 and working[1] < first:
            working.pop(0)
        self._valid_from = np.array([local_instant(day, _PUBLISHED_HOUR) for day in working], dtype=np.int64)
        self._working = working
        self._rates = np.stack([_walk(seed, currency, working) for currency in CURRENCIES])
        # The first rate of each quarter, from which price lists are made; or the currency's first one.
        quarters = [(day.year, (day.month - 1) // 3) for day in working]
        starts = [
            place for place, quarter in enumerate(quarters) if place == 0 or quarter != quarters[place - 1]
        ]
        self._of_list = np.array([max(at for at in starts if at <= place) for place in range(len(working))])
        self._first = np.array([self._place_of(currency.since) for currency in CURRENCIES], dtype=np.int64)
        self.decimals = np.array([currency.decimals for currency in CURRENCIES], dtype=np.int64)

    def in_force(self, currency: IntArray, instant: IntArray) -> IntArray:
        """The rate of each currency (a position in CURRENCIES) at each instant."""
        rates: IntArray = self._rates[currency, self._at(instant)]
        return rates

    def of_list(self, currency: IntArray, instant: IntArray) -> IntArray:
        """The rate by which the price list that is valid at each instant was made."""
        place = np.maximum(self._of_list[self._at(instant)], self._first[currency])
        rates: IntArray = self._rates[currency, place]
        return rates

    def _at(self, instant: IntArray) -> IntArray:
        return np.searchsorted(self._valid_from, instant, side="right") - 1

    def _place_of(self, since: date | None) -> int:
        """The place of the rate that is in force when a day begins; the number of rates if none is yet."""
        earlier = sum(day < since for day in self._working) if since else 1
        return earlier if earlier == len(self._working) and since else earlier - 1

    def table(self) -> pa.Table:
        """The canonical table `exchange_rates`; the base currency needs no rate and has none."""
        codes: list[str] = []
        places: list[IntArray] = []
        for currency, first in zip(CURRENCIES[1:], self._first.tolist()[1:], strict=True):
            places.append(np.arange(first, len(self._valid_from), dtype=np.int64))
            codes += [currency.code] * len(places[-1])
        owner = np.array([CODES.index(code) for code in codes], dtype=np.int64)
        place = np.concatenate(places)
        return as_table(
            "exchange_rates",
            {
                "currency": codes,
                "valid_from": instants(self._valid_from[place]),
                "units_per_base_e9": self._rates[owner, place],
            },
        )


def _walk(seed: int, currency: Currency, working: Sequence[date]) -> IntArray:
    """A random walk that is drawn back to its level over months."""
    steps = len(working)
    if currency is BASE:
        return np.full(steps, RATE_SCALE, dtype=np.int64)
    draws = Draws(seed, "exchange", currency.code)
    # A sum of four even draws from -1000 to 1000 has a standard deviation of 1155.
    moves = sum(draws.within(-1_000, 1_000, steps) for _ in range(4))
    shocks = [day for day in working if currency.code == SHOCKED and day >= POUND_SHOCK][:_SHOCK_DAYS]
    rate = level = currency.level
    walked = []
    for day, move in zip(working, np.asarray(moves).tolist(), strict=True):
        if day in shocks:
            rate, level = rate * _SHOCK_STEP // 1_000, level * _SHOCK_STEP // 1_000
        rate += rate * move * currency.unrest // 1_155_000_000 + (level - rate) // _PULL_DAYS
        walked.append(rate // currency.grain * currency.grain)
    return np.array(walked, dtype=np.int64)
