"""Exchange rates, and converting by them in whole numbers.

A rate is units of a currency for one euro, times 10^9. Each working day has one rate, in force from
16:00 local time until the next; it wanders like a reference rate and is drawn, not copied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import local_instant
from analytics_lib.sources.sample.draws import Draws, IntArray
from analytics_lib.sources.sample.rows import as_table, instants

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


BASE = Currency("EUR", 2, RATE_SCALE, 0, 1)
CURRENCIES: tuple[Currency, ...] = (
    BASE,
    Currency("USD", 2, 1_110_000_000, 4_200, 100_000),
    Currency("GBP", 2, 856_000_000, 2_600, 10_000),
    Currency("JPY", 0, 168_000_000_000, 5_300, 10_000_000),
    Currency("CHF", 2, 943_000_000, 3_000, 100_000),
    Currency("SEK", 2, 11_200_000_000, 3_600, 100_000),
)
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
        self._rates = np.stack([_walk(seed, currency, len(working)) for currency in CURRENCIES])
        self.decimals = np.array([currency.decimals for currency in CURRENCIES], dtype=np.int64)

    def in_force(self, currency: IntArray, instant: IntArray) -> IntArray:
        """The rate of each currency (a position in CURRENCIES) at each instant."""
        rates: IntArray = self._rates[currency, np.searchsorted(self._valid_from, instant, side="right") - 1]
        return rates

    def table(self) -> pa.Table:
        """The canonical table `exchange_rates`; the base currency needs no rate and has none."""
        count = len(self._valid_from)
        return as_table(
            "exchange_rates",
            {
                "currency": [currency.code for currency in CURRENCIES[1:] for _ in range(count)],
                "valid_from": instants(np.tile(self._valid_from, len(CURRENCIES) - 1)),
                "units_per_base_e9": self._rates[1:].ravel(),
            },
        )


def _walk(seed: int, currency: Currency, steps: int) -> IntArray:
    """A random walk that is drawn back to its level over months."""
    if currency is BASE:
        return np.full(steps, RATE_SCALE, dtype=np.int64)
    draws = Draws(seed, "exchange", currency.code)
    # A sum of four even draws from -1000 to 1000 has a standard deviation of 1155.
    moves = sum(draws.within(-1_000, 1_000, steps) for _ in range(4))
    rate = currency.level
    walked = []
    for move in np.asarray(moves).tolist():
        rate += rate * move * currency.unrest // 1_155_000_000 + (currency.level - rate) // _PULL_DAYS
        walked.append(rate // currency.grain * currency.grain)
    return np.array(walked, dtype=np.int64)
