"""Disks that fill up while a report is made: the run fails in one sentence, and what was there stays."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import RunError
from analytics_lib.runs import State, open_ledger
from scheduler.publish import write_index
from scheduler.workplace import NAME
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import carried_through, contents, records_of, reporting
from tests.scheduler.made_runs import carried_out, ledger_of, made_notebook, planned

FILLS = """
import os, pathlib, time
if pathlib.Path({mark!r}).exists():
    with open({filler!r}, "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() - {left}))
    time.sleep({wait})
print("x" * {shown})
"""
"""A cell that takes all space on a disk but so many bytes, once there is a mark."""

LIMITS = """
import os, pathlib, resource
if pathlib.Path({mark!r}).exists():
    resource.prlimit(int(os.environ["JPY_PARENT_PID"]), resource.RLIMIT_FSIZE, (20_000, 20_000))
print("x" * 100_000)
"""


def fill(disk: Path) -> None:
    """Leave no space at all."""
    with (disk / "filler").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if mount is None or os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only who may mount a disk can have one that is full: run this as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
def test_no_space_for_the_pages(small_url: str, tmp_path: Path, watch: Watch, disk: Path) -> None:
    mark, output, filler = tmp_path / "mark", disk / "reports", disk / "filler"
    cell = FILLS.format(mark=str(mark), filler=str(filler), left=300_000, wait=0, shown=500_000)
    words = reporting(made_notebook(tmp_path / "n", "filling", cell), small_url, output, "--force")
    assert carried_through(*words).code == 0
    before = contents(output)
    mark.touch()
    said = carried_through(*words)
    assert said.code == 1
    assert said.out.splitlines() == [
        "Failed: filling (2026-10): a file could not be written: No space left on device."
    ]
    assert "Traceback" not in said.err
    assert contents(output) == before and not (output / NAME).exists()
    newest, first = records_of(output)
    assert (newest.state, first.state) == (State.FAILED, State.SUCCEEDED)
    assert newest.outputs == () and "No space left on device" in newest.failure
    assert ledger_of(output).head().sequence == 6
    assert watch.left_behind() == []


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0, 5], ids=["at the end", "on the way"])
def test_no_space_for_the_ledger(
    small_url: str, tmp_path: Path, watch: Watch, disk: Path, monkeypatch: pytest.MonkeyPatch, wait: int
) -> None:
    mark, output, filler = tmp_path / "mark", tmp_path / "reports", disk / "filler"
    monkeypatch.setenv("ANALYTICS_LEDGER_URL", f"sqlite:///{disk}/ledger.sqlite")
    cell = FILLS.format(mark=str(mark), filler=str(filler), left=0, wait=wait, shown=10)
    words = reporting(made_notebook(tmp_path / "n", "filling", cell), small_url, output, "--force")
    assert carried_through(*words).code == 0
    before = contents(output)
    mark.touch()
    said = carried_through(*words)
    assert said.code == 1 and said.out == ""
    assert (
        said.err == f"Error: The ledger {disk}/ledger.sqlite cannot be used: no space is left on its disk.\n"
    )
    assert contents(output) == before and not (output / NAME).exists()
    assert watch.left_behind() == []
    filler.unlink()
    ledger = open_ledger(output)
    assert ledger.check() == ()
    assert [str(record.state) for record in ledger.records()] == ["running", "succeeded"]
    mark.unlink()
    assert carried_through(*words).code == 0
    assert [str(record.state) for record in ledger.records()] == ["succeeded", "lost", "succeeded"]
    assert ledger.check() == ()


@pytest.mark.slow
def test_no_space_at_all_from_the_beginning(small_url: str, tmp_path: Path, watch: Watch, disk: Path) -> None:
    output = disk / "reports"
    words = reporting(made_notebook(tmp_path / "n", "plain", "print(1)"), small_url, output, "--force")
    assert carried_through(*words).code == 0
    before = contents(output)
    fill(disk)
    said = carried_through(*words)
    assert said.code == 1 and said.out == "" and len(said.err.splitlines()) == 1
    assert said.err.startswith("Error: ") and "no space" in said.err.lower()
    assert contents(output) == before and not (output / NAME).exists()
    assert watch.kernels_started() == 1 and watch.left_behind() == []
    (disk / "filler").unlink()
    assert ledger_of(output).head().sequence == 3


def test_no_space_for_the_list_of_reports(disk: Path) -> None:
    output = disk / "reports"
    write_index(output)
    before = contents(output)
    fill(disk)
    with pytest.raises(RunError, match=r"list of reports .* could not be written: No space left on device"):
        write_index(output)
    assert contents(output) == before


@pytest.mark.slow
def test_a_worker_that_may_write_no_large_file(small: AnalyticsService, tmp_path: Path, watch: Watch) -> None:
    mark, output = tmp_path / "mark", tmp_path / "reports"
    notebook = made_notebook(tmp_path / "n", "large", LIMITS.format(mark=str(mark)))
    runs = planned(small, (notebook,), formats=("html",))
    assert not carried_out(small, output, runs)["large"].failure
    before = contents(output)
    mark.touch()
    found = carried_out(small, output, runs)["large"]
    assert (found.outcome.state, found.outcome.failure) == (
        State.FAILED,
        "a file could not be written: File too large.",
    )
    assert (found.kept, found.outputs, contents(output)) == (None, (), before)
    assert ledger_of(output).records()[0].state is State.FAILED
    assert watch.left_behind() == []
