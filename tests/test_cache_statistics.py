"""What the cache tells of itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from analytics_lib.cache import (
    LAST_CALLS,
    AnswerCache,
    ResponseTimes,
)
from tests.crowds import Clock, never, weigh


def test_nothing_was_asked() -> None:
    told = AnswerCache().statistics()
    assert told.hit_rate is None
    assert told.hit_times == told.miss_times == told.shared_times == ResponseTimes()


def test_hits_and_misses_are_timed_apart() -> None:
    clock = Clock()
    cache = AnswerCache(clock=clock)

    def take(seconds: float) -> Callable[[Any], Any]:
        def work(value: Any = "answer") -> Any:
            clock.now += seconds
            return value

        return work

    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("a", lambda: 1 // 0, weigh)
    cache.get_or_make("a", lambda: take(0.25)("answer"), weigh)
    for milliseconds in range(1, 21):
        cache.get_or_make("a", never, weigh, copy=take(milliseconds / 1000))
    told = cache.statistics()
    assert (told.hits, told.misses, told.hit_rate) == (20, 2, 20 / 22)
    hits, misses = told.hit_times, told.miss_times
    taken = (hits.mean_ms, hits.p50_ms, hits.p95_ms, hits.p99_ms, hits.longest_ms)
    assert hits.count == 20 and taken == pytest.approx((10.5, 10, 19, 20, 20))
    assert misses.count == 2 and (misses.p50_ms, misses.longest_ms) == pytest.approx((0, 250))


def test_only_the_last_calls_are_timed() -> None:
    clock = Clock()
    cache = AnswerCache(timedelta(days=1), clock=clock)
    cache.get_or_make("a", lambda: 0, weigh)

    def slowly(value: int) -> int:
        clock.now += 5
        return value

    for _ in range(3):
        cache.get_or_make("a", never, weigh, copy=slowly)
    for _ in range(LAST_CALLS - 1):
        cache.get_or_make("a", never, weigh)
    told = cache.statistics()
    assert told.hits == LAST_CALLS + 2
    assert told.hit_times.count == LAST_CALLS
    assert (told.hit_times.longest_ms, told.hit_times.p99_ms) == pytest.approx((5000, 0))
