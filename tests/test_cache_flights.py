"""One making for many threads: errors, interrupts and who waits for whom."""

from __future__ import annotations

import gc
import itertools
import linecache
import random
import signal
import sys
import threading
import weakref
from types import FrameType
from typing import Any

import pytest

from analytics_lib import cache as cache_module
from analytics_lib.cache import (
    LAST_CALLS,
    AnswerCache,
)
from tests.crowds import PATIENCE, Crowd, Interrupted, keeps, never, until, waiters, weigh


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
