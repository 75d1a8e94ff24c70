"""What stands at the end of a month, counted by hand from the ten bookings."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from tests.engines import Place
from tests.metrics.small_world import ask
from tests.metrics.ten_bookings import march

NAMES = ("bookings_on_the_books", "value_on_the_books", "pickup")


def test_at_the_end_of_march(place: Place) -> None:
    assert march(place, *NAMES) == {
        # b2 for May, cancelled only in April, and b3 for 2 April, missed only then; b5 is placed as April
        # begins, b6 is cancelled, b8 does not say when it starts, all others have begun
        "bookings_on_the_books": 2,
        "value_on_the_books": Decimal("550.00"),
        # For travel from April on, nothing stood when March began.
        "pickup": 2,
    }


def test_at_the_end_of_april(place: Place) -> None:
    assert march(place, *NAMES, period="2026-04") == {
        "bookings_on_the_books": 0,
        "value_on_the_books": Decimal("0.00"),
        # b2, for May, stood when April began.
        "pickup": -1,
    }


def test_what_is_cancelled_as_the_period_ends_stands_until_then(place: Place) -> None:
    booked, ends = datetime(2026, 3, 9), datetime(2026, 4, 1)
    rows = [
        {"booking_id": "b1", "created_at": booked, "cancelled_at": ends, "starts_on": date(2026, 5, 1)},
        {"booking_id": "b2", "created_at": booked, "no_show_at": ends, "starts_on": date(2026, 4, 1)},
        {"booking_id": "b3", "created_at": ends, "starts_on": date(2026, 5, 1)},
    ]
    names, as_of = ("bookings_on_the_books", "pickup"), datetime(2026, 6, 1)
    found = ask(place, {"bookings": rows}, *names, period="2026-03", as_of=as_of)
    assert found == {"bookings_on_the_books": 2, "pickup": 2}
    # When April began, b1 stood for May; b3 came after.
    found = ask(place, {"bookings": rows}, *names, period="2026-04", as_of=as_of)
    assert found == {"bookings_on_the_books": 1, "pickup": 0}


def test_a_value_that_nobody_knows_is_missing(place: Place) -> None:
    row = {"booking_id": "b1", "created_at": datetime(2026, 3, 9), "starts_on": date(2026, 5, 1)}
    names = ("bookings_on_the_books", "value_on_the_books")
    found = ask(place, {"bookings": [row]}, *names, period="2026-03", as_of=datetime(2026, 6, 1))
    assert found == {"bookings_on_the_books": 1, "value_on_the_books": None}
