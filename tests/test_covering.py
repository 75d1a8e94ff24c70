"""What the data covers: absent, empty and incomplete are three things."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from analytics_lib import TimeFrame
from analytics_lib.catalogue import METRICS
from analytics_lib.covering import Covering
from analytics_lib.metric import Metric
from analytics_lib.schema import bookings

FROM, THROUGH = datetime(2026, 1, 1), datetime(2026, 4, 1, 12)


def leaf(name: str) -> Metric:
    metric = METRICS[name]
    assert isinstance(metric, Metric)
    return metric


def covering(
    *columns: str, low: datetime | None = FROM, high: datetime | None = THROUGH, **about: str
) -> Covering:
    frame = pd.DataFrame(
        {
            "table_name": ["bookings"] * len(columns),
            "column_name": list(columns),
            "complete_from": pd.Series([low] * len(columns), dtype="datetime64[us]"),
            "complete_through": pd.Series([high] * len(columns), dtype="datetime64[us]"),
        }
    )
    return Covering.of({"source": "the ferry", **about}, frame)


def test_nothing_said_is_nothing_missing() -> None:
    silent = covering()
    assert silent.why_absent({("bookings", "created_at")}) is None
    assert silent.why_incomplete(bookings.c.created_at, datetime(1900, 1, 1), datetime(2100, 1, 1)) is None


def test_columns_that_are_not_listed_are_absent() -> None:
    some = covering("created_at", "cancelled_at")
    assert some.absent({("bookings", "created_at")}) == ()
    needed = {("bookings", "created_at"), ("bookings", "no_show_at"), ("partners", "name")}
    assert some.absent(needed) == ("bookings.no_show_at", "partners.name")
    assert some.why_absent(needed) == "missing, because the ferry has no bookings.no_show_at and no partners"


@pytest.mark.parametrize(
    ("start", "until", "complete"),
    [
        (FROM, THROUGH, True),
        (datetime(2026, 2, 1), datetime(2026, 3, 1), True),
        (datetime(2025, 12, 31, 23, 59), datetime(2026, 3, 1), False),
        (FROM, datetime(2026, 4, 1, 12, 0, 1), False),
    ],
)
def test_a_window_is_complete_only_within_the_span(start: datetime, until: datetime, complete: bool) -> None:
    why = covering("created_at").why_incomplete(bookings.c.created_at, start, until)
    assert (why is None) == complete
    if why:
        assert why == (
            "incomplete: bookings.created_at is complete only from 2026-01-01 to 2026-04-01T12:00:00Z"
        )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(None, THROUGH, "only to 2026-04-01T12:00:00Z"), (FROM, None, "only from 2026-01-01")],
)
def test_an_open_end_is_complete(low: datetime | None, high: datetime | None, words: str) -> None:
    open_ended = covering("created_at", low=low, high=high)
    far = (datetime(1999, 1, 1), datetime(2099, 1, 1))
    assert (open_ended.why_incomplete(bookings.c.created_at, *far) or "").endswith(words)
    inside = (datetime(1999, 1, 1), THROUGH) if low is None else (FROM, datetime(2099, 1, 1))
    assert open_ended.why_incomplete(bookings.c.created_at, *inside) is None


def test_hours_need_instants() -> None:
    instants, days = covering("created_at"), covering("created_at", resolution="day")
    by_instant, by_date = leaf("total_bookings"), leaf("arrivals")
    assert instants.why_no_hours(by_instant, TimeFrame.DAY, TimeFrame.HOUR) is None
    assert instants.why_no_hours(by_date, TimeFrame.DAY, None) is None
    assert "arrivals is dated by local days" in (instants.why_no_hours(by_date, TimeFrame.HOUR, None) or "")
    assert "the ferry knows only days" in (days.why_no_hours(by_instant, None, TimeFrame.HOUR) or "")
