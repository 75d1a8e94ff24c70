"""Threads that ask a cache together, a clock that is set, and what makes up an answer."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

from analytics_lib.cache import (
    AnswerCache,
)

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
