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
_HIDDEN = ""
"""When a process started that is there and shows nothing of itself to this user."""


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

    @property
    def is_seen(self) -> bool:
        """Whether this process, alive or not, runs where it can be seen from here."""
        return self._is_beside(Owner.here()) and _started(self.pid) != _HIDDEN

    def why_gone(self) -> str:
        """One sentence on how this process is known to have ended; empty if it lives or cannot be seen."""
        here = Owner.here()
        if self._is_beside(here):
            is_gone = _started(self.pid) not in (self.started, _HIDDEN)
            return f"Its owner, {self.shown}, ended without saying what became of it." if is_gone else ""
        # Without a machine's own name, another boot may as well be another machine.
        is_same_machine = bool(self.machine) and (self.host, self.machine) == (here.host, here.machine)
        if is_same_machine and self.boot != here.boot:
            return f"The machine {self.host} was started anew while it ran."
        return ""

    def _is_beside(self, other: Owner) -> bool:
        """Whether both are numbered by one machine since one start of it, outside or inside one container."""
        mine = (self.host, self.machine, self.boot, self.space)
        return mine == (other.host, other.machine, other.boot, other.space)


def _started(pid: int) -> str | None:
    """When a process started; None if there is none with this number, or only its entry is left.

    It is _HIDDEN where somebody else's process is there and may not be looked at.
    """
    if not _PROC.joinpath("self").exists():
        return _started_elsewhere(pid)
    try:
        # After the name, in brackets: state, parent ... and the ticks since the machine started.
        words = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        # A /proc that is mounted with hidepid holds no entries of other users.
        return _HIDDEN if _is_there(pid) else None
    return None if words[0] in _ENDED else words[19]


def _started_elsewhere(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else repr(process.create_time())
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        return _HIDDEN


def _is_there(pid: int) -> bool:
    """Whether there is a process with this number, whoever it belongs to."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is somebody else's
    return True


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
