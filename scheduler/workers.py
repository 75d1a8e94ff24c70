"""Many runs at once: each in a process of its own, as many at a time as there are workers.

Whoever is told to end (SIGTERM) ends as after an error: kernels are stopped and passing files removed.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

from scheduler.execute import Data, Outcome, execute
from scheduler.plan import Run

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a command that was told to end."""


@contextmanager
def clean_termination() -> Iterator[None]:
    """Within it, SIGTERM to this process raises `SystemExit`, so that everything open is closed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run_all(
    runs: Sequence[Run], data: Data, formats: Sequence[str], output: Path, *, workers: int, cell_limit: int
) -> Iterator[Outcome]:
    """The outcome of each run, as soon as it is known.

    A single run, or one worker, needs no further process. A worker that is killed fails its run only.
    """
    if workers == 1 or len(runs) == 1:
        for run in runs:
            yield execute(run, data, formats, output, cell_limit=cell_limit)
        return
    # One pool of many processes is broken for all its runs when one process is killed.
    count = min(workers, len(runs))
    others = set(multiprocessing.active_children())
    free: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()
    for _ in range(count):
        free.put(_process())
    with ThreadPoolExecutor(count, initializer=_block_interrupts) as threads:
        waiting: list[Future[Outcome]] = []
        try:
            waiting.extend(
                threads.submit(_execute_in, free, run, data, formats, output, cell_limit) for run in runs
            )
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            # What was cancelled before it began is never counted as done.
            waiting = [future for future in waiting if not future.cancelled()]
            # Again and again, because a worker may just be starting its run.
            while wait(waiting, timeout=0).not_done:
                for worker in set(multiprocessing.active_children()) - others:
                    worker.terminate()
                wait(waiting, timeout=1)
            raise
        finally:
            while not free.empty():
                free.get().shutdown()


def _execute_in(
    free: SimpleQueue[ProcessPoolExecutor],
    run: Run,
    data: Data,
    formats: Sequence[str],
    output: Path,
    cell_limit: int,
) -> Outcome:
    """The outcome of a run in a process that is free; a process that was killed is replaced."""
    process = free.get()
    try:
        return process.submit(_execute, run, data, formats, output, cell_limit).result()
    except BrokenProcessPool:
        process.shutdown(wait=False)
        process = _process()
        reason = "its worker process was killed, perhaps out of memory: give fewer --workers."
        return Outcome(run, (), f"{run.name} ({run.scope.period.name}): {reason}")
    finally:
        free.put(process)


def _execute(run: Run, data: Data, formats: Sequence[str], output: Path, cell_limit: int) -> Outcome:
    with clean_termination():
        return execute(run, data, formats, output, cell_limit=cell_limit)


def _process() -> ProcessPoolExecutor:
    """One process that starts with its first run."""
    spawning = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=spawning, initializer=_leave_interrupts_to_the_command)


def _block_interrupts() -> None:
    """Processes started in this thread do not see Ctrl-C, not even while they import."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _leave_interrupts_to_the_command() -> None:
    """Ctrl-C reaches every process of a terminal; the command alone answers it, by ending its workers.

    A handler, unlike a block or SIG_IGN, is not handed on to the kernel.
    """
    signal.signal(signal.SIGINT, _pass)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end(*_: Any) -> NoReturn:
    # A second signal would interrupt the clearing up after the first.
    signal.signal(signal.SIGTERM, _pass)
    # What was asked of a kernel is broken off too, begun or not: that is no news for the terminal.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited", category=RuntimeWarning)
    raise SystemExit(TERMINATED)


def _pass(*_: Any) -> None:
    """Go on as if there had been no signal."""
