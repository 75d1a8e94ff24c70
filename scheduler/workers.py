"""Many runs at once: each in a process of its own, as many at a time as there are workers."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

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
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(runs)), mp_context=context) as pool:
        waiting = {
            pool.submit(execute, run, data, formats, output, cell_limit=cell_limit): run for run in runs
        }
        try:
            for future in as_completed(waiting):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    run = waiting[future]
                    reason = "its worker process was killed, perhaps out of memory: give fewer --workers."
                    yield Outcome(run, (), f"{run.name} ({run.scope.period.name}): {reason}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
