"""Which products the platform holds rooms of, and quotes to visitors at known prices."""

from __future__ import annotations

import numpy as np

from analytics_lib.sources.sample.draws import IntArray
from analytics_lib.sources.sample.geography import DESTINATIONS
from analytics_lib.sources.sample.products import HOTEL, Products

_LARGEST_PLACES = 20


def quoted_products(products: Products) -> IntArray:
    """The most popular hotel in each of the largest places, as positions in `products.all`, ascending."""
    weight = np.array([city.weight for city in DESTINATIONS], dtype=np.int64)
    places = np.argsort(-weight, kind="stable")[:_LARGEST_PLACES]
    popularity = np.array([product.popularity for product in products.all], dtype=np.int64)
    hotels = [np.flatnonzero((products.kind == HOTEL) & (products.place == place)) for place in places]
    return np.sort(np.array([of_place[np.argmax(popularity[of_place])] for of_place in hotels]))
