"""Whatever goes wrong with a run, the report that is there stays as it is, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.runs import State
from scheduler.limits import Limits
from scheduler.workplace import NAME
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import contents
from tests.scheduler.made_runs import SWALLOWS_INTERRUPTS, carried_out, ledger_of, made_notebook, planned

ONLY_THEN = "import os, pathlib\nif pathlib.Path({mark!r}).exists():\n    exec({cell!r})"
FAULTS = {
    "fails": ("1 / 0", State.FAILED, "cell 4 failed with ZeroDivisionError: division by zero."),
    "broken": ("def f(:", State.FAILED, "cell 4 failed with SyntaxError: "),
    "hungry": ("bytearray(2**33)", State.FAILED, "cell 4 ran out of memory (it may take 2,048 MiB): "),
    "no kernel": ("os.kill(os.getpid(), 9)", State.FAILED, "the kernel died in cell 4 "),
    "no worker": (
        "os.kill(int(os.environ['JPY_PARENT_PID']), 9)",
        State.LOST,
        "its worker process was killed, perhaps out of memory: ",
    ),
    "late": (SWALLOWS_INTERRUPTS, State.TIMED_OUT, "cell 4 took longer than 10 seconds and was stopped."),
}


@pytest.mark.slow
def test_no_fault_touches_the_last_good_report(small: AnalyticsService, tmp_path: Path, watch: Watch) -> None:
    mark, output = tmp_path / "mark", tmp_path / "reports"
    cells = {name: ONLY_THEN.format(mark=str(mark), cell=cell) for name, (cell, _, _) in FAULTS.items()}
    notebooks = [made_notebook(tmp_path / "n", name, cell) for name, cell in cells.items()]
    limits = Limits(cell_seconds=10, retries=0, memory=2 * 2**30)
    runs = planned(small, notebooks, formats=("html", "ipynb"), limits=limits)
    assert not any(each.failure for each in carried_out(small, output, runs, workers=2).values())
    before = contents(output)
    assert len([name for name in before if name.startswith("2026-10/")]) == 2 * len(FAULTS)

    mark.touch()
    found = carried_out(small, output, runs, workers=2)
    newest = {record.request.notebook: record for record in ledger_of(output).records(len(FAULTS))}
    for name, (_, state, said) in FAULTS.items():
        assert (found[name].outcome.state, newest[name].state) == (state, state)
        assert found[name].outcome.failure.startswith(said) and newest[name].failure.startswith(said)
        assert newest[name].outputs == () and newest[name].attempt == 2
    after = contents(output)
    added = after.keys() - before.keys()
    assert {name: after[name] for name in before} == before
    assert all(name.endswith("all.failed.ipynb") for name in added) and len(added) >= len(FAULTS) - 1
    assert not (output / NAME).exists()
    assert watch.left_behind() == []
