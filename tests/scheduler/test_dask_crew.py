"""Workers of a real Dask cluster: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from analytics_lib.runs import State, open_ledger
from scheduler.workplace import NAME
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import (
    WAITS_FOR,
    at_cell,
    contents,
    ended,
    listed,
    records_of,
    reporting,
    started,
    wait_until,
)
from tests.scheduler.faults.postgresql import OwnServer, own_server
from tests.scheduler.made_runs import ledger_of, made_notebook
from tests.small_platform import NOTEBOOKS, Command

DASK = str(Path(sys.executable).with_name("dask"))


@dataclass
class Cluster:
    """A scheduler without a dashboard; `address` is what `--workers` takes."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        return str(json.loads(self.file.read_text())["address"]).replace("tcp://", "dask://")

    def start(self, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [DASK, *words, "--scheduler-file", str(self.file)],
                env={**os.environ, "DASK_TEMPORARY_DIRECTORY": str(self.folder), **(environment or {})},
                cwd=NOTEBOOKS.parents[2],
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def start_scheduler(self) -> None:
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show")
        wait_until(lambda: self.file.exists() and self.file.read_text().endswith("}"))

    def start_worker(self, *words: str, environment: Mapping[str, str] | None = None) -> None:
        """A worker that carries out one run at a time."""
        alone = ("--nthreads", "1", "--no-dashboard")
        self.workers.append(self.start("worker", *alone, *words, environment=environment))

    def worker_of(self, process: psutil.Process) -> subprocess.Popen[bytes]:
        """The Dask worker that a process of ours works for."""
        above = {parent.pid for parent in process.parents()}
        return next(worker for worker in self.workers if worker.pid in above)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


@pytest.fixture
def server() -> Iterator[OwnServer]:
    """Asked for before `watch`, whose folders are then without what starts it."""
    with own_server() as running:
        yield running


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    folder.mkdir()
    running = Cluster(folder)
    try:
        running.start_scheduler()
        yield running
    finally:
        running.stop()


def process_of(worker: str) -> psutil.Process:
    """The process that the ledger names."""
    return psutil.Process(int(worker.rpartition(" ")[2]))


@pytest.mark.slow
def test_runs_are_made_on_all_workers_and_no_password_is_sent(
    server: OwnServer, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, reads = tmp_path / "reports", "from analytics_lib import connect; connect().data_through"
    notebooks = [made_notebook(tmp_path / "n", name, "import time; time.sleep(3)", reads) for name in "ab"]
    with cluster(tmp_path / "cluster") as dask:
        url = server.reader("reader", "hunter-5/2")
        # As Dask starts them if nothing else is said, each below a process that watches it.
        dask.start_worker(environment={"ANALYTICS_DATABASE_URL": url})
        dask.start_worker("--no-nanny", environment={"ANALYTICS_DATABASE_URL": ""})
        monkeypatch.setenv("ANALYTICS_DATABASE_URL", url)
        asked = ("report", *notebooks, "--period", "2026-10", "--format", "html", "--output", str(output))
        with started(*asked, "--workers", dask.address) as command:
            said = ended(command)
        logs = b"".join(path.read_bytes() for path in dask.folder.glob("*.log")).decode()
    assert said.code == 1
    good, bad = sorted(records_of(output), key=lambda record: record.failure)
    assert good.state is State.SUCCEEDED and good.worker != bad.worker
    assert bad.failure.startswith("cell 5 failed with WarehouseError: ") and "no password" in bad.failure
    assert "hunter" not in said.out + said.err + logs
    assert [path for path in contents(output) if path.endswith("all.html")] == [
        f"2026-10/{good.request.notebook}/all.html"
    ]
    assert not (output / NAME).exists() and ledger_of(output).head().sequence == 6
    assert watch.left_behind() == []


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_is_made_by_the_other(
    small_url: str, tmp_path: Path, watch: Watch
) -> None:
    output, sign = tmp_path / "reports", tmp_path / "sign"
    words = reporting(
        made_notebook(tmp_path / "n", "kept", WAITS_FOR.format(sign=str(sign))), small_url, output
    )
    with cluster(tmp_path / "cluster") as dask:
        for _ in range(2):
            dask.start_worker("--no-nanny")
        with started(*words, "--workers", dask.address) as command:
            wait_until(at_cell(output, 4))
            dask.worker_of(process_of(records_of(output)[0].worker)).kill()
            sign.touch()
            said = ended(command)
        assert (said.code, said.out) == (0, f"{output}/2026-10/kept/all.html\n")
        again, lost = records_of(output)
        assert (again.state, again.attempt) == (State.SUCCEEDED, 2)
        assert (lost.state, lost.failure) == (State.LOST, "its Dask worker was lost.")
        assert again.worker != lost.worker and not (output / NAME).exists()
        assert ledger_of(output).check() == ()
    assert watch.left_behind() == []


@pytest.mark.slow
def test_what_is_cancelled_or_wanted_by_nobody_is_stopped(
    small_url: str, tmp_path: Path, watch: Watch
) -> None:
    output, endless = tmp_path / "reports", "import time; time.sleep(600)"
    words = reporting(made_notebook(tmp_path / "n", "endless", endless), small_url, output)
    with cluster(tmp_path / "cluster") as dask:
        dask.start_worker("--no-nanny")
        with started(*words, "--workers", dask.address) as command:
            wait_until(at_cell(output, 4))
            assert open_ledger(output).ask_to_cancel(records_of(output)[0].request.run_id) == 1
            wait_until(lambda: records_of(output)[0].state is State.CANCELLED, 10)
            assert records_of(output)[0].failure == "it was cancelled in cell 4."
            assert ended(command).code == 1
        assert not (output / NAME).exists() and watch.left_behind() == []

        with started(*words, "--workers", dask.address):
            wait_until(at_cell(output, 4))
        # It was killed on the way out of the context.
        wait_until(lambda: watch.left_behind() == [], 20)
        assert [(each["state"], each["attempt"]) for each in listed(output)] == [
            ("lost", 2),
            ("cancelled", 1),
        ]


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        ("dask://127.0.0.1:1", "No Dask scheduler answers at dask://127.0.0.1:1: start one with"),
        ("dask://", "No Dask scheduler answers at dask://: start one with"),
        ("dask://nowhere", "No Dask scheduler answers at dask://nowhere: start one with"),
        ("dusk://127.0.0.1:1", "--workers dusk://127.0.0.1:1 is neither a number of processes"),
        ("0", "--workers 0 is neither a number of processes"),
        ("many", "--workers many is neither a number of processes"),
    ],
)
def test_wrong_words_for_workers_end_before_anything_runs(
    analytics: Command,
    small_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: str,
    said: str,
) -> None:
    monkeypatch.setattr("scheduler.dask_crew._ANSWER", 2.0)
    found = analytics(
        *("report", str(NOTEBOOKS / "plain.ipynb"), "--workers", workers, "--database", small_url),
        *("--output", str(tmp_path / "reports")),
    )
    assert found.code == 2 and found.out == "" and len(found.err.splitlines()) == 1
    assert found.err.startswith(f"Error: {said}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_scheduler_without_workers_is_named(
    analytics: Command, small_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.dask_crew._WORKERS_WANTED", 1.0)
    with cluster(tmp_path / "cluster") as dask:
        address = dask.address
        found = analytics(
            *("report", str(NOTEBOOKS / "plain.ipynb"), "--workers", address),
            *("--database", small_url, "--output", str(tmp_path / "reports")),
        )
    assert (found.code, found.out) == (2, "")
    assert found.err == (
        f"Error: The Dask scheduler at {address} has no workers: "
        f"start some with 'dask worker {address.replace('dask://', 'tcp://')}'.\n"
    )
    assert not (tmp_path / "reports").exists()
