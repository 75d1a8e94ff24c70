"""The runs that a plan needs: carried out, told to whoever watches, and their reports listed in the index."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from analytics_lib.runs import Ledger, State
from scheduler.incremental import Decision
from scheduler.pinned import Data
from scheduler.plan import Run

if TYPE_CHECKING:
    from scheduler.finished import Finished


def run_needed(
    decisions: Sequence[Decision],
    data: Data,
    folder: Path,
    ledger: Ledger,
    *,
    workers: str = "",
    is_silent: bool = False,
) -> Mapping[Path, Finished]:
    """Run what is needed and publish it below the folder: what became of each, by the place of its report.

    Each is told on standard output as soon as it is known, and all of them are summed up on standard
    error, unless `is_silent`. `workers` is a number, the address of a Dask scheduler, or empty for as many
    as fit this machine.
    """
    needed = [decision.run for decision in decisions if decision.is_needed]
    if not needed:
        return {}
    return _run(needed, data, folder, ledger, workers, is_silent)


def list_published(finished: Mapping[Path, Finished], folder: Path) -> None:
    """Write the index of the folder anew if any of these runs has published something. Raises `RunError`."""
    if not all(each.failure for each in finished.values()):
        from scheduler.publish import write_index  # its libraries serve those who have something to publish

        write_index(folder)


def _run(
    runs: Sequence[Run], data: Data, folder: Path, ledger: Ledger, workers: str, is_silent: bool
) -> dict[Path, Finished]:
    from scheduler.crews import DASK, crew_of

    crew = crew_of(workers, len(runs))  # refuses a wrong word before anything is started
    if not workers.startswith(DASK):
        from scheduler.kernels.owner import greet

        greet()  # what kernels are forked from reads its libraries while this process reads its own
    # A plan that finds nothing to do does without these libraries, which take longer to read than it takes.
    from scheduler.progress import ReportProgress
    from scheduler.requests import whoever_asks
    from scheduler.summary import summary_line, summary_table
    from scheduler.supervise import Supervisor

    finished: dict[Path, Finished] = {}
    cancelled: list[str] = []
    is_watched = sys.stdout.isatty() and not is_silent
    began = time.monotonic()
    with ReportProgress(len(runs), is_watched=is_watched) as progress:
        supervisor = Supervisor(crew, ledger, data, folder)
        for each in supervisor.carry_out(runs, whoever_asks(), None if is_silent else progress.watch):
            finished[each.run.place] = each
            progress.count(each)
            lines = [] if is_silent else _said(each, folder)
            if each.outcome.state is State.CANCELLED:
                cancelled += lines
                continue
            for line in lines:
                progress.say(line)
        # Whoever stops a hundred runs with this command need not be told of each: it ends before this.
        for line in cancelled:
            progress.say(line)
    if not is_silent and len(runs) > 1:
        notes = Console(stderr=True)
        notes.print(summary_table(tuple(finished.values())))
        said = summary_line(tuple(finished.values()), time.monotonic() - began)
        notes.print(said, highlight=False, markup=False, soft_wrap=True)
    return finished


def _said(finished: Finished, folder: Path) -> list[str]:
    if finished.failure:
        word = "Cancelled" if finished.outcome.state is State.CANCELLED else "Failed"
        kept = f" The notebook was kept: {_shown(finished.kept)}" if finished.kept else ""
        return [f"{word}: {finished.failure}{kept}"]
    return [_shown(folder / output.path) for output in finished.outputs]


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
