"""The cache of answers: what it keeps, for how long and for how many bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from analytics_lib.cache import (
    AnswerCache,
)
from analytics_lib.errors import InputError
from tests.crowds import PATIENCE, Clock, Crowd, keeps, never, until, waiters, weigh


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
