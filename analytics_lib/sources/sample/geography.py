"""Where the platform sells: 24 real cities, with what a trip there needs to know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import through_the_year
from analytics_lib.sources.sample.draws import IntArray
from analytics_lib.sources.sample.rows import as_table
from analytics_lib.sources.sample.story import COLLAPSED_PLACE

SEASONS: dict[str, tuple[int, ...]] = {
    "city": (70, 78, 92, 108, 114, 110, 104, 104, 114, 112, 84, 88),
    "sun": (42, 48, 64, 88, 112, 146, 184, 190, 138, 88, 50, 46),
    "far": (86, 86, 102, 112, 100, 104, 114, 112, 94, 106, 94, 112),
}
"""Stays by month of arrival, 100 = the year's mean, by kind of place."""


@dataclass(frozen=True)
class Destination:
    """A city; `weight` is its share of interest at the start, `drift` the change a year, in thousandths.

    `tax` is the tax contained in a price there, in ten-thousandths on top of the net price.
    """

    name: str
    country: str
    region: str
    season: str
    weight: int
    drift: int
    price_level: int
    tax: int

    @property
    def destination_id(self) -> str:
        return "d-" + self.name.lower().replace(" ", "-").replace("ú", "u")


DESTINATIONS: tuple[Destination, ...] = (
    Destination("Lisbon", "PT", "Iberia", "city", 92, 40, 105, 600),
    Destination("Porto", "PT", "Iberia", "city", 50, 90, 92, 600),
    Destination("Madrid", "ES", "Iberia", "city", 80, 20, 108, 1000),
    Destination("Barcelona", "ES", "Iberia", "city", 98, -30, 128, 1000),
    Destination("Seville", "ES", "Iberia", "city", 38, 30, 96, 1000),
    Destination("Palma", "ES", "Iberia", "sun", 72, 10, 126, 1000),
    Destination("Paris", "FR", "Western Europe", "city", 96, 0, 150, 1000),
    Destination("Nice", "FR", "Western Europe", "sun", 30, 0, 136, 1000),
    Destination("London", "GB", "Western Europe", "city", 94, 0, 152, 2000),
    Destination("Edinburgh", "GB", "Western Europe", "city", 30, 40, 120, 2000),
    Destination("Amsterdam", "NL", "Western Europe", "city", 50, -50, 140, 900),
    Destination("Berlin", "DE", "Central Europe", "city", 44, 0, 98, 700),
    Destination("Vienna", "AT", "Central Europe", "city", 40, 20, 106, 1000),
    Destination("Prague", "CZ", "Central Europe", "city", 42, 20, 82, 1200),
    Destination("Copenhagen", "DK", "Northern Europe", "city", 26, 40, 146, 2500),
    Destination("Stockholm", "SE", "Northern Europe", "city", 24, 10, 128, 1200),
    Destination("Rome", "IT", "Southern Europe", "city", 92, 30, 122, 1000),
    Destination("Venice", "IT", "Southern Europe", "city", 40, -20, 144, 1000),
    Destination("Athens", "GR", "Southern Europe", "sun", 48, 100, 94, 1300),
    Destination("Dubrovnik", "HR", "Southern Europe", "sun", 30, 40, 118, 1300),
    Destination("New York", "US", "Overseas", "far", 40, 0, 198, 1475),
    Destination("Cancún", "MX", "Overseas", "far", 24, 30, 132, 1600),
    Destination("Tokyo", "JP", "Overseas", "far", 26, 160, 116, 1000),
    Destination("Marrakesh", "MA", "Overseas", "far", 34, 80, 74, 1000),
)

COLLAPSED = next(place for place, city in enumerate(DESTINATIONS) if city.name == COLLAPSED_PLACE)
"""Position of the place that nobody goes to for a while."""


def season(kind: IntArray, day: IntArray) -> IntArray:
    """How busy a day is for arrivals, 100 = the year's mean; `kind` counts through SEASONS."""
    curves = np.stack([through_the_year(day, monthly) for monthly in SEASONS.values()])
    busy: IntArray = np.take_along_axis(curves, kind[None, :], axis=0)[0]
    return busy


def destinations_table() -> pa.Table:
    """The canonical table `destinations`."""
    return as_table(
        "destinations",
        {
            "destination_id": [place.destination_id for place in DESTINATIONS],
            "name": [place.name for place in DESTINATIONS],
            "country_code": [place.country for place in DESTINATIONS],
            "region": [place.region for place in DESTINATIONS],
        },
    )
