"""Local calendars: offsets, buckets and names, also where a clock jumps."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_lib import Period
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.local_time import (
    DAY,
    HOUR,
    TimeFrame,
    buckets,
    floor,
    name_of,
    offset_at,
    parse_name,
    segments,
    step,
    to_instant,
    to_local,
)
from tests.oracles.calendar import bounds, bucket_name, clock, reached
from tests.tables import ZONES

SWITCHES = [
    # zone, local day, its instants, length in hours
    ("Europe/Madrid", "2026-03-29", datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22), 23),
    ("Europe/Madrid", "2026-10-25", datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 23), 25),
    ("America/New_York", "2026-03-08", datetime(2026, 3, 8, 5), datetime(2026, 3, 9, 4), 23),
    ("America/New_York", "2026-11-01", datetime(2026, 11, 1, 4), datetime(2026, 11, 2, 5), 25),
    ("Australia/Lord_Howe", "2026-04-05", datetime(2026, 4, 4, 13), datetime(2026, 4, 5, 13, 30), 24.5),
    ("Australia/Lord_Howe", "2026-10-04", datetime(2026, 10, 3, 13, 30), datetime(2026, 10, 4, 13), 23.5),
    # Morocco leaves summer time for Ramadan: the clock goes back in February and forward in March.
    ("Africa/Casablanca", "2026-02-15", datetime(2026, 2, 14, 23), datetime(2026, 2, 16, 0), 25),
    ("Africa/Casablanca", "2026-03-22", datetime(2026, 3, 22, 0), datetime(2026, 3, 22, 23), 23),
]


@pytest.mark.parametrize(("zone", "day", "start", "end", "hours"), SWITCHES)
def test_days_on_which_the_clock_changes(
    zone: str, day: str, start: datetime, end: datetime, hours: float
) -> None:
    period = Period.named(day, zone)
    assert (period.start, period.end) == (start, end)
    assert (period.end - period.start) / HOUR == hours


@pytest.mark.parametrize(("zone", "day", "start", "end", "hours"), SWITCHES)
def test_hours_make_up_the_day_and_can_be_named(
    zone: str, day: str, start: datetime, end: datetime, hours: float
) -> None:
    found = list(buckets(start, end, TimeFrame.HOUR, zone))
    assert found[0].start == start
    assert found[-1].end == end
    assert [hour.end for hour in found[:-1]] == [hour.start for hour in found[1:]]
    assert len({hour.name for hour in found}) == len({hour.key for hour in found}) == len(found)
    for hour in found:
        named = Period.named(hour.name, zone)
        assert (named.start, named.end, named.name) == (hour.start, hour.end, hour.name)
        assert bucket_name(hour.start, "hour", zone) == hour.name


def test_an_hour_that_occurs_twice_is_two_buckets() -> None:
    madrid = [
        b.name
        for b in buckets(
            datetime(2026, 10, 24, 22), datetime(2026, 10, 25, 23), TimeFrame.HOUR, "Europe/Madrid"
        )
    ]
    assert madrid[2:5] == ["2026-10-25T02+0200", "2026-10-25T02+0100", "2026-10-25T03+0100"]
    # At 02:00 the clock goes back to 01:30, so the second hour 01 lasts thirty minutes.
    lord_howe = list(
        buckets(datetime(2026, 4, 4, 13), datetime(2026, 4, 5, 13, 30), TimeFrame.HOUR, "Australia/Lord_Howe")
    )
    assert [b.name for b in lord_howe[1:4]] == [
        "2026-04-05T01+1100",
        "2026-04-05T01+1030",
        "2026-04-05T02+1030",
    ]
    assert [(b.end - b.start) / HOUR for b in lord_howe[1:4]] == [1, 0.5, 1]


def test_an_hour_that_is_skipped_does_not_exist() -> None:
    names = [
        b.name
        for b in buckets(
            datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22), TimeFrame.HOUR, "Europe/Madrid"
        )
    ]
    assert names[1:3] == ["2026-03-29T01+0100", "2026-03-29T03+0200"]


def test_a_day_whose_midnight_is_skipped_begins_later() -> None:
    day = Period.named("2026-04-24", "Africa/Cairo")
    assert to_local(day.start, "Africa/Cairo") == datetime(2026, 4, 24, 1)
    assert (day.end - day.start) == 23 * HOUR
    assert day.name == "2026-04-24"


@pytest.mark.parametrize("zone", ZONES)
@settings(deadline=None, max_examples=30, derandomize=True, database=None)
@given(
    instant=st.datetimes(datetime(2025, 12, 1), datetime(2027, 1, 31)),
    frame=st.sampled_from(list(TimeFrame)),
)
def test_periods_hold_the_instant_they_are_made_for(zone: str, instant: datetime, frame: TimeFrame) -> None:
    period = Period.containing(frame, instant, zone)
    name = bucket_name(instant, frame.value, zone)
    assert period.name == name
    assert (period.start, period.end) == bounds(name, frame.value, zone)
    assert Period.named(name, zone) == period


@pytest.mark.parametrize("zone", ZONES)
@settings(deadline=None, max_examples=30, derandomize=True, database=None)
@given(instant=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_offsets_and_wall_clocks(zone: str, instant: datetime) -> None:
    assert to_local(instant, zone) == clock(instant, zone) == instant + offset_at(instant, zone)
    assert to_instant(to_local(instant, zone), zone) <= instant
    assert to_instant(to_local(instant, zone), zone) == reached(clock(instant, zone), zone)


def test_a_skipped_time_becomes_the_moment_of_the_change() -> None:
    change = datetime(2026, 3, 29, 1)
    for minute in (0, 30, 59):
        assert to_instant(datetime(2026, 3, 29, 2, minute), "Europe/Madrid") == change
    assert to_instant(datetime(2026, 3, 29, 3), "Europe/Madrid") == change
    assert to_instant(datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe") == datetime(2026, 10, 3, 15, 30)


def test_a_repeated_time_is_the_first_of_the_two() -> None:
    assert to_instant(datetime(2026, 10, 25, 2, 30), "Europe/Madrid") == datetime(2026, 10, 25, 0, 30)


@pytest.mark.parametrize("zone", ZONES)
def test_segments_of_a_year_have_constant_offsets(zone: str) -> None:
    start, end = datetime(2026, 1, 1), datetime(2027, 1, 1)
    found = segments(start, end, zone)
    assert (found[0].start, found[-1].end) == (start, end)
    for low, high in pairwise(found):
        assert low.end == high.start
        assert low.offset != high.offset
        assert offset_at(high.start - timedelta(microseconds=1), zone) == low.offset
        assert offset_at(high.start, zone) == high.offset
    assert len(found) == (1 if zone == "UTC" else 3)


@pytest.mark.parametrize(
    ("frame", "local", "wanted", "name"),
    [
        ("hour", datetime(2026, 10, 25, 2, 59, 59), datetime(2026, 10, 25, 2), "2026-10-25T02+0000"),
        ("day", datetime(2026, 12, 31, 23), datetime(2026, 12, 31), "2026-12-31"),
        # ISO years: the first of January 2027 is a Friday and belongs to the last week of 2026.
        ("week", datetime(2027, 1, 1), datetime(2026, 12, 28), "2026-W53"),
        ("week", datetime(2024, 12, 31), datetime(2024, 12, 30), "2025-W01"),
        ("month", datetime(2024, 2, 29), datetime(2024, 2, 1), "2024-02"),
        ("quarter", datetime(2026, 9, 30), datetime(2026, 7, 1), "2026-Q3"),
        ("year", datetime(2026, 9, 30), datetime(2026, 1, 1), "2026"),
    ],
)
def test_floors_and_names(frame: str, local: datetime, wanted: datetime, name: str) -> None:
    assert floor(local, TimeFrame(frame)) == wanted
    assert name_of(wanted, TimeFrame(frame)) == name


@pytest.mark.parametrize(
    ("frame", "start", "count", "wanted"),
    [
        ("hour", datetime(2026, 1, 1), -1, datetime(2025, 12, 31, 23)),
        ("day", datetime(2024, 2, 28), 2, datetime(2024, 3, 1)),
        ("week", datetime(2026, 12, 28), 1, datetime(2027, 1, 4)),
        ("month", datetime(2026, 1, 1), -1, datetime(2025, 12, 1)),
        ("quarter", datetime(2026, 10, 1), 1, datetime(2027, 1, 1)),
        ("year", datetime(2024, 1, 1), -1, datetime(2023, 1, 1)),
    ],
)
def test_steps(frame: str, start: datetime, count: int, wanted: datetime) -> None:
    assert step(start, TimeFrame(frame), count) == wanted


def test_parts_of_periods_are_clipped() -> None:
    found = list(buckets(datetime(2026, 1, 30, 12), datetime(2026, 3, 2), TimeFrame.MONTH, "UTC"))
    assert [b.name for b in found] == ["2026-01", "2026-02", "2026-03"]
    assert found[0].start == datetime(2026, 1, 30, 12)
    assert found[-1].end - found[-1].start == DAY


@pytest.mark.parametrize(
    "name",
    [
        "2026-13", "2026-02-30", "2026-W54", "2025-W53", "2026-Q5", "26", "oktober", "", "2026-10-25T24",
        "2026-10-25T2", " 2026", "2026-10 ", "0000", "٢٠٢٦",
    ],
)  # fmt: skip
def test_what_is_no_name_of_a_period_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_name(name)
    assert f"'{name}'" in str(caught.value)
    assert str(caught.value).endswith(".")


def test_unknown_zones_and_time_frames_name_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"Unknown time zone 'Europe/Madird': did you mean Europe/Madrid"):
        offset_at(datetime(2026, 1, 1), "Europe/Madird")
    with pytest.raises(UnknownName, match="Unknown time frame 'fortnight': choose one of"):
        TimeFrame("fortnight")


def test_the_end_of_the_calendar_is_an_error_that_names_the_year() -> None:
    with pytest.raises(InputError, match="outside the calendar"):
        Period.named("9999")
