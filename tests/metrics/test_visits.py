"""Visits and visitors, counted by hand from the ten visits."""

from __future__ import annotations

from datetime import datetime

import pytest

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from tests.engines import Place, about_frame, coverage_frame
from tests.made_rows import frame_of
from tests.metrics.rows import Rows, values
from tests.metrics.ten_visits import SESSIONS, march


def test_visits_and_visitors(place: Place) -> None:
    found = march(place, "sessions", "bot_sessions", "active_users", "sessions_per_user")
    assert found == {
        "sessions": 6,  # s2 s3 s4 s5 s6 s8
        "bot_sessions": 1,  # s9
        "active_users": 3,  # ana, ben, cleo
        "sessions_per_user": 2.0,
    }


def test_visitors_of_a_day(place: Place) -> None:
    # ana 2 March, ben 5 and 6 March, cleo 29 March: 4 in 31 days
    assert march(place, "daily_active_users", "stickiness") == {
        "daily_active_users": pytest.approx(4 / 31),
        "stickiness": pytest.approx(4 / 31 / 3),
    }


def test_days_that_have_passed(place: Place) -> None:
    # At noon of 5 March in Madrid five days have begun, with ana's and ben's one day each.
    found = march(place, "daily_active_users", "sessions_per_hour", as_of=datetime(2026, 3, 5, 11))
    assert found == {
        "daily_active_users": pytest.approx(2 / 5),
        "sessions_per_hour": pytest.approx(3 / 108),
    }


def test_hours_of_the_month(place: Place) -> None:
    # March has 743 hours in Madrid.
    assert march(place, "sessions_per_hour") == {"sessions_per_hour": pytest.approx(6 / 743)}


def test_hours_of_the_day(place: Place) -> None:
    found = march(place, "sessions_per_hour", by="hour_of_day")
    assert found["sessions_per_hour", "10"] == pytest.approx(2 / 31)  # s2 s4
    assert found["sessions_per_hour", "00"] == pytest.approx(2 / 31)  # s5, and s6 at half past


def hours(*visits: int, until: int = 24) -> dict[object, int]:
    """The sessions of each hour of a day, of which those given have one."""
    return {("sessions", f"{hour:02}"): int(hour in visits) for hour in range(until)}


def test_slots_without_a_visit_have_none(place: Place) -> None:
    # s2 at ten and s3 at eleven of 2 March, a Monday
    assert march(place, "sessions", period="2026-03-02", by="hour_of_day") == hours(10, 11)
    week = march(place, "sessions", period="2026-W10", by="weekday")
    # s2 s3, s4, s5 of 6 March in Madrid
    assert week == {("sessions", str(day)): {1: 2, 4: 1, 5: 1}.get(day, 0) for day in range(1, 8)}
    # A slot that the period has not got, or not yet, is none of it.
    assert march(place, "sessions", period="2026-03-02", by="weekday") == {("sessions", "1"): 2}
    ten = datetime(2026, 3, 2, 9, 30)
    assert march(place, "sessions", period="2026-03-02", by="hour_of_day", as_of=ten) == hours(10, until=11)
    # The clock skips two o'clock of 29 March.
    skipped = march(place, "sessions", period="2026-03-29", by="hour_of_day")
    wanted = hours(0)
    del wanted["sessions", "02"]
    assert skipped == wanted


def test_a_whole_week_has_168_slots_and_what_is_no_count_is_missing(place: Place) -> None:
    scope = Scope.build(period="2026-03", as_of=datetime(2026, 4, 15), zone="Europe/Madrid")
    tables = {"about": about_frame(datetime(2026, 4, 15)), "sessions": frame_of("sessions", SESSIONS)}
    metrics = find(["sessions", "sessions_per_hour", "session_time_to_book_median"])
    with place.holding(tables) as warehouse:
        frame = measure(metrics, scope, by=("hour_of_day", "weekday"), warehouse=warehouse)
        mixed = measure(metrics[:1], scope, by=("weekday", "device"), warehouse=warehouse)
    counts = frame[frame["metric"] == "sessions"]
    assert len(counts) == 168
    assert counts["value"].sum() == 6
    per_hour = frame[frame["metric"] == "sessions_per_hour"]["value"]
    assert sum(value == 0 for value in per_hour) == 168 - sum(count > 0 for count in counts["value"])
    medians = frame[frame["metric"] == "session_time_to_book_median"]
    assert set(medians[medians["value"].isna()]["reason"]) == {"no rows to rank"}
    # Cut by anything else beside, only what was found is told.
    assert (mixed["value"] > 0).all()


def test_slots_of_what_cannot_be_answered_are_not_made_up(place: Place) -> None:
    tables = {
        "about": about_frame(datetime(2026, 4, 15)),
        "coverage": coverage_frame(without=("sessions.is_bot",)),
    }
    scope = Scope.build(period="2026-03", as_of=datetime(2026, 4, 15), zone="Europe/Madrid")
    with place.holding(tables) as warehouse:
        frame = measure(find(["sessions_per_hour"]), scope, by=("weekday",), warehouse=warehouse)
    assert frame[["weekday", "value"]].to_dict("list") == {"weekday": ["unknown"], "value": [None]}


def test_an_hour_that_is_not_over(place: Place) -> None:
    # At half past ten of 5 March in Madrid: four such hours and a half, with s2 and s4
    found = march(place, "sessions_per_hour", by="hour_of_day", as_of=datetime(2026, 3, 5, 9, 30))
    assert found["sessions_per_hour", "10"] == pytest.approx(2 / 4.5)


def test_a_weekday_with_an_hour_less(place: Place) -> None:
    # March has five Sundays, the last of 23 hours; s6 came on it.
    found = march(place, "sessions_per_hour", by="weekday")
    assert found["sessions_per_hour", "7"] == pytest.approx(1 / 119)


@pytest.mark.parametrize(
    ("hour", "occurrences"),
    [("2026-10-25", 2), ("2026-10-24", 1)],
)
def test_an_hour_that_comes_twice_counts_twice(place: Place, hour: str, occurrences: int) -> None:
    # One visit in the first of them: at 2:30 in summer time.
    rows: Rows = [
        {
            "session_id": "s",
            "visitor_id": "v",
            "started_at": datetime.fromisoformat(f"{hour}T00:30"),
            "is_test": False,
        }
    ]
    found = values(
        place,
        {"sessions": rows},
        "sessions_per_hour",
        period=hour,
        as_of=datetime(2026, 11, 1),
        by="hour_of_day",
    )
    assert found.pop(("sessions_per_hour", "02")) == pytest.approx(1 / occurrences)
    # In the other hours there was none, which is known.
    others = (f"{number:02}" for number in range(24) if number != 2)
    assert found == {("sessions_per_hour", other): 0 for other in others}


def test_who_comes_back(place: Place) -> None:
    found = march(place, "user_retention_rate", "user_churn_rate")
    # ana and ben came in February, and again in March
    assert found == {"user_retention_rate": 1.0, "user_churn_rate": 0.0}
    # ana, ben and cleo came in March, cleo again in April
    april = march(
        place, "user_retention_rate", "user_churn_rate", period="2026-04", as_of=datetime(2026, 5, 1)
    )
    assert april == {"user_retention_rate": pytest.approx(1 / 3), "user_churn_rate": pytest.approx(2 / 3)}


def test_who_comes_back_so_far(place: Place) -> None:
    # By noon of 5 March only ana was there in the same part of February, and she is there again.
    found = march(place, "user_retention_rate", as_of=datetime(2026, 3, 5, 11))
    assert found == {"user_retention_rate": 1.0}
    # By 2 March 9:00 in Madrid nobody: ana came at 10:00, in both months.
    assert march(place, "user_retention_rate", as_of=datetime(2026, 3, 2, 8)) == {"user_retention_rate": None}


def test_who_comes_back_within_a_group(place: Place) -> None:
    found = march(place, "user_churn_rate", by="channel")
    assert found == {
        ("user_churn_rate", "ads"): 0.0,  # ana in February and in March
        ("user_churn_rate", "mail"): 1.0,  # ana and ben in February, nobody in March
    }
