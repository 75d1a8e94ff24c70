"""The command `analytics` as a process of its own, which can be watched, told to end and killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from analytics_lib.runs import Record, open_ledger
from tests.small_platform import NOTEBOOKS, Said

COMMAND = (sys.executable, "-c", "from scheduler.cli import main; main()")
PATIENCE = 300
"""Seconds for a command that should end, on a machine that is busy with others."""

WAITS_FOR = """
import pathlib, time
while not pathlib.Path({sign!r}).exists():
    time.sleep(0.05)
"""
"""A cell that takes as long as the test wants it to."""


class CommandProcess(subprocess.Popen[str]):
    """A command that has begun; as a context, it is killed in the end unless it has ended."""

    def __exit__(self, *how: object) -> None:
        self.kill()
        super().__exit__(None, None, None)


def started(*words: str, environment: Mapping[str, str] | None = None) -> CommandProcess:
    """A command that has begun, to be used as a context."""
    return CommandProcess(
        [*COMMAND, *words],
        env={**os.environ, "COLUMNS": "200", **(environment or {})},
        cwd=NOTEBOOKS.parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], seconds: float = PATIENCE) -> Said:
    """What it said until it ended. Raises `subprocess.TimeoutExpired` if it does not in time."""
    out, err = process.communicate(timeout=seconds)
    return Said(process.returncode, out, err)


def carried_through(*words: str, environment: Mapping[str, str] | None = None) -> Said:
    """What a command said, from its beginning to its end."""
    with started(*words, environment=environment) as process:
        return ended(process)


def reporting(notebook: str, url: str, output: Path, *more: str) -> tuple[str, ...]:
    """The words that ask for the report of one notebook over October 2026, as a page."""
    asked = ("report", notebook, "--period", "2026-10", "--format", "html")
    return (*asked, "--database", url, "--output", str(output), *more)


def wait_until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for something to become true. Raises AssertionError if it does not in time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"this was not so within {seconds} seconds"
        time.sleep(0.1)


def records_of(output: Path) -> tuple[Record, ...]:
    """What the ledger of a folder of reports holds, the newest first."""
    return open_ledger(output).records()


def at_cell(output: Path, cell: int, count: int = 1) -> Callable[[], bool]:
    """Whether so many runs have come to a cell, as the ledger knows it."""
    return lambda: (
        sum(str(each.state) == "running" and each.cell == cell for each in records_of(output)) >= count
    )


def listed(output: Path) -> list[dict[str, object]]:
    """What `analytics runs` says of a folder of reports."""
    said = carried_through("runs", "--reports", str(output), "--format", "json")
    assert (said.code, said.err) == (0, "")
    found: list[dict[str, object]] = json.loads(said.out)["runs"]
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, byte for byte; none of it is written by halves or meant to pass."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    odd = [name for name in found if "partial" in name or ".running" in name or ".new" in name]
    assert odd == []
    return found


def still_at_work(temporary: Path) -> list[str]:
    """Processes of commands that keep their passing files in this folder; kernels and their parent apart."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_ours = process.environ().get("TMPDIR") == str(temporary)
            if is_ours and "scheduler.kernels" not in process.cmdline():
                found.append(f"{process.pid} {process.cmdline()}")
    return found
