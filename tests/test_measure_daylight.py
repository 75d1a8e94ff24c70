"""Buckets on the days of 2026 on which clocks change, on both engines."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pandas as pd
import pytest

from analytics_lib import Period, Scope
from analytics_lib.catalogue import METRICS, find
from analytics_lib.measure import measure
from tests import engines
from tests.engines import Place, about_frame
from tests.oracles.agreement import assert_agrees
from tests.oracles.bookings import MEASURED, booking_oracle
from tests.oracles.calendar import Look
from tests.tables import bookings_frame

place = engines.place

DAYS = [
    ("Europe/Madrid", "2026-03-29", 23),
    ("Europe/Madrid", "2026-10-25", 25),
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25),
    ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ("Australia/Lord_Howe", "2026-10-04", 23.5),
    ("Africa/Casablanca", "2026-02-15", 25),
    ("Africa/Casablanca", "2026-03-22", 23),
]
STEP = timedelta(minutes=10)


def every_ten_minutes(start: datetime, end: datetime) -> pd.DataFrame:
    """A booking every ten minutes from a day before to a day after."""
    rows = []
    instant = start - timedelta(days=1)
    while instant < end + timedelta(days=1):
        rows.append({"created_at": instant, "price_base_minor": len(rows), "is_test": False})
        instant += STEP
    return bookings_frame(rows)


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_hours_sum_to_the_day(place: Place, zone: str, day: str, hours: float) -> None:
    period = Period.named(day, zone)
    bookings = every_ten_minutes(period.start, period.end)
    as_of = period.end + timedelta(days=1)
    scope = Scope.build(period=day, as_of=as_of, zone=zone)
    asked = [METRICS["total_bookings"], METRICS["gross_bookings_value"]]
    with place.holding({"about": about_frame(as_of), "bookings": bookings}) as warehouse:
        whole = measure(asked, scope, warehouse=warehouse).set_index("metric")["value"]
        by_hour = measure(asked, scope, over="hour", warehouse=warehouse)
    assert whole["total_bookings"] == hours * 6
    for metric, values in by_hour.groupby("metric")["value"]:
        assert sum(values) == whole[metric]
    counts = by_hour[by_hour["metric"] == "total_bookings"].set_index("bucket")["value"]
    # Each local hour once under each of its offsets; six bookings an hour, three in a half one.
    assert counts.index.is_unique
    assert set(counts) <= {3, 6}
    for name, count in counts.items():
        named = Period.named(str(name), zone)
        assert named.name == name
        assert (named.end - named.start) == count * STEP


@pytest.mark.parametrize(("zone", "day", "hours"), DAYS)
def test_days_of_the_week_around(place: Place, zone: str, day: str, hours: float) -> None:
    start = Period.named(day, zone).start
    bookings = every_ten_minutes(start - timedelta(days=2), start + timedelta(days=3))
    week = f"{datetime.fromisoformat(day):%G-W%V}"
    as_of = start + timedelta(days=9)
    tables = {"about": about_frame(as_of), "bookings": bookings}
    with place.holding(tables) as warehouse:
        scope = Scope.build(period=week, as_of=as_of, zone=zone)
        frame = measure(find(MEASURED), scope, over="day", warehouse=warehouse)
    assert_agrees(frame, booking_oracle(tables, Look.at(week, "week", as_of, zone), (), "day"))
    counts = frame[frame["metric"] == "total_bookings"].set_index("bucket")["value"]
    assert counts[day] == hours * 6


def test_the_local_day_of_a_booking_made_under_another_offset(place: Place) -> None:
    """Booked at 23:30 on 1 February in Madrid, cancelled in April, when the same instant would be 00:30."""
    booked = datetime(2026, 2, 1, 22, 30)
    row = {
        "created_at": booked,
        "starts_on": datetime(2026, 2, 2).date(),
        "cancelled_at": datetime(2026, 4, 3),
    }
    as_of = datetime(2026, 6, 1)
    with place.holding({"about": about_frame(as_of), "bookings": bookings_frame([row])}) as warehouse:
        scope = Scope.build(period="2026-04", as_of=as_of, zone="Europe/Madrid")
        frame = measure([METRICS["cancellations"]], scope, by=["lead_time_band"], warehouse=warehouse)
    assert dict(zip(frame["lead_time_band"], frame["value"], strict=True)) == {"2 within a week": 1}


def test_arrivals_on_a_day_without_midnight(place: Place) -> None:
    """In Cairo 24 April 2026 begins at one o'clock; it has arrivals and nights like any other day."""
    days = [datetime(2026, 4, day).date() for day in (23, 24, 25, 26)]
    rows = [
        {
            "created_at": datetime(2026, 2, 1),
            "starts_on": first,
            "ends_on": last,
            "units": 1,
            "lodging_base_minor": 700,
        }
        for first, last in pairwise(days)
    ]
    as_of = datetime(2026, 6, 1)
    asked = [METRICS["arrivals"], METRICS["room_nights_sold"]]
    with place.holding({"about": about_frame(as_of), "bookings": bookings_frame(rows)}) as warehouse:
        for day in days[:3]:
            scope = Scope.build(period=day.isoformat(), as_of=as_of, zone="Africa/Cairo")
            assert list(measure(asked, scope, warehouse=warehouse)["value"]) == [1, 1]


@pytest.mark.parametrize(
    ("zone", "day", "hour", "before"),
    [
        # An hour is compared with the same hour by the clock, also after a change of it.
        ("Europe/Madrid", "2026-03-29", "2026-03-29T09+0200", datetime(2026, 3, 28, 8, 30)),
        ("Europe/Madrid", "2026-10-25", "2026-10-25T09+0100", datetime(2026, 10, 24, 7, 30)),
        ("Africa/Cairo", "2026-04-24", "2026-04-24T09+0300", datetime(2026, 4, 23, 7, 30)),
    ],
)
def test_hours_compare_by_the_clock(place: Place, zone: str, day: str, hour: str, before: datetime) -> None:
    as_of = datetime(2026, 12, 1)
    scope = Scope.build(period=day, as_of=as_of, zone=zone)
    rows = bookings_frame([{"created_at": before}])
    with place.holding({"about": about_frame(as_of), "bookings": rows}) as warehouse:
        frame = measure(
            [METRICS["total_bookings"]], scope, over="hour", compare="previous", warehouse=warehouse
        )
    previous = frame.set_index("bucket")["previous"]
    assert previous[hour] == 1
    assert sum(count or 0 for count in previous) == 1


def test_half_an_hour_compares_with_the_hour_before(place: Place) -> None:
    """On Lord Howe the second hour 01 lasts thirty minutes; the first, before it, is the one it follows."""
    as_of = datetime(2026, 6, 1)
    scope = Scope.build(period="2026-04-05T01+1030", as_of=as_of, zone="Australia/Lord_Howe")
    rows = bookings_frame([{"created_at": datetime(2026, 4, 4, 14, 30)}])
    with place.holding({"about": about_frame(as_of), "bookings": rows}) as warehouse:
        for over in (None, "hour"):
            asked = [METRICS["total_bookings"]]
            frame = measure(asked, scope, over=over, compare="previous", warehouse=warehouse)
            assert list(frame["previous"]) == [1]


def test_an_hour_that_one_of_two_days_has_not_got_is_missing_there(place: Place) -> None:
    """29 March has no two o'clock in Madrid, and no Saturday."""
    instants = [datetime(2026, 3, 28, 1, 30), datetime(2026, 3, 28, 9), datetime(2026, 3, 29, 9)]
    as_of = datetime(2026, 4, 1)
    rows = bookings_frame([{"created_at": each, "is_test": False} for each in instants])
    scope = Scope.build(period="2026-03-29", as_of=as_of, zone="Europe/Madrid")
    with place.holding({"about": about_frame(as_of), "bookings": rows}) as warehouse:
        asked = {
            name: measure(find(["total_bookings"]), scope, [name], None, "previous", warehouse=warehouse)
            for name in ("hour_of_day", "weekday")
        }
    hours = asked["hour_of_day"].set_index("hour_of_day")
    assert hours.loc["02", ["value", "previous", "change"]].tolist() == [None, 1, None]
    assert hours.loc["02", "reason"] == "the period has no such hour or weekday, or not yet"
    assert hours.loc["03", ["value", "previous", "change"]].tolist() == [0, 0, 0]
    days = asked["weekday"].set_index("weekday")
    assert days[["value", "previous"]].to_numpy().tolist() == [[None, 2], [1, None]]


def test_slots_are_those_of_the_clock_by_which_something_is_dated_and_of_no_bucket(place: Place) -> None:
    booking = {"created_at": datetime(2026, 3, 24, 20), "cancelled_at": datetime(2026, 3, 29, 9)}
    as_of = datetime(2026, 4, 1)
    sunday = Scope.build(period="2026-03-29", as_of=as_of)
    rows = bookings_frame([booking | {"is_test": False, "starts_on": date(2026, 5, 1)}])
    with place.holding({"about": about_frame(as_of), "bookings": rows}) as warehouse:

        def days(metric: str, scope: Scope, over: str | None = None) -> dict[object, int]:
            frame = measure(find([metric]), scope, ["weekday"], over, warehouse=warehouse)
            return frame.groupby("weekday")["value"].sum().to_dict()

        # Cancelled on a Sunday was what had been booked on a Tuesday.
        assert days("cancellations", sunday) == {"2": 1}
        assert days("total_bookings", sunday) == {"7": 0}
        march = Scope.build(period="2026-03", as_of=as_of)
        assert days("total_bookings", march) == {str(day): int(day == 2) for day in range(1, 8)}
        assert days("total_bookings", march, "day") == {"2": 1}


@pytest.mark.parametrize(
    ("zone", "period", "as_of"),
    [
        ("Atlantic/Azores", "2026-10-25", datetime(2026, 10, 25, 1)),
        ("America/Havana", "2026-11", datetime(2026, 11, 1, 5)),
    ],
)
@pytest.mark.parametrize("over", ["hour", "day"])
def test_a_period_to_date_that_is_of_no_length_by_the_clock(
    place: Place, zone: str, period: str, as_of: datetime, over: str
) -> None:
    """At the second midnight of the day nothing of it has passed by the clock, though an hour has."""
    rows = bookings_frame([{"created_at": as_of - STEP, "customer_id": "c", "is_test": False}])
    scope = Scope.build(period=period, as_of=as_of, zone=zone)
    asked = find(["total_bookings", "customer_retention_rate", "one_time_share_12m", "bookings_on_the_books"])
    with place.holding({"about": about_frame(as_of), "bookings": rows}) as warehouse:
        frame = measure(asked, scope, (), over, "previous", warehouse=warehouse)
    assert frame.set_index("metric").loc["total_bookings", ["value", "previous"]].tolist() == [1, None]


def test_the_day_before_one_that_follows_a_day_that_never_was(place: Place) -> None:
    """In Apia 30 December 2011 was left out."""
    as_of = datetime(2012, 3, 1)
    noons = [datetime(2011, 12, 29, 22), datetime(2011, 12, 30, 22)]
    rows = bookings_frame([{"created_at": each, "is_test": False} for each in noons])
    with place.holding({"about": about_frame(as_of), "bookings": rows}) as warehouse:
        day = Scope.build(period="2011-12-31", as_of=as_of, zone="Pacific/Apia")
        frame = measure(find(["total_bookings"]), day, (), None, "previous", warehouse=warehouse)
        month = Scope.build(period="2011-12", as_of=as_of, zone="Pacific/Apia")
        by_day = measure(find(["customer_retention_rate"]), month, (), "day", "previous", warehouse=warehouse)
    assert frame[["value", "previous"]].to_numpy().tolist() == [[1, 1]]
    assert by_day["bucket"].iloc[-1] == "2011-12-31"
