"""What stands at the end of a month, counted by hand from the ten bookings."""

from __future__ import annotations

from decimal import Decimal

from tests.engines import Place
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
