"""Kills at random what works for a command, and keeps a list of it."""

from __future__ import annotations

import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.soaking.ground import Ground, comm, is_alive

COMMAND = (sys.executable, "-c", "from scheduler.cli import main; main()")

WAYS = (
    *["kernel"] * 6,
    *["worker"] * 3,
    *["pause"] * 2,
    *["cancel"] * 2,
    *("kernel-spare", "kernel-parent", "forkserver"),
)
"""What is done, and how often it is the one."""

EVERY = 2.0
"""Seconds between two of them, on average."""

_LONGEST_PAUSE = 2.0
_TRIES = 20
_UNDER_WAY = """
SELECT run_id FROM run_events GROUP BY run_id, target, attempt
HAVING count(*) = 2 AND max(state = 'running') = 1"""


@dataclass
class Interventions:
    """All that was done to whom; times are of the wall clock, as those of the ledger."""

    kernels: list[tuple[float, int]] = field(default_factory=list)
    """When which worker lost its kernel."""
    workers: list[tuple[float, int]] = field(default_factory=list)
    bereft: set[str] = field(default_factory=set)
    """Commands that lost a worker or the process that starts them."""
    killed: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    """Commands that were told to end."""
    unwanted: set[str] = field(default_factory=set)
    """Runs that were asked to be cancelled."""
    counts: Counter[str] = field(default_factory=Counter)


class Killer(threading.Thread):
    """Does something every now and then, until it is told to stop."""

    def __init__(
        self,
        place: Ground,
        reports: Path,
        commands: dict[str, int],
        interventions: Interventions,
        lot: random.Random,
    ) -> None:
        super().__init__()
        self.stop = threading.Event()
        self._place = place
        self._reports = reports
        self._commands = commands
        self._interventions = interventions
        self._lot = lot

    def run(self) -> None:
        """Work until told to stop."""
        while not self.stop.wait(self._lot.expovariate(1 / EVERY)):
            # One that has ended meanwhile was none of ours to kill.
            with suppress(psutil.Error, OSError):
                self._do(self._lot.choice(WAYS))

    def _do(self, way: str) -> None:
        if way == "cancel":
            self._cancel()
        elif way == "kernel":
            self._kill_kernel()
        elif way == "kernel-spare":
            self._kill_one_of(self._place.named("kernel-spare"), way)
        elif way == "kernel-parent":
            self._kill_one_of(self._place.named("kernel-parent"), way)
        else:
            name = self._lot.choice(sorted(self._commands))
            servers = forkservers(self._commands[name])
            workers = [worker for server in servers for worker in server.children()]
            if way == "forkserver" and servers:
                self._interventions.bereft.add(name)
                self._kill_one_of(servers, way)
            elif way == "worker" and workers:
                worker = self._lot.choice(workers)
                self._interventions.workers.append((time.time(), worker.pid))
                self._interventions.bereft.add(name)
                self._kill_one_of([worker], way)
            elif way == "pause" and workers:
                self._pause(self._lot.choice(workers))

    def _kill_kernel(self) -> None:
        # Most have ended before it is seen whose they are.
        for _ in range(_TRIES):
            processes = self._place.processes()
            kernels = [each for each in processes if comm(each.pid) == "kernel" and is_alive(each.pid)]
            kernel = self._lot.choice(kernels) if kernels else None
            if kernel and (employer := worker_of(kernel.pid, processes)) and is_alive(kernel.pid):
                self._interventions.kernels.append((time.time(), employer))
                self._kill_one_of([kernel], "kernel")
                return

    def _kill_one_of(self, processes: Sequence[psutil.Process], way: str) -> None:
        if processes:
            self._lot.choice(processes).kill()
            self._interventions.counts[way] += 1

    def _pause(self, worker: psutil.Process) -> None:
        worker.suspend()
        try:
            time.sleep(self._lot.uniform(0, _LONGEST_PAUSE))
        finally:
            worker.resume()
        self._interventions.counts["pause"] += 1

    def _cancel(self) -> None:
        runs = under_way(self._reports)
        if not runs:
            return
        run = self._lot.choice(runs)
        self._interventions.unwanted.add(run)
        words = ("runs", run, "--cancel", "--reports", str(self._reports))
        done = subprocess.run(
            [*COMMAND, *words], env=self._place.environment, capture_output=True, check=False
        )
        self._interventions.counts["cancel" if done.returncode == 0 else "cancel, too late"] += 1


def tell(
    process: subprocess.Popen[bytes], name: str, way: signal.Signals, interventions: Interventions
) -> None:
    """Kill a command, or tell it to end."""
    (interventions.killed if way == signal.SIGKILL else interventions.told).add(name)
    process.send_signal(way)
    interventions.counts[f"command, {way.name}"] += 1


def forkservers(command: int) -> list[psutil.Process]:
    """The process from which the workers of a command are forked, if it has one already."""
    return [each for each in psutil.Process(command).children() if "forkserver" in " ".join(each.cmdline())]


def worker_of(kernel: int, processes: Sequence[psutil.Process]) -> int:
    """Who runs a kernel: whoever has the file open that it writes to; 0 where nobody is seen."""
    log = _regular_file(Path(f"/proc/{kernel}/fd/1"))
    if log is None:
        return 0
    for each in processes:
        if each.pid != kernel and comm(each.pid) != "kernel" and log in _open_files(each.pid):
            return each.pid
    return 0


def under_way(reports: Path) -> list[str]:
    """The runs that have begun and not ended, as the file of the ledger has them."""
    file = reports.with_name(f"{reports.name}.ledger.sqlite")
    if not file.exists():
        return []
    with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as ledger:
        return sorted(row[0] for row in ledger.execute(_UNDER_WAY))
    return []


def _open_files(pid: int) -> set[tuple[int, int] | None]:
    try:
        return {_regular_file(handle) for handle in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


def _regular_file(handle: Path) -> tuple[int, int] | None:
    """The device and inode of an open file, which may have no name; None for anything else."""
    try:
        about = handle.stat()
    except OSError:
        return None
    return (about.st_dev, about.st_ino) if stat.S_ISREG(about.st_mode) else None
