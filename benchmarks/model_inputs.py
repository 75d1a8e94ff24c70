"""What `models_against_libraries` asks about: published data, and made ones with a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tests.models.series_made import AIR_PASSENGERS

SPIKE = 700
"""The day that brings half of what is usual, in the planted series."""
SWELL = range(800, 814)
"""The days that bring half as much again."""


def months(count: int) -> list[pd.Series[Any]]:
    """AirPassengers, and made ones with growth, season, wander and noise; ten to twelve years each."""
    random = np.random.default_rng(1)
    found = [AIR_PASSENGERS.set_axis(pd.period_range("2014-01", periods=144, freq="M"))]
    while len(found) < count:
        steps = np.arange(int(random.integers(120, 145)))
        season = random.normal(0, random.uniform(0.02, 0.25), 12)[steps % 12]
        wander = np.cumsum(random.normal(0, random.uniform(0.0, 0.03), len(steps)))
        noise = random.normal(0, random.uniform(0.02, 0.12), len(steps))
        growth = random.uniform(-0.002, 0.008) * steps
        values = 10 ** random.uniform(1.5, 4) * np.exp(season + wander + noise + growth)
        index = pd.period_range("2014-01", periods=len(steps), freq="M")
        found.append(pd.Series(np.round(values), index))
    return found[:count]


def days(count: int, *, planted: bool = False) -> list[pd.Series[Any]]:
    """Counts of 1,000 days with a week, a year, growth and a slow wander; with two events if `planted`."""
    random, steps = np.random.default_rng(2), np.arange(1_000)
    found = []
    for _ in range(count):
        week = random.normal(0, 0.2, 7)[steps % 7]
        year = random.uniform(0.05, 0.3) * np.sin(2 * np.pi * (steps / 365.25 + random.uniform()))
        wander = np.cumsum(random.normal(0, random.uniform(0.0, 0.01), len(steps)))
        growth = random.uniform(-0.0002, 0.0005) * steps
        means = 10 ** random.uniform(1.6, 2.7) * np.exp(week + year + wander + growth)
        if planted:
            means[SPIKE] *= 0.5
            means[SWELL] *= 1.5
        index = pd.date_range("2024-01-01", periods=len(steps), freq="D")
        found.append(pd.Series(random.poisson(means).astype("float64"), index))
    return found


def purchases(customers: int) -> pd.DataFrame:
    """Two years of purchases: `customer_id`, `date`, `value`, as both sides suppose that they come about."""
    random = np.random.default_rng(3)
    rates, leaving = random.gamma(0.6, 1 / 60.0, customers), random.beta(0.8, 2.5, customers)
    typical = random.gamma(4.0, 10.0, customers)
    now = random.integers(0, 540, customers).astype(float)
    who, when = [np.arange(customers)], [now]
    there = np.ones(customers, dtype=bool)
    while there.any():
        now = now + random.exponential(1 / np.maximum(rates, 1e-9))
        there &= now < 730
        who, when = [*who, np.flatnonzero(there)], [*when, now[there]]
        there &= random.uniform(size=customers) > leaving
    names = np.concatenate(who)
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.floor(np.concatenate(when)), unit="D")
    return pd.DataFrame(
        {"customer_id": names, "date": dates, "value": random.gamma(4.0, typical[names] / 4.0)}
    )


def lasting(rows: int) -> pd.DataFrame:
    """How long each was observed in days, whether it `ended` then, and two covariates that matter."""
    random = np.random.default_rng(4)
    first, second = random.normal(size=rows), random.integers(0, 2, rows).astype(float)
    ends = random.exponential(300 * np.exp(-0.4 * first - 0.3 * second))
    seen = random.uniform(30, 900, rows)
    return pd.DataFrame(
        {
            "duration": np.ceil(np.minimum(ends, seen)),
            "ended": ends <= seen,
            "first": first,
            "second": second,
        }
    )


def quotes(visits: int) -> pd.DataFrame:
    """Prices shown in three arms, of forty products, to visitors with some two visits each."""
    random = np.random.default_rng(5)
    product, arm = random.integers(0, 40, visits), random.integers(0, 3, visits)
    factor = np.array([0.9, 1.0, 1.1])[arm]
    price = np.exp(5 + random.normal(0, 0.5, 40)[product] + random.normal(0, 0.1, visits)) * factor
    rate = 0.2 * np.exp(random.normal(0, 0.3, 40)[product]) * factor**-1.6
    return pd.DataFrame(
        {
            "price": price,
            "bought": (random.uniform(size=visits) < np.minimum(rate, 1)).astype(int),
            "arm": np.array(["low", "control", "high"])[arm],
            "product": [f"p{each}" for each in product],
            "visitor": random.integers(0, visits // 2, visits),
        }
    )
