"""Partners: who sells, grows, stays and looks, counted by hand from the four partners."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.engines import Place
from tests.metrics.four_partners import of_partners
from tests.metrics.small_world import ask


def test_who_sells(place: Place) -> None:
    found = of_partners(place, "active_partners", "partner_churn_rate")
    # p1 and p3; one booking came through nobody, p4's is a test, p2's lies in April
    assert found["active_partners"] == 2
    # Of p1, p2 and p3 in February, p2 did not sell in March.
    assert found["partner_churn_rate"] == pytest.approx(1 / 3)
    # Of p1 and p3 in March, neither sold in April.
    assert of_partners(place, "partner_churn_rate", period="2026-04") == {"partner_churn_rate": 1.0}


def test_a_month_to_date_is_held_against_as_much_of_the_one_before(place: Place) -> None:
    # On 15 February p2 had not sold yet, and p3 had: of p1 and p3, p1 has sold until 15 March.
    found = of_partners(place, "partner_churn_rate", as_of=datetime(2026, 3, 15, 12))
    assert found == {"partner_churn_rate": pytest.approx(1 / 2)}
    # On the 31st all of February counts, and nothing of March with it: of p1, who does not sell again, and
    # not of p2 too.
    sold = {"p1": datetime(2026, 2, 10), "p2": datetime(2026, 3, 1, 9)}
    rows = [
        {"booking_id": name, "partner_id": name, "created_at": when, "is_test": False}
        for name, when in sold.items()
    ]
    as_of = datetime(2026, 3, 31, 12)
    found = ask(place, {"bookings": rows}, "partner_churn_rate", period="2026-03", as_of=as_of)
    assert found == {"partner_churn_rate": 1.0}


def test_growth_of_those_that_sold_in_both_years(place: Place) -> None:
    # Only p1: 100 + 50 then, 200 now; the price of its second booking is not known
    found = of_partners(place, "like_for_like_growth")
    assert found["like_for_like_growth"] == pytest.approx((200 - 150) / 150)


def test_what_stays_of_a_years_revenue(place: Place) -> None:
    found = of_partners(place, "net_revenue_retention", "gross_revenue_retention")
    # Then 10 + 30 - 5; now 20 - 4 of p1, -2 of p2, 7 of p3; p4 is new
    assert found["net_revenue_retention"] == pytest.approx(21 / 35)
    # p1 10 of 10, p2 nothing of 30; p3 brought nothing then that it could keep
    assert found["gross_revenue_retention"] == pytest.approx(10 / 40)


def test_states_at_the_end_of_march(place: Place) -> None:
    # p5 joins in April
    assert of_partners(place, "partners") == {"partners": 4}
    assert of_partners(place, "partners", by="lifecycle_state") == {
        "active": 1,  # p1: sold on the 16th, and first a year ago
        "churned": 1,  # p2: its contract has ended
        "onboarding": 1,  # p4: has not sold
        "ramp": 1,  # p3: first sold six weeks ago
    }
    # p3 since it sold again on the 31st: 0; p4 since the 20th: 11 | p2 since 28 February: 31; p1 since it
    # sold again on 10 February: 49
    assert of_partners(place, "partner_days_in_state") == {"partner_days_in_state": 21.0}


def test_partners_that_fall_silent(place: Place) -> None:
    # At the end of 20 March, p3 had not sold for 33 days.
    assert of_partners(place, "partners", by="lifecycle_state", period="2026-03-20")["at_risk"] == 1
    # At the end of June 2025, p1 had not sold for 97 days, p2 for 102.
    assert of_partners(place, "partners", by="lifecycle_state", period="2025-06") == {"dormant": 2}
    # At the end of January 2026 it was 312 days for p1 and 317 for p2: not a year yet.
    assert of_partners(place, "partners", by="lifecycle_state", period="2026-01") == {"dormant": 2}


def test_how_long_partners_stay(place: Place) -> None:
    found = of_partners(place, "partner_survival_12m", "time_to_first_booking_median")
    # p2 left after 355 days, when p1 was the only other one watched for that long.
    assert found["partner_survival_12m"] == pytest.approx(1 / 2)
    # p2 after 10 days, of four: 3/4 wait on. p4 was watched for 11. p3 after 14, of two: 3/4 * 1/2.
    assert found["time_to_first_booking_median"] == 14


def test_looks(place: Place) -> None:
    found = of_partners(place, "searches", "look_to_book")
    # q1, q4, q5; q2 is a repetition, q3 a robot's, q6 of April
    assert found["searches"] == 3
    # over the bookings of 1, 15, 16 and 31 March
    assert found["look_to_book"] == pytest.approx(3 / 4)
