"""Workers that are processes on this machine."""

from __future__ import annotations

import multiprocessing
import multiprocessing.util
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection, wait
from typing import Any

from analytics_lib.errors import RunError
from scheduler.crew import ALIVE, Died, Ended, News, Task
from scheduler.kernels.folders import KernelFolder
from scheduler.kernels.refusal import NoFork
from scheduler.memory import USUAL_NEED, available_memory
from scheduler.signals import interrupts_blocked
from scheduler.worker_entry import begin

SILENCE = 45.0
"""Seconds after which a worker that says nothing, not even that it lives, is taken for dead."""

GRACE = 5.0
"""Seconds that a worker has to clear up when its run is stopped."""

RUNS_OF_ONE = 200
"""What draws charts does not give back all of its memory, so a worker makes way for a new one in time."""

_PATIENCE = 10.0
"""Seconds in which a worker has been started."""

_PAUSE = 0.1

_METHOD = "forkserver" if sys.platform == "linux" else "spawn"


@dataclass(eq=False)
class _Worker:
    """One process, what it is doing, and when it was heard of."""

    process: Any
    connection: Connection
    task: Task | None = None
    heard_at: float = field(default_factory=time.monotonic)
    runs: int = 0
    ends_at: float | None = None
    """When it is ended by force, unless it has ended before."""

    is_silent: bool = False


class LocalCrew:
    """Up to `size` processes, started when they are first needed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers: list[_Worker] = []
        self._processes: Any = multiprocessing.get_context(_METHOD)
        if _METHOD == "forkserver":
            _keep_socket_where_it_is_swept()
            # One process reads the libraries, and all workers are forked from it.
            self._processes.set_forkserver_preload(["scheduler.worker_imports"])

    def has_room(self, need: int) -> bool:
        """Whether a worker is free, and memory enough unless nothing runs at all."""
        busy = sum(worker.task is not None for worker in self._workers)
        return busy < self.size and (busy == 0 or available_memory() >= need)

    def give(self, task: Task) -> None:
        """Give a task to a worker that is free; whoever calls has seen that there is room."""
        worker = next((worker for worker in self._workers if self._is_free(worker)), None) or self._hired()
        worker.task, worker.heard_at, worker.runs = task, time.monotonic(), worker.runs + 1
        # A worker that has just died is found by its silence, or rather by the end of its process.
        with suppress(OSError):
            worker.connection.send(task)

    def news(self, patience: float) -> Sequence[News]:
        """What the workers have told, and who of them has died."""
        found: list[News] = []
        listening: list[Any] = [worker.connection for worker in self._workers]
        listening += [worker.process.sentinel for worker in self._workers]
        if not listening:
            time.sleep(patience)
        ready = wait(listening, patience)
        for worker in list(self._workers):
            if worker.connection in ready or worker.process.sentinel in ready:
                found += self._heard(worker)
            self._end_if_overdue(worker)
        return found

    def stop(self, number: int) -> None:
        """Ask the worker to stop its run; if it does not, it is killed."""
        for worker in self._workers:
            if worker.task is not None and worker.task.number == number and worker.ends_at is None:
                worker.ends_at = time.monotonic() + GRACE
                worker.process.terminate()

    def close(self) -> None:
        """End the workers: those that are free in order, the others at once."""
        for worker in self._workers:
            if worker.task is None:
                with suppress(OSError):
                    worker.connection.send(None)
            else:
                self._kill(worker)
        until = time.monotonic() + GRACE
        for worker in self._workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            self._dismiss(worker)

    def _hired(self) -> _Worker:
        """A new worker. Raises `RunError` if none can be started."""
        until = time.monotonic() + _PATIENCE
        while True:
            ours, theirs = self._processes.Pipe()
            process = self._processes.Process(target=begin, args=(theirs, dict(os.environ)), daemon=True)
            try:
                with interrupts_blocked():
                    process.start()
                break
            except (EOFError, OSError) as error:
                # The process that forks them was killed; until it has quite ended no other one is started.
                ours.close()
                if time.monotonic() > until:
                    reason = "No worker process could be started: see whether the machine has memory left."
                    raise RunError(reason) from error
                time.sleep(_PAUSE)
            finally:
                theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _is_free(self, worker: _Worker) -> bool:
        if worker.task is not None or worker.ends_at is not None:
            return False
        if worker.process.is_alive() and worker.runs < RUNS_OF_ONE:
            return True
        self._dismiss(worker)
        return False

    def _heard(self, worker: _Worker) -> list[News]:
        """All that a worker has said; and if it is dead, that it is."""
        found: list[News] = []
        try:
            while worker.connection.poll():
                news = worker.connection.recv()
                worker.heard_at = time.monotonic()
                if news is not ALIVE:
                    found.append(news)
                if isinstance(news, Ended):
                    worker.task = None
        except (EOFError, OSError):
            worker.process.join(GRACE)
        if not worker.process.is_alive():
            if worker.task is not None:
                found.append(Died(worker.task.number, _how_it_died(worker)))
            self._dismiss(worker)
        return found

    def _end_if_overdue(self, worker: _Worker) -> None:
        now = time.monotonic()
        worker.is_silent = worker.task is not None and now - worker.heard_at > SILENCE
        if worker.is_silent or (worker.ends_at is not None and now > worker.ends_at):
            self._kill(worker)

    def _kill(self, worker: _Worker) -> None:
        with suppress(OSError, AttributeError):
            worker.process.kill()

    def _dismiss(self, worker: _Worker) -> None:
        if worker.process.is_alive():
            self._kill(worker)
            worker.process.join(GRACE)
        worker.connection.close()
        if worker in self._workers:
            self._workers.remove(worker)


@cache
def _keep_socket_where_it_is_swept() -> None:
    """Have multiprocessing keep its socket where our kernels keep theirs.

    In its usual folder it would stay for ever if this process is killed.
    """
    try:
        folder = KernelFolder()
    except NoFork:
        return
    before, tempfile.tempdir = tempfile.tempdir, str(folder.path)
    try:
        multiprocessing.util.get_temp_dir()
    finally:
        tempfile.tempdir = before
    # After multiprocessing has removed what is its own.
    multiprocessing.util.Finalize(None, folder.remove, exitpriority=-200)


def _how_it_died(worker: _Worker) -> str:
    code = worker.process.exitcode
    if worker.is_silent:
        return f"its worker process did not answer for {SILENCE:.0f} seconds and was killed."
    if code == -signal.SIGKILL:
        return "its worker process was killed, perhaps out of memory: give fewer --workers."
    if code is not None and code < 0:
        return f"its worker process ended with signal {-code}."
    return f"its worker process ended with exit code {code}."


def usual_size() -> int:
    """As many workers as there are cores for them and memory for their runs; at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min(cores, available_memory() // USUAL_NEED)))
