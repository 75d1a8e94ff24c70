"""What the platform sells: about 200 products, four fifths of them the same kinds in every city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import through_the_year
from analytics_lib.sources.sample.draws import Draws, IntArray, Lottery
from analytics_lib.sources.sample.geography import DESTINATIONS, SEASONS
from analytics_lib.sources.sample.rows import as_table

KINDS = ("hotel", "package", "tour", "activity", "transfer")
HOTEL, PACKAGE, TOUR, ACTIVITY, TRANSFER = range(5)

# Weights are scaled up before they are divided, so that small shares keep their size.
_FINE = 10_000_000

# Shares of the kinds among bookings: direct customers, the travel trade, companies, resellers.
_KIND_SHARES = ((52, 9, 13, 18, 8), (62, 16, 8, 3, 11), (84, 0, 0, 0, 16), (58, 11, 12, 14, 5))

# Name, price in cents (a room night, a person's package, a person, a vehicle), popularity.
_HOTELS = (
    ("Grand Hotel {}", 17_500, 26),
    ("Hotel Central {}", 9_800, 40),
    ("{} Garden Suites", 13_200, 28),
    ("{} Station Inn", 7_200, 34),
    ("Casa Vela {}", 11_600, 20),
)
_TOURS = (
    ("{} Old Town Walk", 2_600, 40),
    ("{} Food and Market Tour", 6_400, 26),
    ("Day Trip from {}", 8_900, 22),
)
_ACTIVITIES = (
    ("{} Museum Pass", 3_900, 44),
    ("{} Cooking Class", 7_800, 16),
    ("{} Evening Boat Trip", 4_600, 24),
)
_TRANSFERS = (("{} Airport Transfer", 4_800, 50),)
_PACKAGES = (("Long Weekend in {}", 34_000, 30), ("A Week in {}", 71_000, 24))


@dataclass(frozen=True)
class Product:
    """A product; `price` in euro cents, `nights` fixed for packages, else 0."""

    name: str
    kind: int
    place: int
    price: int
    popularity: int
    nights: int
    breakfast: bool

    @property
    def kind_name(self) -> str:
        return KINDS[self.kind]


def _offers(place: int, weight: int) -> list[tuple[int, tuple[str, int, int]]]:
    """What is sold in a city: more where interest is larger."""
    hotels = 4 if weight >= 40 else 3
    return [
        *((HOTEL, offer) for offer in (_HOTELS[place % 2 :] + _HOTELS[: place % 2])[:hotels]),
        *((TOUR, offer) for offer in _TOURS[: 2 if weight >= 40 else 1]),
        *((ACTIVITY, offer) for offer in _ACTIVITIES[: 2 if weight >= 30 else 1]),
        *((TRANSFER, offer) for offer in _TRANSFERS),
        *((PACKAGE, offer) for offer in _PACKAGES[place % 2 :][: 1 if weight < 90 else 2]),
    ]


class Products:
    """All products of one platform, and which of them is booked.

    Parameters: the platform's seed, which moves prices and popularity, and the number of quarters.
    """

    def __init__(self, seed: int, quarters: int) -> None:
        draws = Draws(seed, "products")
        self.all: list[Product] = []
        for place, city in enumerate(DESTINATIONS):
            for kind, (name, price, popularity) in _offers(place, city.weight):
                level, liking = (int(draws.within(low, high, 1)[0]) for low, high in ((88, 114), (60, 150)))
                self.all.append(
                    Product(
                        name=name.format(city.name),
                        kind=kind,
                        place=place,
                        price=price * city.price_level * level // 1_000_000 * 100,
                        popularity=popularity * liking,
                        nights=0 if kind != PACKAGE else 7 if "Week in" in name else 3,
                        breakfast=kind == HOTEL and bool(draws.chance(4_500, 1)[0]),
                    )
                )
        season_kinds = list(SEASONS)
        self.kind = np.array([product.kind for product in self.all], dtype=np.int64)
        self.place = np.array([product.place for product in self.all], dtype=np.int64)
        self.price = np.array([product.price for product in self.all], dtype=np.int64)
        self.nights = np.array([product.nights for product in self.all], dtype=np.int64)
        self.breakfast = np.array([product.breakfast for product in self.all], dtype=np.bool_)
        self.season_kind = np.array(
            [season_kinds.index(DESTINATIONS[product.place].season) for product in self.all], dtype=np.int64
        )
        self.tax = np.array([DESTINATIONS[product.place].tax for product in self.all], dtype=np.int64)
        self._quarters = quarters
        self._interest = Lottery(self._weights(quarters))

    def _weights(self, quarters: int) -> IntArray:
        """One row a group and quarter: interest drifts over the years, and turns to the sun in spring."""
        drift = np.array([DESTINATIONS[product.place].drift for product in self.all], dtype=np.int64)
        weight = np.array([DESTINATIONS[p.place].weight * p.popularity for p in self.all], dtype=np.int64)
        ahead = through_the_year(np.arange(30, 365, 91, dtype=np.int64), SEASONS["sun"])
        rows = []
        for shares in _KIND_SHARES:
            of_kind = np.array(shares, dtype=np.int64)
            total = np.array([weight[self.kind == kind].sum() for kind in range(len(KINDS))], dtype=np.int64)
            level = of_kind[self.kind] * _FINE * 10_000 // total[self.kind]
            for quarter in range(quarters):
                trend = np.maximum(1_000 + drift * quarter // 4, 100)
                sunny = np.where(self.season_kind == 1, 60 + int(ahead[(quarter + 1) % 4]) * 4 // 10, 100)
                rows.append(weight * level // _FINE * trend // 1_000 * sunny // 100)
        return np.stack(rows)

    def booked(self, words: IntArray, group: IntArray, quarter: IntArray) -> IntArray:
        """The position of the product in each booking, by buyer group and quarter since the start."""
        return self._interest.draw(words, group * self._quarters + quarter)

    def table(self) -> pa.Table:
        """The canonical table `products`."""
        return as_table(
            "products",
            {
                "product_id": self.ids(),
                "name": [product.name for product in self.all],
                "kind": [product.kind_name for product in self.all],
                "destination_id": [DESTINATIONS[product.place].destination_id for product in self.all],
            },
        )

    def ids(self) -> list[str]:
        """Product ids by position."""
        return [f"p-{position:04d}" for position in range(1, len(self.all) + 1)]
