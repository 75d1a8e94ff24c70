"""Workers on many machines: those of a Dask cluster that is there already, through its executor.

Each thread of a Dask worker keeps one of our own worker processes, as `LocalCrew` does on this machine,
because Dask cannot stop what it has begun and a process can be stopped. All machines see the folder of
reports and the notebooks under the same path.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Client, Event, KilledWorker, get_worker

from analytics_lib.errors import InputError, RunError
from analytics_lib.runs import State
from analytics_lib.service import URL_VARIABLE
from analytics_lib.warehouse import bare_address
from scheduler.code_version import code_version
from scheduler.crew import At, Begun, Died, Ended, News, Task
from scheduler.crews import DASK
from scheduler.local_crew import LocalCrew
from scheduler.outcome import Outcome
from scheduler.pinned import Data

_ANSWER = 10.0
"""Seconds for the scheduler to answer."""

_WORKERS_WANTED = 30.0
_NOBODY_LEFT = 60.0
"""Seconds without a single worker, after which nothing more is expected."""

_LOOK = 1.0
"""Seconds between two looks at whether a run is to be stopped."""


class DaskCrew:
    """As many runs at once as the cluster's workers have threads."""

    def __init__(self, address: str) -> None:
        """`address` is dask://host:port of a scheduler. Raises `InputError` where nobody answers there."""
        self._address = address
        host = f"tcp://{address.removeprefix(DASK)}"
        try:
            self._client = Client(host, timeout=_ANSWER, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError(
                f"No Dask scheduler answers at {address}: start one with 'dask scheduler', "
                "or ask for a number of --workers on this machine."
            ) from error
        try:
            self._client.wait_for_workers(1, timeout=_WORKERS_WANTED)
        except TimeoutError as error:
            self._client.close()
            raise InputError(
                f"The Dask scheduler at {address} has no workers: start some with 'dask worker {host}'."
            ) from error
        self._executor = self._client.get_executor(pure=False, retries=0)
        self._topic = f"analytics-{uuid.uuid4().hex}"
        self._news: SimpleQueue[News] = SimpleQueue()
        self._futures: dict[int, Future[News]] = {}
        self._begun: set[int] = set()
        self._client.subscribe_topic(self._topic, lambda event: self._news.put(_heard(event[1])))
        self._seen_at = time.monotonic()

    def has_room(self, need: int) -> bool:  # noqa: ARG002 - Dask knows the memory of its workers
        """Whether a thread of the cluster is free. Raises `RunError` when all workers are gone for good."""
        threads: int = sum(self._client.nthreads().values())
        now = time.monotonic()
        if threads:
            self._seen_at = now
        elif now - self._seen_at > _NOBODY_LEFT:
            raise RunError(
                f"All workers of the Dask scheduler at {self._address} are gone: start some again."
            )
        return len(self._futures) < threads

    def give(self, task: Task) -> None:
        """Hand a task to the cluster; no password goes with it."""
        data = Data(bare_address(task.data.url), task.data.snapshot)
        future = self._executor.submit(
            carry_out_there, replace(task, data=data), self._topic, code_version(), pure=False
        )
        self._futures[task.number] = future
        future.add_done_callback(lambda done: self._news.put(_last_news(task.number, done)))

    def news(self, patience: float) -> Sequence[News]:
        """What the cluster has told since."""
        found: list[News] = []
        with suppress(Empty):
            found.append(self._news.get(timeout=patience))
            while True:
                found.append(self._news.get_nowait())
        for news in found:
            if isinstance(news, Begun):
                self._begun.add(news.number)
            if isinstance(news, Ended | Died):
                self._forget(news.number)
        return found

    def stop(self, number: int) -> None:
        """Have whoever carries out a task stop it; one that waits for a thread is taken back.

        Dask says of a task that it is cancelled while it goes on, so one that has begun is waited for.
        """
        Event(_stop_sign(self._topic, number), client=self._client).set()
        if number not in self._begun and (future := self._futures.get(number)):
            future.cancel()

    def close(self) -> None:
        """Leave the cluster, which stays; what still runs for us is stopped there."""
        for number in list(self._futures):
            with suppress(OSError, TimeoutError):
                self.stop(number)
        self._client.unsubscribe_topic(self._topic)
        self._executor.shutdown(wait=False)
        self._client.close()

    def _forget(self, number: int) -> None:
        self._futures.pop(number, None)
        self._begun.discard(number)
        with suppress(OSError, TimeoutError):  # the scheduler would keep them for ever
            for sign in (_begun_sign(self._topic, number), _stop_sign(self._topic, number)):
                Event(sign, client=self._client).clear()


def carry_out_there(task: Task, topic: str, code: str) -> Ended | Died:
    """Carry out a task in a thread of a Dask worker; the news before the last go to a topic.

    A task that Dask starts again, because its first worker is gone, is not carried out again here:
    whoever has given it decides that.
    """
    worker = get_worker()
    begun = Event(_begun_sign(topic, task.number))
    if begun.is_set():
        return Died(task.number, "its Dask worker was lost.")
    begun.set()
    if code_version() != code:
        reason = f"the Dask worker {worker.name} has another version of the code: bring it up to date."
        return Ended(task.number, Outcome(State.FAILED, reason))
    crew = _crew_of_this_thread()
    try:
        return _watched(task, crew, topic)
    except BaseException:
        # What it was doing would else be taken for what the next task does.
        crew.close()
        del _kept.crew
        raise


def _watched(task: Task, crew: LocalCrew, topic: str) -> Ended | Died:
    """Give a task to this thread's own worker process, and hand on what it tells."""
    worker = get_worker()
    stop = Event(_stop_sign(topic, task.number))
    crew.give(replace(task, data=_with_own_password(task.data)))
    looked_at = time.monotonic()
    while True:
        for news in crew.news(_LOOK / 4):
            if isinstance(news, Ended | Died):
                return news
            worker.log_event(topic, _said(news))
        if time.monotonic() - looked_at > _LOOK:
            looked_at = time.monotonic()
            if _is_forgotten(worker) or stop.is_set():
                crew.stop(task.number)


def _said(news: Begun | At) -> list[int | str]:
    """News in the plain values that Dask lets pass."""
    if isinstance(news, Begun):
        return [news.number, news.worker]
    return [news.number, news.cell, news.cells]


def _heard(said: Sequence[Any]) -> Begun | At:
    return Begun(*said) if len(said) == 2 else At(*said)


def _last_news(number: int, future: Future[News]) -> News:
    try:
        return future.result()
    except CancelledError:
        return Died(number, "it was taken back before it began.")
    except KilledWorker:
        return Died(number, "its Dask worker was lost.")
    except Exception as error:  # noqa: BLE001 - whatever a cluster may raise ends this run and no other
        return Died(number, f"its Dask worker failed with {type(error).__name__}: {error}")


def _begun_sign(topic: str, number: int) -> str:
    return f"{topic}-begun-{number}"


def _stop_sign(topic: str, number: int) -> str:
    return f"{topic}-stop-{number}"


def _is_forgotten(worker: Any) -> bool:
    """Whether nobody waits for this task any more: it was cancelled, or whoever gave it is gone."""
    task = worker.state.tasks.get(worker.get_current_task())
    return task is None or task.state != "executing"


def _with_own_password(data: Data) -> Data:
    """The data as this machine knows how to open it: its own environment has the password."""
    own = os.environ.get(URL_VARIABLE, "")
    return replace(data, url=own) if own and bare_address(own) == data.url else data


_kept = threading.local()


def _crew_of_this_thread() -> LocalCrew:
    if not hasattr(_kept, "crew"):
        _kept.crew = _ChildrenAllowed(1)
    crew: LocalCrew = _kept.crew
    return crew


class _ChildrenAllowed(LocalCrew):
    """A crew in a process that multiprocessing forbids to have children, as Dask's nanny starts its workers.

    They end with this process all the same, as they notice that nobody listens to them.
    """

    def give(self, task: Task) -> None:
        with _without_daemon_flag():
            super().give(task)


@contextmanager
def _without_daemon_flag() -> Iterator[None]:
    settings: dict[str, Any] = vars(multiprocessing.current_process())["_config"]
    is_daemon = settings.pop("daemon", None)
    try:
        yield
    finally:
        if is_daemon is not None:
            settings["daemon"] = is_daemon
