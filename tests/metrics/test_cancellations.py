"""What became of the ten bookings, counted by hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from analytics_lib import Scope
from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from tests.engines import Place, about_frame
from tests.metrics.ten_bookings import AS_OF, march
from tests.tables import bookings_frame


def test_confirmed_within_three_days(place: Place) -> None:
    # b0 b1 (after exactly 72 hours) b4 b8 b9; b2 was a second late, b3 never answered
    assert march(place, "confirmation_rate")["confirmation_rate"] == pytest.approx(5 / 7)


def test_rates_at_an_age_wait_until_all_bookings_have_it(place: Place) -> None:
    rates = ("confirmation_rate", "cancellation_rate_7d")
    # The youngest possible booking of March is placed just before 31 March 22:00.
    assert march(place, *rates, as_of=datetime(2026, 4, 3, 21, 59)) == dict.fromkeys(rates)
    later = march(place, *rates, as_of=datetime(2026, 4, 3, 22))
    assert later == {"confirmation_rate": pytest.approx(5 / 7), "cancellation_rate_7d": None}


def test_cancellations_by_the_day_they_happen(place: Place) -> None:
    found = march(place, "cancellations", "cancelled_value", "no_shows")
    # b1, b6, b8; their prices are 200, 80 and unknown; b3 is missed in April
    assert found == {"cancellations": 3, "cancelled_value": Decimal("280.00"), "no_shows": 0}
    assert march(place, "cancellations", "no_shows", period="2026-04") == {"cancellations": 1, "no_shows": 1}


def test_cancellations_of_the_bookings_of_march(place: Place) -> None:
    found = march(
        place,
        "cancellation_rate",
        "cancellation_rate_7d",
        "cancellation_rate_30d",
        "cancellation_rate_90d",
        "cancellation_value_rate",
        "no_show_rate",
    )
    assert found == {
        "cancellation_rate": pytest.approx(3 / 7),  # b1 b2 b8
        "cancellation_rate_7d": pytest.approx(2 / 7),  # b1 after exactly seven days, b8
        "cancellation_rate_30d": pytest.approx(3 / 7),  # and b2 after exactly thirty
        "cancellation_rate_90d": pytest.approx(3 / 7),
        "cancellation_value_rate": pytest.approx(600 / 1100),  # b1's 200 and b2's 400; b8's is unknown
        "no_show_rate": pytest.approx(1 / 7),  # b3
    }


def test_what_is_cancelled_later_is_not_known_before(place: Place) -> None:
    # On the morning of 9 April b2 is not cancelled yet; that happens at 9:00.
    found = march(place, "cancellation_rate", as_of=datetime(2026, 4, 9, 9))
    assert found == {"cancellation_rate": pytest.approx(2 / 7)}
    found = march(place, "cancellation_rate", as_of=datetime(2026, 4, 9, 9, 0, 1))
    assert found == {"cancellation_rate": pytest.approx(3 / 7)}


def test_by_arrival(place: Place) -> None:
    found = march(place, "arrivals", "cancellation_rate_by_arrival")
    # b0 b1 b4 b6 b7 b9 arrive in March; b1 and b6 were cancelled
    assert found == {"arrivals": 6, "cancellation_rate_by_arrival": pytest.approx(2 / 6)}


def test_holds_that_ran_out(place: Place) -> None:
    # Of three holds of March one ran out in it, one in April; one of February ran out in March.
    rows = bookings_frame(
        [
            {"created_at": created, "expired_at": expired, "is_test": False}
            for created, expired in (
                (datetime(2026, 3, 2), datetime(2026, 3, 5)),
                (datetime(2026, 3, 30), datetime(2026, 4, 2)),
                (datetime(2026, 3, 3), None),
                (datetime(2026, 2, 27), datetime(2026, 3, 2)),
            )
        ]
    )
    with place.holding({"about": about_frame(AS_OF), "bookings": rows}) as warehouse:
        found = [
            measure(
                find(["expired_holds", "expired_hold_rate"]),
                Scope.build(period="2026-03", as_of=as_of),
                warehouse=warehouse,
            )["value"].to_list()
            for as_of in (AS_OF, datetime(2026, 4, 1))
        ]
    # What was placed stays placed; only the rate grows with what becomes known.
    assert found == [[2, pytest.approx(2 / 3)], [2, pytest.approx(1 / 3)]]
