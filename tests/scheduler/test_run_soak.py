"""A short soak of whole commands: what the ledger tells is true, whatever is killed, and nothing is left.

`python benchmarks/run_soak.py` is the long one. What counts as a fault stands at its top.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from analytics_lib.runs import Output, Owner, Request, State, open_ledger
from benchmarks.run_soak import soaked
from benchmarks.soaking.account import Account
from benchmarks.soaking.ground import ground
from benchmarks.soaking.killer import Interventions, worker_of
from tests.runs.ledgers import request

WORKER = "here process 12"


@pytest.mark.slow
def test_the_ledger_tells_the_truth_about_runs_that_are_killed() -> None:
    with ground() as place:
        soak = soaked(place, 60, seed=1)
        assert not soak.faults, "\n".join(soak.faults)
        assert soak.begun >= 60
        assert sum(soak.interventions.counts.values()) > 3, soak.interventions.counts


def test_a_kernel_belongs_to_the_worker_that_reads_what_it_writes(tmp_path: Path) -> None:
    with (
        tempfile.TemporaryFile(dir=tmp_path) as log,
        tempfile.TemporaryFile(dir=tmp_path) as other,
        sleeper(pass_fds=[log.fileno()]) as worker,
        sleeper(pass_fds=[other.fileno()]) as stranger,
        sleeper(stdout=log) as kernel,
        sleeper(stdout=subprocess.DEVNULL) as silent,
    ):
        processes = [psutil.Process(each) for each in (stranger, worker, kernel, silent)]
        assert worker_of(kernel, processes) == worker
        assert worker_of(silent, processes) == 0
        assert worker_of(kernel, processes[:1]) == 0


@contextmanager
def sleeper(**options: Any) -> Iterator[int]:
    """A process that does nothing, ended at the end."""
    with subprocess.Popen(["sleep", "60"], **options) as process:
        try:
            yield process.pid
        finally:
            process.kill()


class Told:
    """A ledger that is told what a test wants, and the account of a soak that has seen something else."""

    def __init__(self, folder: Path) -> None:
        self.reports = folder / "reports"
        self.interventions = Interventions()
        self.account = Account(self.reports, folder / "witness", self.interventions)
        self.ledger = open_ledger(self.reports)

    def tell(self, notebook: str, state: State, failure: str = "", outputs: tuple[Output, ...] = ()) -> None:
        (claim,) = self.ledger.queue([self.request(notebook)], Owner.here())
        self.ledger.start(claim, WORKER)
        self.ledger.finish(claim, state, failure=failure, outputs=outputs)

    def request(self, notebook: str) -> Request:
        target = str(self.reports / "2026-10" / notebook / "all")
        return replace(
            request(notebook, target), notebook=notebook, formats=("ipynb",), asked_by="soak-1@here"
        )

    def faults(self) -> str:
        return "\n".join(self.account.faults())


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.delenv("ANALYTICS_LEDGER_URL", raising=False)
    return Told(tmp_path)


@pytest.mark.parametrize(
    ("notebook", "state", "failure"),
    [
        ("quick", State.FAILED, "cell 4 failed with ValueError: this one always fails."),
        ("quick", State.FAILED, "the kernel died in cell 4 (killed, or out of memory)."),
        ("failing", State.SUCCEEDED, ""),
        ("quick", State.TIMED_OUT, "cell 4 took longer than 4 seconds and was stopped."),
        ("quick", State.CANCELLED, "it was cancelled in cell 4."),
        ("quick", State.LOST, "its worker process was killed, perhaps out of memory."),
    ],
)
def test_the_account_finds_an_end_to_which_nothing_has_led(
    told: Told, notebook: str, state: State, failure: str
) -> None:
    told.tell(notebook, state, failure)
    assert f"attempt 1 of {notebook}" in told.faults()


def test_the_account_believes_what_was_done(told: Told) -> None:
    told.tell("failing", State.FAILED, "cell 4 failed with ValueError: this one always fails.")
    told.interventions.told.add("soak-1")
    told.tell("quick", State.CANCELLED, "it was cancelled in cell 4.")
    told.interventions.killed.add("soak-1")
    told.tell("quick", State.LOST)
    assert told.faults() == ""


def test_the_account_looks_for_the_pages_of_a_success(told: Told) -> None:
    output = Output("ipynb", "2026-10/quick/all.ipynb", "5" * 64, 10)
    told.tell("quick", State.SUCCEEDED, outputs=(output,))
    assert "is not what it made" in told.faults() and "is not there any more" in told.faults()


def test_the_account_finds_an_attempt_that_was_left_and_a_head_that_was_changed(told: Told) -> None:
    told.ledger.queue([told.request("quick")], Owner.here())
    head = told.reports.with_name("reports.ledger.head")
    head.write_text(f"7 {'0' * 64}\n")
    assert "is the last word" in told.faults() and "the head file says" in told.faults()
    assert json.loads(told.account.rows()[0].content)["notebook"] == "quick"
