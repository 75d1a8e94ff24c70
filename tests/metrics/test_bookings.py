"""Bookings and their value, counted by hand from the ten bookings."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.ten_bookings import march, march_by_model


def test_bookings_placed_less_those_cancelled(place: Place) -> None:
    found = march(place, "total_bookings", "net_bookings")
    # Placed in March: b0 b1 b2 b3 b4 b8 b9. b5 is the first booking of April, b10 a test record.
    assert found["total_bookings"] == 7
    # Cancelled in March: b1 on the 12th, b6 on the 20th, b8 on the 15th; b2 only in April. 7 - 3
    assert found["net_bookings"] == 4


def test_values(place: Place) -> None:
    found = march(place, "gross_bookings_value", "net_bookings_value")
    # 300 + 200 + 400 + 150 + 50 + 0; b8 has no price
    assert found["gross_bookings_value"] == Decimal("1100.00")
    # less b1's 200 and b6's 80; b8's price is not known
    assert found["net_bookings_value"] == Decimal("820.00")


def test_values_of_one_booking(place: Place) -> None:
    found = march(place, "average_booking_value", "median_booking_value")
    # 1100 over the six that have a price, b9's nothing included
    assert found["average_booking_value"] == Decimal("183.33333333")
    # 0 50 150 | 200 300 400
    assert found["median_booking_value"] == Decimal("175")


def test_shares(place: Place) -> None:
    # b2c b0 b1 b8 b9, b2b b2 b3, b2b2c b4
    assert march_by_model(place, "bookings_share") == {
        "b2c": pytest.approx(4 / 7),
        "b2b": pytest.approx(2 / 7),
        "b2b2c": pytest.approx(1 / 7),
    }
    # 300 + 200 + 0, 400 + 150 and 50 of 1100
    assert march_by_model(place, "gross_bookings_value_share") == {
        "b2c": pytest.approx(5 / 11),
        "b2b": pytest.approx(1 / 2),
        "b2b2c": pytest.approx(1 / 22),
    }


def test_party_size(place: Place) -> None:
    # 2 + 1 + 4 + 2 + 1 of b0 b1 b2 b3 b9; b4 does not say, b8 says nobody
    assert march(place, "average_party_size")["average_party_size"] == 2.0
