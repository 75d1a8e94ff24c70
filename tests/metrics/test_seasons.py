"""The shape of the year, counted by hand.

From January 2024 to December 2025 there is one booking in each month and three in July, each for travel on
the first of the next month. Any twelve months hold 14 bookings, so the mean month around every one is 14/12,
and July is 3 of these, every other month 1.
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.engines import Place
from tests.metrics.small_world import Rows, ask

AS_OF = datetime(2026, 2, 1)


def booked(months: int) -> dict[str, Rows]:
    rows: Rows = []
    for month in range(months):
        year, place = 2024 + month // 12, month % 12 + 1
        following = date(2024 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
        rows += [
            {"created_at": datetime(year, place, 15), "starts_on": following}
            for _ in range(3 if place == 7 else 1)
        ]
    return {"bookings": [{"booking_id": f"b{number}", **row} for number, row in enumerate(rows)]}


USUAL, HIGH = pytest.approx(12 / 14), pytest.approx(36 / 14)


def test_bookings(place: Place) -> None:
    found = ask(place, booked(24), "seasonal_index", period="2025-12", as_of=AS_OF, by="month_of_year")
    assert found == {f"{month:02}": HIGH if month == 7 else USUAL for month in range(1, 13)}
    july = ask(place, booked(24), "seasonal_index", period="2025-07", as_of=AS_OF)
    # By the end of July 2025 only 19 months are over.
    assert july == {"seasonal_index": None}
    # Without a month of the year, it is that in which the period begins.
    assert ask(place, booked(24), "seasonal_index", period="2025-Q4", as_of=AS_OF) == {
        "seasonal_index": USUAL
    }


def test_arrivals(place: Place) -> None:
    names = {"seasonal_index_of_stays": None}
    # The first are in February 2024: at the end of 2025, 23 months are known.
    assert ask(place, booked(24), *names, period="2025-12", as_of=AS_OF) == names
    found = ask(place, booked(24), *names, period="2026-01", as_of=AS_OF, by="month_of_year")
    assert found == {f"{month:02}": HIGH if month == 8 else USUAL for month in range(1, 13)}


def test_months_without_any_count_as_none(place: Place) -> None:
    rows = booked(24)["bookings"]
    kept = {"bookings": [row for row in rows if row["created_at"].month != 3]}  # type: ignore[attr-defined]
    found = ask(place, kept, "seasonal_index", period="2025-12", as_of=AS_OF, by="month_of_year")
    # Twelve months hold 13 now.
    assert (found["03"], found["04"], found["07"]) == (
        0.0,
        pytest.approx(12 / 13),
        pytest.approx(36 / 13),
    )
