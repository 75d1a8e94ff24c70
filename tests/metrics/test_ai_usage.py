"""The assistants, counted by hand from ten questions."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.engines import Place
from tests.metrics.rows import values
from tests.metrics.ten_queries import AS_OF, QUERIES, march


def test_how_much_they_are_asked(place: Place) -> None:
    found = march(place, "ai_queries", "ai_calls", "ai_conversations", "ai_queries_per_hour")
    assert found == {
        "ai_queries": 9,  # a0 to a6, a8, a11
        "ai_calls": 10,  # and a9
        "ai_conversations": 5,  # c1 to c5; c6 began in February, a11 is of none
        "ai_queries_per_hour": pytest.approx(9 / 743),
    }


def test_peak_times(place: Place) -> None:
    found = march(place, "ai_queries_per_hour", by="hour_of_day")
    # 9:00 is ten o'clock in Madrid in winter: a0 to a5 and a11 in 31 days
    assert found["ai_queries_per_hour", "10"] == pytest.approx(7 / 31)


def test_shares_of_assistants(place: Place) -> None:
    found = march(place, "ai_queries_share", by="agent")
    # a0 a1 a2 a8 of nine
    assert found == {
        ("ai_queries_share", "search"): pytest.approx(4 / 9),
        ("ai_queries_share", "help"): pytest.approx(5 / 9),
    }


def test_response_times(place: Place) -> None:
    found = march(place, "ai_response_p50", "ai_response_p95", "ai_response_p99")
    # In seconds: a4 1, a0 2, a1 2.001, a8 3, a2 8, a3 8.001, a11 10, a5 20; the last two are limits.
    assert found == {
        "ai_response_p50": 5500.0,
        "ai_response_p95": pytest.approx(16_500),  # rank 6.65
        "ai_response_p99": pytest.approx(19_300),  # rank 6.93
    }


def test_whether_they_satisfy(place: Place) -> None:
    found = march(place, "ai_apdex", "ai_success_rate")
    assert found == {
        # a0 in time; a1 a2 a8 within four times that; a3 too late, a4 a5 a11 in vain
        "ai_apdex": pytest.approx((1 + 3 / 2) / 8),
        "ai_success_rate": pytest.approx(5 / 8),
    }


def test_whether_they_help(place: Place) -> None:
    found = march(place, "ai_task_success_rate", "ai_outcome_known_rate")
    # c1 reached its goal, c3 did not; of c2 c4 c5 nobody knows
    assert found == {
        "ai_task_success_rate": pytest.approx(1 / 2),
        "ai_outcome_known_rate": pytest.approx(2 / 5),
    }


def test_what_helps_later_is_not_known_before(place: Place) -> None:
    # At 9:05 a0 has said no, and a1 is about to be asked; two seconds later it is about to be answered.
    for as_of in (datetime(2026, 3, 2, 9, 5), datetime(2026, 3, 2, 9, 5, 2)):
        found = march(place, "ai_conversations", "ai_task_success_rate", as_of=as_of)
        assert found == {"ai_conversations": 1, "ai_task_success_rate": 0.0}
    found = march(place, "ai_task_success_rate", as_of=datetime(2026, 3, 2, 9, 5, 3))
    assert found == {"ai_task_success_rate": 1.0}


def test_waiting_beyond_the_target(place: Place) -> None:
    # a1 0.001, a8 1, a2 6, a3 6.001, a11 8, a5 18
    assert march(place, "ai_wait_above_target") == {"ai_wait_above_target": pytest.approx(39.002)}
    found = march(place, "ai_wait_share", by="agent")
    assert found["ai_wait_share", "search"] == pytest.approx(7.001 / 39.002)


def test_bookings_beside_questions(place: Place) -> None:
    found = march(place, "ai_assisted_bookings", "ai_assisted_share")
    # b1, once; beside b3 only a9, which nobody asked; b4 is a test. Of b1 b3 b5.
    assert found == {"ai_assisted_bookings": 1, "ai_assisted_share": pytest.approx(1 / 3)}


def test_a_time_out_without_a_known_limit_waited_nobody_knows_how_long(place: Place) -> None:
    rows = {"ai_queries": [{**QUERIES[5], "limit_ms": None}]}
    names = ("ai_wait_above_target", "ai_response_p50", "ai_success_rate")
    assert values(place, rows, *names, period="2026-03", as_of=AS_OF) == {
        "ai_wait_above_target": None,
        "ai_response_p50": None,
        "ai_success_rate": 0.0,
    }
