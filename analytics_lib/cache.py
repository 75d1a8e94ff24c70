"""The cache of answers: the same question about the same data is worked out once.

It keeps the answers asked for last, up to a number of bytes and an age, and lets all who ask the same at the
same time wait for one making of it. It knows neither metrics nor databases.

cache = AnswerCache()
key = question_key(metrics, scope, by, over, compare, warehouse.version())
frame = cache.get_or_make(key, ask, size=frame_bytes, copy=frame_copy)  # of frame_copies
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

from analytics_lib.errors import InputError
from analytics_lib.scope import Scope

_T = TypeVar("_T")

LAST_CALLS = 1_000
"""How many of the last calls of each kind the response times are taken over."""


@dataclass(frozen=True)
class ResponseTimes:
    """How long the last `count` calls of one kind took, in milliseconds; None where there was none.

    A percentile is a time that was really taken: the shortest that so many per cent did not exceed.
    """

    count: int = 0
    mean_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    longest_ms: float | None = None

    @classmethod
    def of(cls, seconds: Iterable[float]) -> ResponseTimes:
        taken = sorted(1_000 * each for each in seconds)
        if not taken:
            return cls()
        p50, p95, p99 = (taken[math.ceil(share * len(taken)) - 1] for share in (0.5, 0.95, 0.99))
        return cls(len(taken), math.fsum(taken) / len(taken), p50, p95, p99, taken[-1])


@dataclass(frozen=True)
class CacheStatistics:
    """What a cache has done since it was made, and what it holds, all at one moment.

    Each call that came back, with an answer or an error, is one of `hits` (kept, handed out at once),
    `misses` (had to make it) and `shared` (waited for another call to make it); interrupted ones are none.
    `evictions` made room for others, `expired` were too old when asked for again.
    """

    hits: int
    misses: int
    shared: int
    evictions: int
    expired: int
    entries: int
    bytes: int
    hit_times: ResponseTimes
    miss_times: ResponseTimes
    shared_times: ResponseTimes

    @property
    def hit_rate(self) -> float | None:
        """The share of calls that were hits, 0 to 1; None if there was none. Who waited had no hit."""
        calls = self.hits + self.misses + self.shared
        return self.hits / calls if calls else None


@dataclass(eq=False)
class _Answer(Generic[_T]):
    """An answer, first being made by one thread and then kept.

    `since` is when its making began, for its data is as old as that. When it has `landed`, it is made or has
    an error, or neither if its maker was interrupted. `size` is in bytes.
    """

    key: Hashable
    since: float
    maker: int = field(default_factory=threading.get_ident)
    landed: threading.Event = field(default_factory=threading.Event)
    made: tuple[_T] | None = None
    size: int = 0
    error: Exception | None = None


class AnswerCache:
    """Answers by key; may be used from several threads.

    Parameters: an answer is served for less than `ttl` from when its making began (zero: never again); all
    that are kept have at most `most_bytes`, the least recently asked for make room; `clock` tells seconds.
    """

    def __init__(
        self,
        ttl: timedelta = timedelta(minutes=5),
        most_bytes: int = 64 * 1024 * 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if ttl < timedelta(0) or most_bytes < 0:
            raise InputError(f"A cache cannot keep {most_bytes} bytes for {ttl}: give none less than zero.")
        self._ttl, self._most_bytes, self._clock = ttl.total_seconds(), most_bytes, clock
        # One lock for all that follows, held for microseconds: making, sizing and copying stay outside.
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Answer[Any]] = OrderedDict()
        self._in_the_air: dict[Hashable, _Answer[Any]] = {}
        self._waiting: dict[int, _Answer[Any]] = {}
        self._counts: Counter[str] = Counter()
        self._seconds = {call: deque[float](maxlen=LAST_CALLS) for call in ("hit", "miss", "shared")}

    def get_or_make(
        self,
        key: Hashable,
        make: Callable[[], _T],
        size: Callable[[_T], int],
        copy: Callable[[_T], _T] | None = None,
    ) -> _T:
        """The answer kept under a key, or what `make` returns, called once for all who ask meanwhile.

        What `make` returns belongs to the cache. Everyone, its maker too, gets a `copy` of it; without
        `copy` all get the same object, which is right only for what nobody can change. `size` tells its
        bytes, once; what is larger than the whole cache is answered and not kept.

        An error of `make` goes to all who wait, and nothing is kept; if the maker is interrupted, one of
        them makes the answer instead. `make` may ask for other keys. Raises RuntimeError where an answer
        would wait for itself, also by way of other threads.
        """
        asked = self._clock()
        while True:
            mine: _Answer[_T] = _Answer(key, self._clock())
            call = ""
            try:
                answer, call = self._find(mine)
                if answer is mine:
                    self._make(mine, make, size)
                elif call == "shared":
                    answer.landed.wait()
            finally:
                if call != "hit":
                    self._land(mine)  # after '_make' once more: an interrupt may have hit the first time
            try:
                if answer.error is not None:
                    raise answer.error
                if answer.made is not None:
                    return answer.made[0] if copy is None else copy(answer.made[0])
            finally:
                if answer.made is not None or answer.error is not None:
                    with self._lock:
                        self._counts[call] += 1
                        self._seconds[call].append(self._clock() - asked)
                del answer, mine  # an error's traceback holds this frame, which must not hold the error

    def statistics(self) -> CacheStatistics:
        """What was asked and what is kept, at this moment."""
        with self._lock:
            counts, seconds = self._counts.copy(), [tuple(last) for last in self._seconds.values()]
            held = (counts["evicted"], counts["expired"], len(self._kept), self._held())
        times = map(ResponseTimes.of, seconds)
        return CacheStatistics(counts["hit"], counts["miss"], counts["shared"], *held, *times)

    def clear(self) -> None:
        """Forget all answers, also those being made, which only reach who waits; what was counted stays."""
        with self._lock:
            self._kept.clear()
            self._in_the_air.clear()

    def _find(self, mine: _Answer[_T]) -> tuple[_Answer[_T], str]:
        """The answer that is kept or being made, else `mine`, which is to be made; and what call this is."""
        with self._lock:
            kept = self._kept.get(mine.key)
            if kept is not None and self._is_fresh(kept):
                self._kept.move_to_end(mine.key)
                return kept, "hit"
            if kept is not None:
                del self._kept[mine.key]
                self._counts["expired"] += 1
            other = self._in_the_air.setdefault(mine.key, mine)
            if other is mine:
                return mine, "miss"
            self._refuse_circle(other)
            self._waiting[mine.maker] = other
            return other, "shared"

    def _refuse_circle(self, ahead: _Answer[Any] | None) -> None:
        """Raise if the maker of an answer waits, directly or through others, for the thread that asks."""
        while ahead is not None and not ahead.landed.is_set():
            if ahead.maker == threading.get_ident():
                raise RuntimeError("An answer would wait for itself: let 'make' ask for other keys only.")
            ahead = self._waiting.get(ahead.maker)

    def _make(self, answer: _Answer[_T], make: Callable[[], _T], size: Callable[[_T], int]) -> None:
        try:
            value = make()
            answer.size = size(value)
            answer.made = (value,)
        except Exception as error:  # noqa: BLE001 - raised by everyone who asked, this call included
            answer.error = error
        else:
            with self._lock:
                # Not if 'clear' has come in between, or if its making took longer than it may be kept.
                is_wanted = self._in_the_air.get(answer.key) is answer and self._is_fresh(answer)
                if is_wanted and answer.size <= self._most_bytes:
                    held = self._held() + answer.size
                    while held > self._most_bytes:
                        held -= self._kept.popitem(last=False)[1].size
                        self._counts["evicted"] += 1
                    self._kept[answer.key] = answer
        self._land(answer)
        del answer  # for the error's sake, as above

    def _land(self, answer: _Answer[Any]) -> None:
        """End the making of an answer and let go who waits for it; doing so again changes nothing."""
        with self._lock:
            self._waiting.pop(answer.maker, None)
            if self._in_the_air.get(answer.key) is answer:
                del self._in_the_air[answer.key]
        answer.landed.set()

    def _held(self) -> int:
        """The bytes kept, summed each time: an interrupt would leave a running total wrong for ever."""
        return sum(each.size for each in self._kept.values())

    def _is_fresh(self, answer: _Answer[Any]) -> bool:
        return self._clock() - answer.since < self._ttl


def question_key(
    metrics: Sequence[Hashable],
    scope: Scope,
    by: Sequence[str],
    over: str | None,
    compare: str | None,
    version: str,
) -> Hashable:
    """The key of a question to one database in one version of its data.

    It holds the metrics, which are told apart as objects, so that none can come to stand where one that is
    gone stood; and whom the answer is for, although scopes compare equal without. Raises `InputError`.
    """
    if not isinstance(scope, Scope):
        raise InputError(f"{scope!r} is not a scope: make one with connect().scope(period='2026-10').")
    dimensions = (by,) if isinstance(by, str) else tuple(by)
    return (tuple(metrics), scope, scope.asked_for, dimensions, over, compare, version)
