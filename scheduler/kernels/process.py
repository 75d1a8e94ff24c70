"""A kernel as its owner sees it: like `subprocess.Popen`, for a process that is not the owner's child."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path

from scheduler.kernels.messages import GOODBYE, receive_line

_POLL_INTERVAL = 0.01


class ForkedProcess:
    """A process at the other end of a lifeline; closing that ends it."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, lifeline: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._lifeline = lifeline
        self._owner = os.getpid()
        lifeline.setblocking(False)

    def poll(self) -> int | None:
        """The exit code, or None while the process lives."""
        if self.returncode is None:
            if self._owner != os.getpid():
                return None  # a fork of the owner is told nothing, and ends nothing
            try:
                self.returncode = int(receive_line(self._lifeline).get("exit_code", 1))
            except BlockingIOError:
                return None
            except (EOFError, OSError):
                # The parent was killed before it could tell the code, and so was, or has ended, the kernel.
                self.returncode = -signal.SIGKILL
                kill_group(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once the process has ended. Raises `TimeoutError`."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"process {self.pid} has not ended in {timeout} seconds")
            time.sleep(_POLL_INTERVAL)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to the process and to all that it has started, unless it has ended."""
        if self._owner == os.getpid() and self.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def release(self) -> None:
        """Let go of it: what still lives of it ends, and its files are left to the caller."""
        let_go(self._lifeline)


def lifelines() -> tuple[socket.socket, socket.socket]:
    """Both ends of a new lifeline, neither of which a fork of this process keeps."""
    with _forking:
        ours, theirs = socket.socketpair()
        _open.update((ours, theirs))
    return ours, theirs


def let_go(lifeline: socket.socket) -> None:
    """Close a lifeline on purpose: the process at its other end is ended, its files are left to the owner."""
    with suppress(OSError):
        lifeline.send(GOODBYE)
    lifeline.close()


def kill_group(pid: int) -> None:
    """End a process and all that it has started and left in its own group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def group_of(leader: int) -> list[int]:
    """The processes that live in the group which a process leads, itself included."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # After the name, in brackets: state, parent, group.
            state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            if int(group) == leader and state not in {"X", "Z"}:
                found.append(int(folder.name))
    return found


_open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
_forking = threading.Lock()


def _forget() -> None:
    """In a fork of the owner: close what would keep kernels alive after the owner's death."""
    for lifeline in list(_open):
        lifeline.close()
    _forking.release()


os.register_at_fork(before=_forking.acquire, after_in_parent=_forking.release, after_in_child=_forget)
