"""What the other tables need to know of the bookings that they hang on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import LocalDays
from analytics_lib.sources.sample.demand import MODELS
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray
from analytics_lib.sources.sample.exchange import ExchangeRates
from analytics_lib.sources.sample.fates import Fates
from analytics_lib.sources.sample.partners import Partners
from analytics_lib.sources.sample.prices import Prices
from analytics_lib.sources.sample.products import Products
from analytics_lib.sources.sample.rows import named
from analytics_lib.sources.sample.trips import Trips


@dataclass(frozen=True)
class World:
    """What all slices have in common.

    `begin` and `through` are the instants from which and before which the platform has data; nothing that
    happens at or after `through` may be in it.
    """

    seed: int
    begin: int
    through: int
    local: LocalDays
    products: Products
    partners: Partners
    rates: ExchangeRates


@dataclass(frozen=True)
class BookedSlice:
    """The bookings of some local days in order of time, one array an attribute.

    Positions, not names, stand for what is named: `country` in COUNTRY_CODES, `model` in MODELS, `product`
    in products.all, `place` in DESTINATIONS, `kind` in products.KINDS, `currency` in CURRENCIES, `channel`
    in CHANNELS, `device` in DEVICES (-1 where none is seen), `partner` in partners.ids (-1 for direct
    bookings), `buyer` in trips.BUYERS, `arm` in story.ARMS (-1 outside the experiment). `customer` counts
    from 0 within the model.
    """

    label: str
    """The first local day; names the slice's streams of chance."""
    first: int
    """The first local day, since 1970."""
    after: int
    """The local day after the last one."""
    number: IntArray
    """Of the booking, from 1."""
    booking_id: pa.Array
    customer_id: pa.Array
    customer: IntArray
    is_new: BoolArray
    country: IntArray
    model: IntArray
    partner: IntArray
    buyer: IntArray
    currency: IntArray
    product: IntArray
    place: IntArray
    kind: IntArray
    channel: IntArray
    device: IntArray
    arm: IntArray
    day: IntArray
    created: IntArray
    is_test: BoolArray
    trips: Trips
    prices: Prices
    fates: Fates

    def __len__(self) -> int:
        return len(self.number)

    def draws(self, seed: int, subject: str) -> Draws:
        """A stream of chance of its own for a subject."""
        return Draws(seed, subject, self.label)


class Hanging(Protocol):
    """Writes tables whose rows hang on bookings."""

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """The rows that one slice brings, as (canonical table, rows); slices come in order of time."""

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """The rows that can only be told when all slices are known."""


def scoped(booked: BookedSlice, partners: Partners, rows: IntArray | None = None) -> dict[str, pa.Array]:
    """`business_model`, `partner_id` and `is_test` of the bookings at these positions, or of all."""
    at = np.arange(len(booked), dtype=np.int64) if rows is None else rows
    partner = booked.partner[at]
    return {
        "business_model": named(MODELS, booked.model[at]),
        "partner_id": named(partners.ids, partner, partner >= 0),
        "is_test": pa.array(booked.is_test[at]),
    }
