"""Partners: who sells, grows, stays and looks, counted by hand from the four partners."""

from __future__ import annotations

from datetime import datetime

import pytest

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from tests.engines import Place, about_frame
from tests.made_rows import frame_of
from tests.metrics.four_partners import AS_OF, ROWS, of_partners
from tests.metrics.small_world import Rows, ask


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


def sold_on_the_day() -> dict[str, Rows]:
    """Partners that sold on the very days that decide at the end of March, or a moment beside them."""
    sold = {
        "a": [datetime(2026, 3, 2)],
        "b": [datetime(2026, 1, 1)],
        "c": [datetime(2025, 4, 1)],
        "d": [datetime(2026, month, day) for month, day in ((1, 1), (1, 20), (2, 15), (3, 10))],
        "e": [datetime(2026, 3, 2, 0, 0, 0, 1)],
        "f": [datetime(2026, 2, 1), datetime(2026, 3, 3)],
    }
    return {
        "partners": [{"partner_id": name, "joined_at": datetime(2024, 1, 1)} for name in sold],
        "bookings": [
            {"booking_id": f"{name}{number}", "partner_id": name, "created_at": when}
            for name, times in sold.items()
            for number, when in enumerate(times)
        ],
    }


def test_states_change_on_the_day(place: Place) -> None:
    """At the end of March, 30, 90 and 365 days after a booking are 2 March, 1 January and 1 April 2025."""
    rows = sold_on_the_day()
    as_of = datetime(2026, 5, 1)
    states = ask(place, rows, "partners", period="2026-03", as_of=as_of, by="lifecycle_state")
    # d first sold 90 days ago; e a moment less than 30 days ago; f sold again after exactly 30 days
    assert states == {"at_risk": 1, "dormant": 1, "churned": 1, "active": 1, "ramp": 2}
    days = ask(place, rows, "partner_days_in_state", period="2026-03", as_of=as_of, by="partner")
    assert days == {"a": 0, "b": 0, "c": 0, "d": 0, "e": 29, "f": 29}


MOVES = ("partner_transitions", "partner_transition_share")


@pytest.mark.parametrize(
    ("period", "moves"),
    [
        # p1 on the 5th, p2 on the 20th, both by their first booking
        ("2025-03", {("onboarding", "ramp"): 2}),
        # p1 on the 24th and p2 on the 19th, 30 days after a booking
        ("2025-04", {("ramp", "at_risk"): 2}),
        ("2025-06", {("at_risk", "dormant"): 2}),
        # p1 and p2 sold again, and p2 left; p3 sold for the first time
        ("2026-02", {("dormant", "active"): 2, ("active", "churned"): 1, ("onboarding", "ramp"): 1}),
        # p3 on the 17th and back on the 31st; p4 joined; p1 went on
        ("2026-03", {("ramp", "at_risk"): 1, ("at_risk", "ramp"): 1}),
        # p1 on the 15th; p2 had left before it sold, and p5 joined
        ("2026-04", {("active", "at_risk"): 1, ("ramp", "at_risk"): 1}),
    ],
)
def test_changes_of_state(place: Place, period: str, moves: dict[tuple[str, str], int]) -> None:
    assert of_partners(place, MOVES[0], period=period) == {MOVES[0]: sum(moves.values())}
    for place_in_pair, dimension in enumerate(("from_state", "lifecycle_state")):
        wanted: dict[str, int] = {}
        for pair, count in moves.items():
            wanted[pair[place_in_pair]] = wanted.get(pair[place_in_pair], 0) + count
        assert of_partners(place, MOVES[0], period=period, by=dimension) == wanted


def test_a_share_of_changes_is_one_of_those_from_the_same_state(place: Place) -> None:
    tables = {name: frame_of(name, found) for name, found in ROWS.items()}
    with place.holding({"about": about_frame(AS_OF), **tables}) as warehouse:
        year = Scope.build(period="all", as_of=AS_OF, data_from=datetime(2024, 1, 1))
        frame = measure(find(MOVES), year, by=("lifecycle_state", "from_state"), warehouse=warehouse)
    found = {(row.metric, row.from_state, row.lifecycle_state): row.value for row in frame.itertuples()}
    # Of the moves from active, p2 left and p1 fell silent; of those from at_risk, p3 came back.
    assert found[MOVES[0], "active", "churned"] == found[MOVES[0], "active", "at_risk"] == 1
    assert found[MOVES[1], "active", "churned"] == found[MOVES[1], "active", "at_risk"] == 1 / 2
    assert found[MOVES[0], "at_risk", "dormant"] == 2
    assert found[MOVES[1], "at_risk", "dormant"] == pytest.approx(2 / 3)
    assert found[MOVES[1], "onboarding", "ramp"] == 1
    # Of all moves, where it is not said from where
    by_arrival = of_partners(place, MOVES[1], period="2026-02", by="lifecycle_state")
    assert by_arrival == {"active": 1 / 2, "churned": 1 / 4, "ramp": 1 / 4}


def test_a_state_is_reached_in_the_month_at_whose_end_it_stands(place: Place) -> None:
    """At the end of March, 30, 90 and 365 days after a booking are 2 March, 1 January and 1 April 2025."""
    rows = sold_on_the_day()
    as_of = datetime(2026, 5, 1)

    def moves(period: str, by: str) -> dict[str, object]:
        return dict(ask(place, rows, MOVES[0], period=period, as_of=as_of, by=by))

    # a sells and falls silent, b and c fall silent for longer, d has sold for 90 days; e sells on the 2nd, a
    # moment later than a; f, silent for 30 days, sells again.
    assert moves("2026-03", "partner") == {"a": 2, "b": 1, "c": 1, "d": 1, "e": 1, "f": 2}
    assert moves("2026-03-31", "lifecycle_state") == {"at_risk": 1, "dormant": 1, "churned": 1, "active": 1}
    assert moves("2026-03-31", "from_state") == {"ramp": 2, "at_risk": 1, "dormant": 1}
    # e by a moment; f, which sold last as the 3rd began, as the 2nd does
    assert moves("2026-04-01", "partner") == {"e": 1, "f": 1}
    # A booking at the very start of a day is known after it.
    assert moves("2026-03-03", "from_state") == {"at_risk": 1}


def test_nobody_moves_by_joining(place: Place) -> None:
    joined = datetime(2026, 3, 10)
    rows: dict[str, Rows] = {
        "partners": [{"partner_id": name, "joined_at": joined} for name in "ab"],
        "bookings": [
            # Sold before it joined, and as it did: it joins in the state that this leads to.
            {"booking_id": "a0", "partner_id": "a", "created_at": datetime(2026, 2, 20)},
            {"booking_id": "b0", "partner_id": "b", "created_at": joined},
        ],
    }
    as_of = datetime(2026, 5, 1)
    found = ask(place, rows, "partner_transitions", period="2026-03", as_of=as_of, by="from_state")
    assert found == {"ramp": 1}  # a, 30 days after its booking
    states = ask(place, rows, "partners", period="2026-03-10", as_of=as_of, by="lifecycle_state")
    assert states == {"ramp": 2}


def test_a_year_is_survived_by_who_stays_longer(place: Place) -> None:
    joined = datetime(2025, 1, 1)
    rows = [
        {"partner_id": name, "joined_at": joined, "ended_at": ended}
        for name, ended in (("a", datetime(2026, 1, 1)), ("b", datetime(2026, 1, 2)), ("c", None))
    ]
    found = ask(
        place, {"partners": rows}, "partner_survival_12m", period="2026-03", as_of=datetime(2026, 5, 1)
    )
    # a left after 365 days, b after 366
    assert found == {"partner_survival_12m": pytest.approx(2 / 3)}


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
