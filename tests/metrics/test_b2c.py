"""The funnel, conversion and prices shown, counted by hand from the ten visits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.ten_visits import march


def test_conversion(place: Place) -> None:
    found = march(place, "converted_sessions", "conversion_rate", "user_conversion_rate")
    # s2; b2 and b3 are not confirmed yet. Of s2 to s6 and s8; of ana, ben and cleo.
    assert found == {
        "converted_sessions": 1,
        "conversion_rate": pytest.approx(1 / 6),
        "user_conversion_rate": pytest.approx(1 / 3),
    }


def test_what_is_confirmed_later_counts_then(place: Place) -> None:
    later = march(place, "converted_sessions", as_of=datetime(2026, 4, 17))
    assert later == {"converted_sessions": 2}  # and s6
    earlier = march(place, "converted_sessions", as_of=datetime(2026, 3, 3))
    assert earlier == {"converted_sessions": 0}  # b1 is confirmed at that very instant


def test_the_funnel_is_ordered_and_closed(place: Place) -> None:
    found = march(place, "funnel_searched", "funnel_viewed", "funnel_checkout", "funnel_booked")
    # All six searched, s3 at its very beginning; s4 viewed before it searched, so it goes no further.
    assert found == {
        "funnel_searched": 6,
        "funnel_viewed": 3,  # s2 s5 s6
        "funnel_checkout": 2,  # s2 s6
        "funnel_booked": 2,
    }


def test_rates_of_the_funnel(place: Place) -> None:
    rates = (
        "funnel_search_rate",
        "funnel_view_rate",
        "funnel_checkout_rate",
        "funnel_booking_rate",
        "funnel_conversion_rate",
    )
    assert march(place, *rates) == {
        "funnel_search_rate": 1.0,
        "funnel_view_rate": pytest.approx(3 / 6),
        "funnel_checkout_rate": pytest.approx(2 / 3),
        "funnel_booking_rate": 1.0,
        "funnel_conversion_rate": pytest.approx(2 / 6),
    }


def test_what_is_booked_later_is_not_known_before(place: Place) -> None:
    # At 0:30 on the 29th s6 is about to book.
    found = march(place, "funnel_checkout", "funnel_booked", as_of=datetime(2026, 3, 29, 0, 30))
    assert found == {"funnel_checkout": 2, "funnel_booked": 1}


def test_time_to_book(place: Place) -> None:
    # s2 ten minutes, s6 an hour; s4 did not go through all steps
    assert march(place, "session_time_to_book_median") == {"session_time_to_book_median": 35 * 60.0}


def test_prices_shown(place: Place) -> None:
    found = march(place, "quotes", "quote_availability_rate", "quoted_price_median", "quote_conversion_rate")
    assert found == {
        "quotes": 5,  # q0 q1 q2 q3 q6; q4 was shown to a robot, q5 in April
        "quote_availability_rate": pytest.approx(3 / 5),  # q0 q2 q3
        "quoted_price_median": Decimal("150"),  # 50 100 | 200 300
        "quote_conversion_rate": pytest.approx(2 / 4),  # s2 and s4 of s2 s3 s4 s8
    }
