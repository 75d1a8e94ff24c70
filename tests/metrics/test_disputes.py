"""Disputes counted by hand from `ten_payments`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.ten_payments import PAYMENTS, march, march_by
from tests.money_tables import frame_of


def test_disputes_by_their_own_days(place: Place) -> None:
    found = march(place, "disputes_opened", "disputed_value", "dispute_activity", "dispute_win_rate")
    # d1 d2 d3; d0 was opened in April
    assert found["disputes_opened"] == 3
    # 40 + 50 + 10
    assert found["disputed_value"] == Decimal("100.00")
    # over p1 p3 p6 p7 p8 p10
    assert found["dispute_activity"] == pytest.approx(3 / 6)
    # closed in March: d1 won, d3 lost
    assert found["dispute_win_rate"] == 0.5


def test_payments_disputed_since(place: Place) -> None:
    # p1 twice and p3; d3 is of no payment that is known
    assert march(place, "dispute_rate")["dispute_rate"] == pytest.approx(2 / 6)


def test_no_outcome_is_known_before_the_end(place: Place) -> None:
    # d1 is won only on the 28th
    then = {"as_of": datetime(2026, 3, 25)}
    assert march_by(place, "disputes_opened", "dispute_outcome", **then) == {"lost": 1, "unknown": 2}
    assert march_by(place, "disputes_opened", "dispute_outcome") == {"lost": 1, "unknown": 1, "won": 1}


def test_a_dispute_is_of_its_payments_booking(place: Place) -> None:
    bookings = [{"booking_id": "b1", "channel": "web"}, {"booking_id": "b3", "channel": "app"}]
    payments = [
        {**attempt, "booking_id": {1: "b1", 3: "b3"}.get(number)} for number, attempt in enumerate(PAYMENTS)
    ]
    tables = {"bookings": frame_of("bookings", bookings), "payments": frame_of("payments", payments)}
    # d1 of p1, d2 of p3, d3 of no payment that is known
    assert march_by(place, "disputes_opened", "channel", **tables) == {"app": 1, "unknown": 1, "web": 1}
