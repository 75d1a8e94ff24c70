"""Who holds a run: one process, told apart from all others, also from a later one with its number.

No wall clock is read: a process is known by when it started as counted from the start of its machine.
"""

from __future__ import annotations

import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from analytics_lib.runs.chain import canonical

_PROC = Path("/proc")
_BOOT = _PROC / "sys" / "kernel" / "random" / "boot_id"
_MACHINE = Path("/etc/machine-id")
_ENDED = frozenset("ZX")
"""States of a process that has ended and still has an entry, because nobody has asked how it ended."""


@dataclass(frozen=True)
class Owner:
    """One process. `boot` tells one start of a machine from the next; `space` is where `pid` is a number.

    `started` is when the process did, in whatever unit the machine counts; it is only ever compared.
    """

    host: str
    machine: str
    boot: str
    space: str
    pid: int
    started: str

    @classmethod
    def here(cls) -> Owner:
        """This process."""
        pid = os.getpid()
        return cls(socket.gethostname(), _text(_MACHINE), _text(_BOOT), _space(), pid, _started(pid) or "")

    @property
    def spelled(self) -> str:
        """The owner as text; equal owners, equal text."""
        return canonical(asdict(self))

    @property
    def shown(self) -> str:
        return f"process {self.pid} on {self.host}"

    def why_gone(self) -> str:
        """One sentence on how this process is known to have ended; empty if it lives or cannot be seen."""
        here = Owner.here()
        if (self.host, self.machine) != (here.host, here.machine):
            return ""
        if self.boot != here.boot:
            # Without a machine's own name, another boot may as well be another machine.
            return f"The machine {self.host} was started anew while it ran." if self.machine else ""
        if self.space != here.space or _started(self.pid) == self.started:
            return ""
        return f"Its owner, {self.shown}, ended without saying what became of it."


def _started(pid: int) -> str | None:
    """When a process started; None if there is none with this number, or only its entry is left."""
    if not _PROC.joinpath("self").exists():
        return _started_elsewhere(pid)
    try:
        # After the name, in brackets: state, parent ... and the ticks since the machine started.
        words = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return None if words[0] in _ENDED else words[19]


def _started_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else repr(process.create_time())
    except psutil.NoSuchProcess:
        return None


def _space() -> str:
    """The namespace of process numbers: containers on one machine have one each."""
    try:
        return str((_PROC / "self" / "ns" / "pid").readlink())
    except OSError:
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
