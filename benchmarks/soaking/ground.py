"""A place of its own for everything that a soak starts, so that whatever is left behind is found."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

Seen = TypeVar("Seen")

LINGER = 2
"""Seconds that a parent waits after its last owner has left in peace."""

_SLACK = 8.0
"""Seconds that everything has to end in, beyond that, on a busy machine."""


@dataclass(frozen=True)
class Ground:
    """A folder in which clients, parents and kernels put everything that they need."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a client."""
        return {
            **os.environ,
            "ANALYTICS_KERNELS_LINGER": str(LINGER),
            **{name: str(self.folder / place) for name, place in _PLACES.items()},
        }

    def processes(self) -> list[psutil.Process]:
        """Everything that a client, a parent or a kernel has started, dead children of theirs included."""
        found: dict[int, psutil.Process] = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.ppid() in found or self._started(process.pid):
                    found[process.pid] = process
        return list(found.values())

    def named(self, *names: str) -> list[psutil.Process]:
        """Those of them that are called so; the dead do not count."""
        return [each for each in self.processes() if comm(each.pid) in names and is_alive(each.pid)]

    def parents_at_work(self) -> list[psutil.Process]:
        """The parents, those included that still import and have no name yet."""
        return [each for each in self.processes() if is_parent(each.pid)]

    def left_behind(self) -> list[str]:
        """What is still there when everybody has had time to end."""
        return settled(self._everything, lambda found: not found, LINGER + _SLACK)

    def _started(self, pid: int) -> bool:
        mark = os.fsencode(self.folder) + b"/"
        process = Path(f"/proc/{pid}")
        return mark in (process / "cmdline").read_bytes() or mark in (process / "environ").read_bytes()

    def _everything(self) -> list[str]:
        found = [f"process {each.pid} {comm(each.pid)} ({state(each.pid)})" for each in self.processes()]
        for place in _PLACES.values():
            found += [f"file {path}" for path in sorted((self.folder / place).rglob("*"))]
        sockets = Path("/proc/net/unix").read_text().splitlines()
        return found + [f"socket {line.split()[-1]}" for line in sockets if f"{self.folder}/" in line]


_PLACES = {"XDG_RUNTIME_DIR": "run", "JUPYTER_RUNTIME_DIR": "jupyter", "TMPDIR": "tmp"}


@contextmanager
def ground() -> Iterator[Ground]:
    """A new ground; at the end, what is left on it is killed and removed."""
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        made = Ground(Path(folder))
        for place in _PLACES.values():
            (made.folder / place).mkdir(mode=0o700)
        try:
            yield made
        finally:
            for process in made.processes():
                with suppress(psutil.Error):
                    process.kill()


def settled(look: Callable[[], Seen], is_right: Callable[[Seen], bool], limit: float) -> Seen:
    """What there is to see as soon as it is right, or else at the end."""
    until = time.monotonic() + limit
    while not is_right(seen := look()) and time.monotonic() < until:
        time.sleep(0.02)
    return seen


def comm(pid: int) -> str:
    """The name of a process, as `ps -o comm` shows it; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def state(pid: int) -> str:
    """The letter for the state of a process, as `ps -o stat` shows it; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def is_alive(pid: int) -> bool:
    """Whether it runs: a zombie does not."""
    return state(pid) not in {"", "Z", "X"}


def is_parent(pid: int) -> bool:
    """Whether this is a parent, be it one that still imports and is named after Python."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"scheduler.kernels\0" in command and comm(pid) not in {"kernel", "kernel-spare"}
