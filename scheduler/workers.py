"""Many runs at once: each in a process of its own, as many at a time as there are workers."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from queue import SimpleQueue

from scheduler.execute import Data, Outcome, execute
from scheduler.plan import Run


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
    free: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()
    for _ in range(count):
        free.put(_process())
    with ThreadPoolExecutor(count) as threads:
        try:
            waiting = [
                threads.submit(_execute_in, free, run, data, formats, output, cell_limit) for run in runs
            ]
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
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
        return process.submit(execute, run, data, formats, output, cell_limit=cell_limit).result()
    except BrokenProcessPool:
        process.shutdown(wait=False)
        process = _process()
        reason = "its worker process was killed, perhaps out of memory: give fewer --workers."
        return Outcome(run, (), f"{run.name} ({run.scope.period.name}): {reason}")
    finally:
        free.put(process)


def _process() -> ProcessPoolExecutor:
    """One process that starts with its first run."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
