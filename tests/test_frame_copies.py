"""Frames of one's own: nobody changes what another is given, and what a frame takes."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import datetime
from decimal import Decimal

import pandas as pd

from analytics_lib import AnalyticsService, Scope
from analytics_lib.cache import (
    AnswerCache,
)
from analytics_lib.frame_copies import frame_bytes, frame_copy
from tests.crowds import Crowd, never, until, waiters

SCOPE = Scope.build(period="2026-10", as_of=datetime(2026, 11, 1))


def answer_frame() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "value": pd.Series([1, Decimal("2.50"), None], dtype=object),
            "n": [1, 2, 3],
            "bucket_start": pd.date_range("2026-10-01", periods=3),
            "share": pd.array([0.5, None, 0.25], dtype="Float64"),
        }
    )
    frame.attrs = {
        "metrics": {"bookings": {"dimensions": ["channel"], "title": "Bookings"}},
        "scope": SCOPE,
        "dimensions": ("channel", ["changeable"]),
        "marks": {1},
    }
    return frame


def spoil(frame: pd.DataFrame) -> None:
    """Change all that can be changed in a frame."""
    for place in range(frame.shape[1]):
        column = frame.iloc[:, place]
        column.array[0] = column.array[1]
    frame["more"] = 0
    frame.columns.name = frame.index.name = "spoiled"
    frame.attrs["metrics"]["bookings"]["title"] = "spoiled"
    frame.attrs["metrics"]["bookings"]["dimensions"].append("spoiled")
    frame.attrs["dimensions"][1].append("spoiled")
    frame.attrs["marks"].add(2)
    frame.attrs["more"] = 0


def assert_unspoiled(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(frame, answer_frame())
    assert frame.attrs == answer_frame().attrs
    assert (frame.columns.name, frame.index.name) == (None, None)
    assert [type(value) for value in frame["value"]] == [int, Decimal, type(None)]


def test_nobody_changes_the_frame_of_another() -> None:
    cache = AnswerCache()
    made = cache.get_or_make("a", answer_frame, frame_bytes, frame_copy)
    assert_unspoiled(made)
    spoil(made)
    first = cache.get_or_make("a", never, frame_bytes, frame_copy)
    assert_unspoiled(first)
    spoil(first)
    assert_unspoiled(cache.get_or_make("a", never, frame_bytes, frame_copy))
    assert first.attrs["scope"] is SCOPE


def test_those_who_waited_have_frames_of_their_own() -> None:
    cache = AnswerCache()

    def make() -> pd.DataFrame:
        until(lambda: waiters(cache) == 7)
        return answer_frame()

    def work(_: int) -> pd.DataFrame:
        return cache.get_or_make("a", make, frame_bytes, frame_copy)

    frames = Crowd(8, work).ends()
    for frame in frames:
        assert_unspoiled(frame)
        spoil(frame)


def test_the_size_of_a_frame_is_what_it_takes() -> None:
    answer_frame()  # pandas keeps some things for itself the first time
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        rows = range(3_000)
        values = [Decimal(row) / 7 for row in rows]
        reasons = ["a reason that all rows share " * 3] * len(rows)
        frame = pd.DataFrame({"value": values, "reason": reasons, "name": [f"name {row}" for row in rows]})
        frame = frame.assign(n=rows, text=pd.array([f"text {row}" for row in rows], dtype="string"))
        frame.attrs = {"metrics": {str(row): {"says": f"sentence {row}"} for row in range(200)}}
        del values, reasons
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken <= frame_bytes(frame) <= 1.3 * taken


def test_looking_at_the_size_leaves_nothing_behind() -> None:
    frame = answer_frame()
    before = frame_bytes(frame)
    assert frame_bytes(frame) == before
    assert_unspoiled(frame)


def test_an_answer_of_the_platform_comes_back_as_it_was(small: AnalyticsService) -> None:
    cache = AnswerCache()
    metrics, scope = ("total_bookings", "gross_bookings_value", "cancellation_rate"), small.scope()

    def ask() -> pd.DataFrame:
        return small.measure(metrics, scope, by=("channel",), over="day", compare="previous")

    fresh = ask()
    first = cache.get_or_make("a", ask, frame_bytes, frame_copy)
    again = cache.get_or_make("a", never, frame_bytes, frame_copy)
    for kept in (first, again):
        pd.testing.assert_frame_equal(kept, fresh)
        assert kept.attrs == fresh.attrs
    held = int(fresh.memory_usage(index=True).sum())
    assert held < cache.statistics().bytes < held + int(fresh.memory_usage(deep=True).sum()) + 100_000
