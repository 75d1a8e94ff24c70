"""The runs that a plan needs: carried out, told to whoever watches, and listed in the index."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analytics_lib.booking_platform import BookingPlatform
from scheduler.incremental import Decision
from scheduler.plan import Run

if TYPE_CHECKING:
    from scheduler.execute import Outcome


def run_needed(
    decisions: Sequence[Decision],
    platform: BookingPlatform,
    folder: Path,
    *,
    workers: int,
    is_silent: bool = False,
) -> Mapping[Path, Outcome]:
    """Run what is needed and publish it below the folder: what became of each, by the place of its report.

    Each is told on standard output as soon as it is known, unless `is_silent`.
    """
    needed = [decision.run for decision in decisions if decision.is_needed]
    outcomes = _run(needed, platform, folder, workers, is_silent) if needed else {}
    if not all(outcome.failure for outcome in outcomes.values()):
        from scheduler.publish import write_index  # its libraries serve those who have something to publish

        write_index(folder)
    return outcomes


def _run(
    runs: Sequence[Run], platform: BookingPlatform, folder: Path, workers: int, is_silent: bool
) -> dict[Path, Outcome]:
    from scheduler.kernels.owner import greet

    greet()  # what kernels are forked from reads its libraries while this process reads its own
    # A plan that finds nothing to do does without these libraries, which take longer to read than it takes.
    from scheduler.execute import Data
    from scheduler.workers import clean_termination, run_all

    outcomes: dict[Path, Outcome] = {}
    with (
        clean_termination(),
        platform.warehouse.share() as (url, snapshot),
        _progress(is_shown=not is_silent) as progress,
    ):
        data = Data(url, snapshot)
        bar = progress.add_task("reports", total=len(runs))
        for (formats, cell_limit), alike in groupby(runs, lambda run: (run.formats, run.limits.cell_seconds)):
            for outcome in run_all(
                list(alike), data, formats, folder, workers=workers, cell_limit=cell_limit
            ):
                outcomes[outcome.run.place] = outcome
                progress.advance(bar)
                for line in () if is_silent else _said(outcome):
                    progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
    return outcomes


def _said(outcome: Outcome) -> list[str]:
    if outcome.failure:
        kept = f" The notebook was kept: {_shown(outcome.files[0])}" if outcome.files else ""
        return [f"Failed: {outcome.failure}{kept}"]
    return [_shown(path) for path in outcome.files]


def _progress(*, is_shown: bool) -> Progress:
    """A progress bar when a person is watching, silence otherwise."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, disable=not (is_shown and sys.stdout.isatty()), transient=True)


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
