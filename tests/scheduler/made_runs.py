"""Notebooks made to order, and runs of them carried out by real workers with real kernels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nbformat
import nbformat.v4

from analytics_lib import AnalyticsService
from analytics_lib.runs import Ledger, open_ledger
from scheduler.crew import Crew
from scheduler.finished import Finished
from scheduler.limits import Limits
from scheduler.local_crew import LocalCrew
from scheduler.pinned import Data
from scheduler.plan import Asked, Run, plan
from scheduler.supervise import Supervisor

PARAMETERS = (
    'time_frame = "month"\nperiod = "last"\nas_of = ""\nbusiness_model = "all"\n'
    'partner = ""\nzone = ""\nlocale = "en"'
)
SWALLOWS_INTERRUPTS = """
import time
while True:
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        print("not now", flush=True)
"""
KILLS_ITS_WORKER = """
import os, pathlib, signal
mark = pathlib.Path({mark!r})
if not mark.exists():
    mark.write_text("once")
    os.kill(int(os.environ["JPY_PARENT_PID"]), signal.SIGKILL)
"""


def made_notebook(folder: Path, name: str, *cells: str) -> str:
    """A notebook that shows a heading and then runs these cells; its path.

    papermill's own cell is the second, so that the first of these is the fourth.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    heading = nbformat.v4.new_markdown_cell(f"# The report {name}")
    notebook = nbformat.v4.new_notebook(cells=[first, heading, *map(nbformat.v4.new_code_cell, cells)])
    notebook.metadata["kernelspec"] = {"name": "analytics", "display_name": "Analytics", "language": "python"}
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return str(path)


def planned(
    service: AnalyticsService,
    notebooks: Sequence[str],
    *,
    formats: tuple[str, ...] = ("ipynb",),
    limits: Limits | None = None,
    period: str = "2026-10",
) -> tuple[Run, ...]:
    """The runs of some notebooks over one month."""
    asked = Asked(tuple(notebooks), period=period, formats=formats, limits=limits or Limits(cell_seconds=60))
    return plan(asked, service)


def carried_out(
    service: AnalyticsService,
    output: Path,
    runs: Sequence[Run],
    *,
    workers: int = 1,
    crew: Crew | None = None,
) -> dict[str, Finished]:
    """What became of each run, by the name of its notebook."""
    with service.warehouse.share() as (url, snapshot):
        supervisor = Supervisor(crew or LocalCrew(workers), open_ledger(output), Data(url, snapshot), output)
        return {finished.run.name: finished for finished in supervisor.carry_out(runs, "a test")}


def ledger_of(output: Path) -> Ledger:
    """The ledger of a folder of reports, whose chain holds."""
    ledger = open_ledger(output)
    assert ledger.check() == ()
    return ledger
