"""The cache of answers: what it keeps and lets go, one making for many threads, and frames of one's own."""

from __future__ import annotations

import gc
import itertools
import linecache
import random
import signal
import sys
import threading
import time
import tracemalloc
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import FrameType
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from analytics_lib import AnalyticsService, Scope
from analytics_lib import cache as cache_module
from analytics_lib.cache import (
    LAST_CALLS,
    AnswerCache,
    ResponseTimes,
    frame_bytes,
    frame_copy,
    question_key,
)
from analytics_lib.errors import InputError

PATIENCE = 20.0
"""Seconds after which something that waits is taken to hang."""


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Interrupted(BaseException):
    """As KeyboardInterrupt, but nobody else's."""


class Crowd:
    """Threads that start together; what each returned or raised, in order."""

    def __init__(self, number: int, work: Callable[[int], Any]) -> None:
        self._barrier = threading.Barrier(number)
        self._ends: list[Any] = [None] * number
        self._work = work
        self.threads = [threading.Thread(target=self._run, args=(i,), daemon=True) for i in range(number)]
        for thread in self.threads:
            thread.start()

    def _run(self, place: int) -> None:
        try:
            self._barrier.wait(PATIENCE)
            self._ends[place] = self._work(place)
        except BaseException as error:  # noqa: BLE001
            self._ends[place] = error

    def ends(self) -> list[Any]:
        for thread in self.threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in self.threads), "a thread hangs"
        return self._ends


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.001)


def waiters(cache: AnswerCache) -> int:
    return len(cache._waiting)


def weigh(_: object) -> int:
    return 1


def never() -> Any:
    raise AssertionError("this answer should have been kept")


def keeps(cache: AnswerCache, key: Hashable) -> bool:
    """Whether a key is kept; an answer that is not is made now, and too large to stay."""
    made = []
    cache.get_or_make(key, lambda: made.append(key), lambda _: sys.maxsize)
    return not made


# What is kept


def test_an_answer_is_made_and_sized_once() -> None:
    cache = AnswerCache()
    sized: list[str] = []
    assert cache.get_or_make("a", lambda: "answer", lambda value: sized.append(value) or 7) == "answer"
    assert cache.get_or_make("a", never, never) == "answer"
    assert sized == ["answer"]
    assert (cache.statistics().entries, cache.statistics().bytes) == (1, 7)


def test_an_answer_may_be_none() -> None:
    cache = AnswerCache()
    assert cache.get_or_make("a", lambda: None, weigh) is None
    assert cache.get_or_make("a", never, weigh) is None


def test_the_least_recently_asked_for_make_room() -> None:
    cache = AnswerCache(most_bytes=10)
    for key in "abc":
        cache.get_or_make(key, lambda: "", lambda _: 3)
    cache.get_or_make("a", never, weigh)
    cache.get_or_make("d", lambda: "", lambda _: 6)
    told = cache.statistics()
    assert (told.evictions, told.entries, told.bytes) == (2, 2, 9)
    assert [keeps(cache, key) for key in "abcd"] == [True, False, False, True]


def test_what_is_larger_than_the_cache_is_answered_and_pushes_nothing_out() -> None:
    cache = AnswerCache(most_bytes=10)
    cache.get_or_make("small", lambda: "", lambda _: 10)
    assert cache.get_or_make("large", lambda: "large", lambda _: 11) == "large"
    told = cache.statistics()
    assert (told.evictions, told.entries, told.bytes) == (0, 1, 10)
    assert keeps(cache, "small") and not keeps(cache, "large")


def test_an_answer_is_as_old_as_the_moment_its_making_began() -> None:
    clock = Clock()
    cache = AnswerCache(timedelta(seconds=60), clock=clock)

    def slowly() -> str:
        clock.now += 20
        return "answer"

    cache.get_or_make("a", slowly, weigh)
    clock.now = 159.9
    assert cache.get_or_make("a", never, weigh) == "answer"
    clock.now = 160.0
    assert cache.get_or_make("a", lambda: "new", weigh) == "new"
    told = cache.statistics()
    assert (told.expired, told.evictions, told.entries, told.bytes) == (1, 0, 1, 1)


def test_an_answer_that_took_longer_than_it_may_be_kept_is_not() -> None:
    clock = Clock()
    cache = AnswerCache(timedelta(seconds=1), clock=clock)
    cache.get_or_make("a", lambda: setattr(clock, "now", 101.0), weigh)
    assert cache.statistics().entries == 0


def test_no_time_to_live_keeps_nothing() -> None:
    cache = AnswerCache(timedelta(0))
    cache.get_or_make("a", lambda: 1, weigh)
    assert cache.get_or_make("a", lambda: 2, weigh) == 2


def test_forgetting_takes_answers_that_are_being_made_along() -> None:
    cache = AnswerCache()
    go = threading.Event()
    cache.get_or_make("kept", lambda: "old", weigh)
    crowd = Crowd(2, lambda _: cache.get_or_make("a", lambda: go.wait(PATIENCE) and "old", weigh))
    until(lambda: waiters(cache) == 1)
    cache.clear()
    assert cache.get_or_make("a", lambda: "new", weigh) == "new"
    go.set()
    assert crowd.ends() == ["old", "old"]
    assert cache.get_or_make("a", never, weigh) == "new"
    told = cache.statistics()
    assert (told.entries, told.bytes, told.misses, told.shared) == (1, 1, 3, 1)


@pytest.mark.parametrize(("ttl", "most_bytes"), [(timedelta(seconds=-1), 1), (timedelta(1), -1)])
def test_less_than_nothing_cannot_be_kept(ttl: timedelta, most_bytes: int) -> None:
    with pytest.raises(InputError, match="less than zero"):
        AnswerCache(ttl, most_bytes)


class Modelled(RuleBasedStateMachine):
    """Against a model that says in few words what is kept: key -> (value, size, since), oldest first."""

    TTL, MOST = 10, 20

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.cache = AnswerCache(timedelta(seconds=self.TTL), self.MOST, self.clock)
        self.kept: OrderedDict[str, tuple[int, int, float]] = OrderedDict()
        self.hits = self.misses = self.evictions = self.expired = 0

    @rule(key=st.sampled_from("abcdef"), size=st.integers(0, 25), takes=st.sampled_from([0, 0, 0, 1, 12]))
    def ask(self, key: str, size: int, takes: int) -> None:
        since = self.clock.now
        if key in self.kept and since - self.kept[key][2] >= self.TTL:
            del self.kept[key]
            self.expired += 1
        expected = self.kept[key][0] if key in self.kept else self.misses

        def make() -> int:
            self.clock.now += takes
            return self.misses

        assert self.cache.get_or_make(key, make, lambda _: size) == expected
        if key in self.kept:
            self.hits += 1
            self.kept.move_to_end(key)
            return
        self.misses += 1
        if size <= self.MOST and takes < self.TTL:
            self.kept[key] = (expected, size, since)
            while sum(each[1] for each in self.kept.values()) > self.MOST:
                self.kept.popitem(last=False)
                self.evictions += 1

    @rule(seconds=st.integers(1, 6))
    def pass_time(self, seconds: int) -> None:
        self.clock.now += seconds

    @rule(key=st.sampled_from("abcdef"))
    def fail(self, key: str) -> None:
        if key not in self.kept:
            with pytest.raises(ZeroDivisionError):
                self.cache.get_or_make(key, lambda: 1 // 0, weigh)
            self.misses += 1

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        self.kept.clear()

    @invariant()
    def the_cache_says_the_same(self) -> None:
        told = self.cache.statistics()
        assert (told.hits, told.misses, told.shared) == (self.hits, self.misses, 0)
        assert (told.evictions, told.expired) == (self.evictions, self.expired)
        assert (told.entries, told.bytes) == (len(self.kept), sum(each[1] for each in self.kept.values()))


Modelled.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestModelled = Modelled.TestCase


# Many at once


def test_a_hundred_at_once_make_it_once() -> None:
    cache = AnswerCache()
    made = []

    def make() -> object:
        made.append(threading.get_ident())
        until(lambda: waiters(cache) == 99)
        return object()

    ends = Crowd(100, lambda _: cache.get_or_make("a", make, weigh)).ends()
    assert len(made) == 1
    assert len(set(map(id, ends))) == 1 and type(ends[0]) is object
    told = cache.statistics()
    assert (told.hits, told.misses, told.shared) == (0, 1, 99)
    assert told.shared_times.count == 99 and told.hit_rate == 0
    assert waiters(cache) == 0


def test_an_error_reaches_all_who_wait_and_the_next_tries_again() -> None:
    cache = AnswerCache()
    error = ValueError("no database")

    def make() -> object:
        until(lambda: waiters(cache) == 9)
        raise error

    assert all(end is error for end in Crowd(10, lambda _: cache.get_or_make("a", make, weigh)).ends())
    assert cache.statistics().entries == 0
    assert cache.get_or_make("a", lambda: "answer", weigh) == "answer"
    told = cache.statistics()
    assert (told.hits, told.misses, told.shared) == (0, 2, 9)


def test_an_error_of_the_size_is_one_of_the_answer() -> None:
    cache = AnswerCache()
    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("a", lambda: "answer", lambda _: 1 // 0)
    assert not keeps(cache, "a")


def test_an_error_is_let_go_as_soon_as_it_was_handled() -> None:
    cache = AnswerCache()

    class Failed(Exception):
        """Can be remembered weakly, other than those of the language."""

    def make() -> object:
        raise Failed

    gc.collect()
    gc.disable()
    try:
        try:
            cache.get_or_make("a", make, weigh)
        except Failed as error:
            remembered = weakref.ref(error)
        assert remembered() is None
    finally:
        gc.enable()


def test_other_keys_do_not_wait() -> None:
    cache = AnswerCache()
    other_is_done = threading.Event()

    def work(place: int) -> str:
        if place:
            cache.get_or_make("fast", lambda: "fast", weigh)
            other_is_done.set()
            return "fast"
        return cache.get_or_make("slow", lambda: "slow" if other_is_done.wait(PATIENCE) else "hangs", weigh)

    assert Crowd(2, work).ends() == ["slow", "fast"]


def test_a_making_may_ask_for_other_keys_but_not_for_its_own() -> None:
    cache = AnswerCache()

    def ask(*keys: str) -> str:
        first, *rest = keys
        return cache.get_or_make(first, lambda: first + (ask(*rest) if rest else ""), weigh)

    assert ask("a", "b", "c") == "abc"
    assert cache.statistics().entries == 3
    (end,) = Crowd(1, lambda _: ask("x", "y", "x")).ends()
    assert isinstance(end, RuntimeError) and "wait for itself" in str(end)
    assert ask("y") == "y" and ask("x") == "x"


def test_makings_that_would_wait_for_each_other_are_refused() -> None:
    cache = AnswerCache()
    both_began = threading.Barrier(3)

    def work(place: int) -> str:
        def make() -> str:
            both_began.wait(PATIENCE)
            return cache.get_or_make((place + 1) % 3, lambda: "", weigh)

        return cache.get_or_make(place, make, weigh)

    ends = Crowd(3, work).ends()
    assert {type(end) for end in ends} == {RuntimeError}
    assert len(set(map(id, ends))) == 1
    assert cache.get_or_make(0, lambda: "answer", weigh) == "answer"


def test_one_who_waits_takes_over_from_a_maker_that_was_interrupted() -> None:
    cache = AnswerCache()
    made = []

    def make() -> str:
        made.append(threading.get_ident())
        if len(made) == 1:
            until(lambda: waiters(cache) == 9)
            raise Interrupted
        return "answer"

    ends = Crowd(10, lambda _: cache.get_or_make("a", make, weigh)).ends()
    assert len(made) == 2
    assert ends.count("answer") == 9 and sum(isinstance(end, Interrupted) for end in ends) == 1
    told = cache.statistics()
    assert told.misses == 1 and told.hits + told.shared == 8


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals to a thread need POSIX")
def test_who_waits_can_be_interrupted_and_nobody_else_notices() -> None:
    assert threading.current_thread() is threading.main_thread()
    cache = AnswerCache()
    main, go = threading.get_ident(), threading.Event()
    maker = Crowd(1, lambda _: cache.get_or_make("a", lambda: go.wait(PATIENCE) and "answer", weigh))
    until(lambda: "a" in cache._in_the_air)

    def interrupt(_: int) -> None:
        until(lambda: main in cache._waiting)
        signal.pthread_kill(main, signal.SIGINT)

    interrupter = Crowd(1, interrupt)
    with pytest.raises(KeyboardInterrupt):
        cache.get_or_make("a", never, weigh)
    assert not go.is_set() and waiters(cache) == 0
    go.set()
    assert maker.ends() == ["answer"] and interrupter.ends() == [None]
    assert cache.get_or_make("a", never, weigh) == "answer"
    assert cache.statistics().shared == 0


def interrupt_at(step: int) -> Any:
    """A tracer that interrupts its thread at the step-th line of the cache's own code."""
    lines = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal lines
        if frame.f_code.co_filename != cache_module.__file__:
            return None
        text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
        # Between a lock and its 'with' the interpreter lets no interrupt in.
        if event == "line" and not text.startswith("with "):
            lines += 1
            if lines == step:
                raise Interrupted
        return trace

    return trace


def interrupted_at(step: int, fails: bool) -> bool:
    """Whether a maker was interrupted at a step; someone else asks meanwhile, and afterwards."""
    cache = AnswerCache(most_bytes=1)
    cache.get_or_make("old", lambda: "old", weigh)
    began = threading.Event()

    def make() -> str:
        if not began.is_set():
            began.set()
            until(lambda: waiters(cache) == 1)
            if fails:
                raise ValueError
        return "answer"

    def work(place: int) -> str:
        if place:
            began.wait(PATIENCE)
        else:
            sys.settrace(interrupt_at(step))
        try:
            return cache.get_or_make("a", make, weigh)
        finally:
            sys.settrace(None)
            began.set()

    first, other = Crowd(2, work).ends()
    assert other == "answer" or (fails and isinstance(other, ValueError))
    assert cache.get_or_make("a", lambda: "answer", weigh) == "answer"
    assert cache._in_the_air == {} and waiters(cache) == 0
    assert (cache.statistics().entries, cache.statistics().bytes) == (1, 1)
    return isinstance(first, Interrupted)


@pytest.mark.parametrize("fails", [False, True])
def test_an_interrupt_at_any_moment_leaves_nobody_waiting(fails: bool) -> None:
    steps = next(step for step in itertools.count(1) if not interrupted_at(step, fails))
    assert steps > 20, "the lines were not found"


def test_numbers_add_up_at_every_moment() -> None:
    cache = AnswerCache(most_bytes=50)
    is_over = threading.Event()
    asked = 400

    def work(place: int) -> bool:
        if place == 0:
            agree = True
            while not is_over.is_set():
                told = cache.statistics()
                agree &= told.bytes <= 50 and told.bytes == 10 * told.entries
                agree &= told.hit_times.count == min(told.hits, LAST_CALLS)
                agree &= told.misses - told.evictions - told.entries <= 0
            return agree
        chance = random.Random(place)
        for _ in range(asked):
            key = chance.randrange(12)
            assert cache.get_or_make(key, lambda key=key: key, lambda _: 10) == key
        return True

    crowd = Crowd(7, work)
    for thread in crowd.threads[1:]:
        thread.join(PATIENCE)
    is_over.set()
    assert crowd.ends() == [True] * 7
    told = cache.statistics()
    assert told.hits + told.misses + told.shared == 6 * asked
    assert told.misses == told.evictions + told.entries


# What it tells


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


# Questions


@dataclass(frozen=True, eq=False)
class Named:
    """As metrics are: equal to itself only."""

    name: str


BOOKINGS, VALUE = Named("bookings"), Named("value")
SCOPE = Scope.build(period="2026-10", as_of=datetime(2026, 11, 1))


def key(metrics: Any = (BOOKINGS,), scope: Any = SCOPE, by: Any = (), **other: Any) -> Hashable:
    asked = {"over": None, "compare": None, "version": "v1"} | other
    return question_key(metrics, scope, by, asked["over"], asked["compare"], asked["version"])


def test_the_same_question_has_the_same_key() -> None:
    again = Scope.build(period="2026-10", as_of=datetime(2026, 11, 1))
    assert key() == key([BOOKINGS], again, [])
    assert hash(key()) == hash(key([BOOKINGS], again, []))
    assert key(by="channel") == key(by=["channel"])


@pytest.mark.parametrize(
    "other",
    [
        {"metrics": (VALUE,)},
        {"metrics": (BOOKINGS, VALUE)},
        {"metrics": (Named("bookings"),)},
        {"scope": replace(SCOPE, asked_for="partner-7")},
        {"scope": replace(SCOPE, partners=("partner-7",))},
        {"scope": Scope.build(period="2026-10", as_of=datetime(2026, 10, 31))},
        {"by": ("channel",)},
        {"over": "day"},
        {"compare": "year"},
        {"version": "v2"},
    ],
)
def test_any_other_question_has_another_key(other: dict[str, Any]) -> None:
    assert key(**other) != key()


def test_a_key_keeps_its_metrics_alive() -> None:
    passing = Named("passing")
    remembered = weakref.ref(passing)
    held = key((passing,))
    del passing
    gc.collect()
    assert remembered() is not None
    del held
    assert remembered() is None


def test_what_is_no_scope_has_no_key() -> None:
    with pytest.raises(InputError, match="is not a scope"):
        key(scope="2026-10")


# Frames


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
