"""Lead times, notice, nights and rates of the ten bookings, counted by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.ten_bookings import march


def test_lead_times(place: Place) -> None:
    found = march(place, "lead_time_median", "lead_time_p90", "lead_time_average")
    # b4 0, b3 4 (in Madrid it is already the 29th), b9 5 | b0 10, b1 19, b2 60; b8 has no start
    assert found["lead_time_median"] == 7.5
    # rank 0.9 * 5 = 4.5: halfway between 19 and 60
    assert found["lead_time_p90"] == 39.5
    # 98 days over six bookings
    assert found["lead_time_average"] == pytest.approx(98 / 6)


def test_notice_of_cancellations(place: Place) -> None:
    found = march(place, "cancellation_notice_median", "cancellation_notice_p90")
    # b6 from 20 to 30 March 10 days, b1 from 12 to 24 March 12 days; b8 has no start
    assert found["cancellation_notice_median"] == 11.0
    assert found["cancellation_notice_p90"] == pytest.approx(11.8)


def test_stays(place: Place) -> None:
    found = march(place, "stays", "length_of_stay", "day_uses")
    # b0 three nights, b7 three, b9 one; b4 stays no night; b1 and b6 are cancelled
    assert found == {"stays": 3, "length_of_stay": pytest.approx(7 / 3), "day_uses": 1}


def test_nights_belong_to_the_month_they_fall_into(place: Place) -> None:
    found = march(place, "room_revenue", "room_nights_sold", "average_daily_rate")
    # b0 270.00; of b7's 100.00 two nights of three: 33.34 + 33.33; b9 is free
    assert found["room_revenue"] == Decimal("336.67")
    # b0 three nights, b7 two nights in two rooms
    assert found["room_nights_sold"] == 7
    assert found["average_daily_rate"] == Decimal("48.09571429")
    # In April b7's last night, 33.33 for two rooms, and b5's 50.00; b3 did not appear
    assert march(place, "room_revenue", "room_nights_sold", "average_daily_rate", period="2026-04") == {
        "room_revenue": Decimal("83.33"),
        "room_nights_sold": 3,
        "average_daily_rate": Decimal("27.77666667"),
    }
