"""Ranges of periods: each once, in order, without a gap, whatever the calendar does."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.local_time import TimeFrame
from analytics_lib.period import Period
from scheduler.periods import frame_of, periods_in


@pytest.mark.parametrize(
    ("period", "names"),
    [
        ("last", ["last"]),
        ("all", ["all"]),
        ("2026-10", ["2026-10"]),
        ("2025-11..2026-02", ["2025-11", "2025-12", "2026-01", "2026-02"]),
        ("2020-W52..2021-W01", ["2020-W52", "2020-W53", "2021-W01"]),
        ("2025-W52..2026-W02", ["2025-W52", "2026-W01", "2026-W02"]),
        ("2024-Q3..2025-Q2", ["2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2"]),
        ("2024..2026", ["2024", "2025", "2026"]),
        ("2024-02-28..2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2026-05..2026-05", ["2026-05"]),
    ],
)
def test_a_range_is_every_period_between_its_ends(period: str, names: list[str]) -> None:
    assert list(periods_in(period, "Europe/Madrid")) == names


def test_the_hour_that_occurs_twice_is_two_periods() -> None:
    assert list(periods_in("2026-10-25T01..2026-10-25T03", "Europe/Madrid")) == [
        "2026-10-25T01+0200",
        "2026-10-25T02+0200",
        "2026-10-25T02+0100",
        "2026-10-25T03+0100",
    ]


def test_a_day_that_a_zone_has_never_had_is_left_out() -> None:
    assert list(periods_in("2011-12-29..2011-12-31", "Pacific/Apia")) == ["2011-12-29", "2011-12-31"]


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        (
            "2025-01..2025-W10",
            "The range '2025-01..2025-W10' goes from a month to a week: name two of one length.",
        ),
        ("2025-12..2025-01", "The range '2025-12..2025-01' ends before it begins: write 2025-01..2025-12."),
        ("2025-01..", "The range '2025-01..' lacks an end: write both, such as 2025-01..2025-12."),
        ("..2025-01", "The range '..2025-01' lacks an end: write both, such as 2025-01..2025-12."),
    ],
)
def test_ends_that_do_not_belong_together_are_refused(period: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        list(periods_in(period, "UTC"))
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "period", ["last..current", "2025-01...2025-03", "2025-W53..2026-W01", "2025-13..2026-01"]
)
def test_ends_that_are_no_periods_are_refused(period: str) -> None:
    with pytest.raises(InputError, match="is not a date of the calendar"):
        frame_of(period)


def test_a_range_of_more_periods_than_anybody_reads_is_refused() -> None:
    with pytest.raises(InputError, match="has more than 10,000 periods: name a shorter one"):
        list(periods_in("1900-01-01..2026-01-01", "UTC"))


@given(
    frame=st.sampled_from(
        [TimeFrame.DAY, TimeFrame.WEEK, TimeFrame.MONTH, TimeFrame.QUARTER, TimeFrame.YEAR]
    ),
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)),
    further=st.integers(0, 70),
    zone=st.sampled_from(["UTC", "Europe/Madrid", "America/New_York", "Asia/Kathmandu"]),
)
def test_periods_of_a_range_follow_each_other(
    frame: TimeFrame, moment: datetime, further: int, zone: str
) -> None:
    first = Period.containing(frame, moment, zone)
    last = first.shifted(further)
    period = f"{first.name}..{last.name}"
    found = [Period.named(name, zone) for name in periods_in(period, zone)]
    assert frame_of(period) is frame
    assert len(found) == further + 1 and (found[0], found[-1]) == (first, last)
    assert all(one.end == following.start for one, following in pairwise(found))
