"""Customers, counted by hand from eleven bookings and a test record, all at 9:00 UTC.

    c1  10 Mar 2025, 5 Mar and 20 Apr 2026
    c2  15 Mar 2025
    c3  10 and 20 Mar and 2 May 2026
    c4  12 Mar 2026
    c5  30 Mar and 10 Jun 2026
    nobody knows who booked on 14 Mar 2026

What the platform keeps of them: of c1 99.00 in March 2025 and 25.00 in March 2026; of c2 8.00 in May 2025,
less 3.00 in June; of c3 20.00 in March 2026.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from tests.engines import Place
from tests.metrics.small_world import Answer, Rows, ask

BOOKED = (
    ("c1", (2025, 3, 10)),
    ("c1", (2026, 3, 5)),
    ("c1", (2026, 4, 20)),
    ("c2", (2025, 3, 15)),
    ("c3", (2026, 3, 10)),
    ("c3", (2026, 3, 20)),
    ("c3", (2026, 5, 2)),
    ("c4", (2026, 3, 12)),
    ("c5", (2026, 3, 30)),
    ("c5", (2026, 6, 10)),
    (None, (2026, 3, 14)),
    ("c6", (2026, 3, 9)),
)
KEPT = (
    ("b0", "accrued", 99_00, (2025, 3, 11)),
    ("b1", "accrued", 25_00, (2026, 3, 6)),
    ("b3", "accrued", 8_00, (2025, 5, 1)),
    ("b3", "clawed_back", 3_00, (2025, 6, 1)),
    ("b4", "accrued", 20_00, (2026, 3, 11)),
)
ROWS: dict[str, Rows] = {
    "bookings": [
        {
            "booking_id": f"b{number}",
            "customer_id": who,
            "created_at": datetime(*day, 9),
            "is_test": who == "c6",
        }
        for number, (who, day) in enumerate(BOOKED)
    ],
    "commission_entries": [
        {
            "entry_id": f"e{number}",
            "booking_id": booking,
            "leg": "platform",
            "entry": entry,
            "amount_base_minor": amount,
            "occurred_at": datetime(*day),
        }
        for number, (booking, entry, amount, day) in enumerate(KEPT)
    ],
}
AS_OF = datetime(2026, 7, 1)


def march(place: Place, *metrics: str, by: str | None = None) -> dict[str, Answer]:
    return ask(place, ROWS, *metrics, period="2026-03", as_of=AS_OF, by=by)


def test_who_booked(place: Place) -> None:
    found = march(
        place, "active_customers", "new_customers", "bookings_per_customer", "customer_retention_rate"
    )
    assert found == {
        "active_customers": 4,  # c1 c3 c4 c5
        "new_customers": 3,  # c3 c4 c5
        "bookings_per_customer": 5 / 4,  # c3 booked twice; nobody's booking is left out
        "customer_retention_rate": 1 / 2,  # of c1 and c2 a year before, c1
    }


def test_cohort_of_march(place: Place) -> None:
    # c3, c4, c5. April: none. May: c3. June: c5, and it is over as of July. July is not.
    exact = march(place, "cohort_retention", by="age")
    assert exact == {"00": 1.0, "01": 0.0, "02": pytest.approx(1 / 3), "03": pytest.approx(1 / 3)}
    later = march(place, "cohort_retention_unbounded", by="age")
    assert later == {
        "00": 1.0,
        "01": pytest.approx(2 / 3),
        "02": pytest.approx(2 / 3),
        "03": pytest.approx(1 / 3),
    }
    # Where no age is asked for, it is the month after.
    found = march(place, "cohort_retention", "cohort_retention_unbounded")
    assert found == {"cohort_retention": 0.0, "cohort_retention_unbounded": pytest.approx(2 / 3)}


def test_second_bookings(place: Place) -> None:
    # At the end of March: c5 waits for 1 day, c3 booked again after 10, c4 waits for 19, c1 booked again
    # after 360, c2 waits for 381. 3 of the 4 watched for 10 days, then 1 of the 2 watched for 360.
    found = march(place, "second_booking_median", "one_time_share_12m")
    assert found == {"second_booking_median": 360, "one_time_share_12m": pytest.approx(3 / 4 * 1 / 2)}


def test_segments(place: Place) -> None:
    # New since January: c3 c4 c5. One of five may be a VIP: of 25, 20, 5, 0 and 0 it is c1 with 25, and
    # its 99 are more than 365 days ago.
    assert march(place, "customers", by="segment") == {"new": 3, "regular": 1, "vip": 1}
    assert march(place, "customers_share", by="segment") == {
        "new": pytest.approx(3 / 5),
        "regular": pytest.approx(1 / 5),
        "vip": pytest.approx(1 / 5),
    }
    assert march(place, "customer_margin", by="segment") == {
        "new": Decimal("20.00"),
        "regular": Decimal("5.00"),
        "vip": Decimal("25.00"),
    }
    assert march(place, "customer_margin_average") == {"customer_margin_average": Decimal("10")}


def test_who_is_as_good_as_a_vip_is_one(place: Place) -> None:
    raised = {**ROWS["commission_entries"][2], "amount_base_minor": 28_00}
    entries = [*ROWS["commission_entries"][:2], raised, *ROWS["commission_entries"][3:]]
    rows = {**ROWS, "commission_entries": entries}
    # c2 has 28 - 3 = 25 as c1 has.
    found = ask(place, rows, "customers", period="2026-03", as_of=AS_OF, by="segment")
    assert found == {"new": 3, "vip": 2}


def test_who_brought_nothing_is_no_vip(place: Place) -> None:
    rows = {"bookings": ROWS["bookings"]}
    assert ask(place, rows, "customers", period="2026-03", as_of=AS_OF, by="segment") == {
        "new": 3,
        "regular": 2,
    }


def test_customers_are_new_for_90_days(place: Place) -> None:
    # The end of March is 90 days after 1 January.
    rows = [
        {"booking_id": "b1", "customer_id": "c1", "created_at": datetime(2026, 1, 1)},
        {"booking_id": "b2", "customer_id": "c2", "created_at": datetime(2025, 12, 31, 23, 59, 59)},
    ]
    found = ask(place, {"bookings": rows}, "customers", period="2026-03", as_of=AS_OF, by="segment")
    assert found == {"new": 1, "regular": 1}


def test_cohorts_are_those_of_the_group(place: Place) -> None:
    """Whoever comes first by phone and later by web is in a cohort of either, with what happens there."""
    rows = [
        {"booking_id": f"b{number}", "customer_id": "c1", "created_at": when, "device": device}
        for number, (when, device) in enumerate(
            (
                (datetime(2026, 2, 5), "phone"),
                (datetime(2026, 3, 5), "web"),
                (datetime(2026, 4, 5), "web"),
            )
        )
    ]
    found = ask(place, {"bookings": rows}, "cohort_retention", period="2026-03", as_of=AS_OF, by="device")
    assert found == {"web": 1.0}
    assert ask(place, {"bookings": rows}, "cohort_retention", period="2026-03", as_of=AS_OF) == {
        "cohort_retention": None
    }
