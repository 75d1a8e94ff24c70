"""Rooms to sell, counted by hand.

Hotel h1 has three rooms on each of 30 and 31 March and 1 April 2026; of h2 nobody knows how many. Sold:

    r0  h1  30 March to 1 April   one room    100.00
    r1  h1  31 March to 2 April   two rooms    90.00
    r2  h2  30 to 31 March        one room    500.00
    r3  h1  30 to 31 March        one room     70.00, cancelled
    r4  h1  30 to 31 March        one room      0.00
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.small_world import Rows, ask

CREATED = datetime(2026, 3, 1)


def _stay(number: int, hotel: str, first: date, last: date, rooms: int, lodging: int) -> dict[str, object]:
    return {
        "booking_id": f"r{number}",
        "product_id": hotel,
        "created_at": CREATED,
        "cancelled_at": CREATED if number == 3 else None,
        "starts_on": first,
        "ends_on": last,
        "units": rooms,
        "lodging_base_minor": lodging,
    }


MARCH_30, MARCH_31, APRIL_1, APRIL_2 = (
    date(2026, 3, 30),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2026, 4, 2),
)

ROWS: dict[str, Rows] = {
    "bookings": [
        _stay(0, "h1", MARCH_30, APRIL_1, 1, 100_00),
        _stay(1, "h1", MARCH_31, APRIL_2, 2, 90_00),
        _stay(2, "h2", MARCH_30, MARCH_31, 1, 500_00),
        _stay(3, "h1", MARCH_30, MARCH_31, 1, 70_00),
        _stay(4, "h1", MARCH_30, MARCH_31, 1, 0),
    ],
    "capacity": [
        *(
            {"product_id": "h1", "stay_on": day, "units_available": 3}
            for day in (MARCH_30, MARCH_31, APRIL_1)
        ),
        {"product_id": "h2", "stay_on": MARCH_30, "units_available": None},
    ],
}


def test_rooms(place: Place) -> None:
    names = ("available_room_nights", "revenue_per_available_room", "occupancy_rate")
    march = ask(place, ROWS, *names, period="2026-03", as_of=datetime(2026, 5, 1))
    assert march == {
        "available_room_nights": 6,
        # r0's 100.00 and the first night of r1, 45.00, over six
        "revenue_per_available_room": Decimal("24.16666667"),
        # r0 two nights, r1 one night in two rooms; the free room is not sold
        "occupancy_rate": pytest.approx(4 / 6),
    }
    april = ask(place, ROWS, *names, period="2026-04", as_of=datetime(2026, 5, 1))
    assert april == {
        "available_room_nights": 3,
        "revenue_per_available_room": Decimal("15"),
        "occupancy_rate": pytest.approx(2 / 3),
    }
