"""The parent: a process that imports everything once and forks kernels, for as long as it has owners.

It runs no thread of ours, opens no connection to any data, and reads nothing of what an owner tells its
kernel: lifelines pass through it unread.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scheduler.kernels.folders import Remains, locked, sweep, sweep_locked
from scheduler.kernels.freshness import Imported
from scheduler.kernels.messages import (
    GOODBYE,
    LONGEST_MESSAGE,
    ends_with_goodbye,
    receive_files,
    send_line,
)
from scheduler.kernels.process import kill_group

SPARES = 2
"""Forks that wait for an order."""

_PAUSE = 500.0
"""Milliseconds to wait when the system refuses another fork."""

_FIRST_CALL = 5.0
"""Seconds in which whoever has started a parent calls it."""


class Forked(BaseException):
    """Raised in a new fork, so that it leaves behind all that the parent was doing."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__()
        self.line = line
        """Where the fork gets its lifeline from."""


@dataclass
class Kernel:
    """A fork that has been given a lifeline. It is kept until its owner lets go of that."""

    pid: int
    lifeline: socket.socket
    remains: Remains
    is_alive: bool = True
    is_wanted: bool = True


class Parent:
    """Everything that the parent knows, and its one loop."""

    def __init__(self, listener: socket.socket, address: Path, linger: float, imported: Imported) -> None:
        """Serve at `address`, where `listener` listens; stay `linger` seconds after the last owner."""
        self._listener = listener
        self._address = address
        self._linger = linger
        self._imported = imported
        self._owners: dict[int, socket.socket] = {}
        self._leaving: set[int] = set()
        self._spares: dict[int, socket.socket] = {}
        self._kernels: dict[int, Kernel] = {}
        self._place = address.stat().st_ino
        self._ends_at: float | None = time.monotonic() + _FIRST_CALL
        self._is_retired = False
        self._is_told_to_end = False
        self._poll = select.poll()
        self._woken, self._wake = os.pipe()

    def serve(self) -> None:
        """Serve until nobody needs this parent: its last owner is gone, and its last kernel."""
        self._listen_to_signals()
        self._listener.setblocking(False)
        self._poll.register(self._listener, select.POLLIN)
        self._poll.register(self._woken, select.POLLIN)
        while not self._is_over():
            lacks_spares = not self._is_retired and len(self._spares) < SPARES
            events = self._poll.poll(0 if lacks_spares else self._patience())
            for handle, _ in events:
                self._answer(handle)
            if lacks_spares and not events:
                try:
                    self._fork()
                except OSError:
                    # Too many processes or files: wait for something to end.
                    self._poll.poll(_PAUSE)
        for pid in self._spares:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _listen_to_signals(self) -> None:
        # Whoever started us may have blocked some.
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for end in (self._woken, self._wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "_is_told_to_end", True))

    def _patience(self) -> float | None:
        """Milliseconds to wait for something to happen."""
        if self._ends_at is None or self._kernels:
            return None
        return max(0.0, self._ends_at - time.monotonic()) * 1000 + 1

    def _is_over(self) -> bool:
        if self._is_told_to_end:
            self._retire()
            return True
        if self._kernels:
            return False
        if self._is_retired:
            return True
        if self._ends_at is None or time.monotonic() < self._ends_at:
            return False
        with suppress(OSError), locked(self._address.parent):
            # Whoever found us before we locked is an owner now.
            if select.select([self._listener], [], [], 0)[0]:
                self._ends_at = time.monotonic() + self._linger
                return False
            sweep_locked(self._address.parent, self._address)
            self._leave_address()
        return True

    def _answer(self, handle: int) -> None:
        """Do what an event on this file asks for."""
        if handle == self._woken:
            with suppress(BlockingIOError):
                os.read(self._woken, 4096)
            self._reap()
        elif handle == self._listener.fileno():
            self._welcome()
        elif handle in self._owners:
            self._hear(handle)
        elif handle in self._kernels:
            self._let_go(handle)

    def _welcome(self) -> None:
        with suppress(OSError):
            owner, _ = self._listener.accept()
            owner.setblocking(False)
            self._owners[owner.fileno()] = owner
            self._poll.register(owner, select.POLLIN)
            self._ends_at = None

    def _hear(self, handle: int) -> None:
        """What an owner says: that it wants a kernel, or goodbye; or it is gone."""
        owner = self._owners[handle]
        try:
            message, lifelines = receive_files(owner, LONGEST_MESSAGE, 1)
        except BlockingIOError:
            return
        except ConnectionError:
            message, lifelines = b"", []
        if lifelines:
            self._serve_order(socket.socket(fileno=lifelines[0]), Remains(**json.loads(message)))
        elif message == GOODBYE:
            self._leaving.add(handle)
        elif not message:
            self._poll.unregister(handle)
            del self._owners[handle]
            owner.close()
            if handle not in self._leaving:
                # It may have been killed after it had made a folder and before it could tell us of it.
                sweep(self._address.parent, self._address)
            if not self._owners:
                # We stay a while for the next command of somebody who left in peace, and die with the rest.
                self._ends_at = time.monotonic() + (self._linger if handle in self._leaving else 0)
            self._leaving.discard(handle)

    def _serve_order(self, lifeline: socket.socket, remains: Remains) -> None:
        if not self._is_retired and self._imported.is_stale():
            self._retire()
        if self._is_retired:
            with suppress(OSError), lifeline:
                send_line(lifeline, {"refused": "what was imported has changed on disk"})
            return
        while True:
            try:
                pid, line = self._spares.popitem() if self._spares else self._fork()
            except OSError as error:
                with suppress(OSError), lifeline:
                    send_line(lifeline, {"failed": f"the parent cannot fork: {error}"})
                return
            try:
                with line:
                    socket.send_fds(line, [b"L"], [lifeline.fileno()])
            except OSError:
                continue
            break
        self._spares.pop(pid, None)
        self._kernels[lifeline.fileno()] = Kernel(pid, lifeline, remains)
        # We are told when the owner's end is closed, and leave what it sends to the kernel.
        self._poll.register(lifeline, 0)

    def _fork(self) -> tuple[int, socket.socket]:
        """Fork a spare, of which its process id and line are returned. In the fork, `Forked` is raised."""
        ours, theirs = socket.socketpair()
        with warnings.catch_warnings():
            # Libraries have threads of their own, which are idle here and which their kernels do without.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            ours.close()
            self._disown()
            raise Forked(theirs)
        theirs.close()
        self._spares[pid] = ours
        return pid, ours

    def _disown(self) -> None:
        """In a fork: give up the parent's signals and open files."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        os.close(self._woken)
        os.close(self._wake)
        lifelines = (kernel.lifeline for kernel in self._kernels.values())
        for each in (self._listener, *self._owners.values(), *self._spares.values(), *lifelines):
            each.close()

    def _reap(self) -> None:
        """Take leave of the forks that have ended, and of what their cells had started."""
        while ended := _next_dead():
            # While it is not waited for, nobody else gets its number, so that no other group is meant.
            kill_group(ended)
            _, status = os.waitpid(ended, 0)
            if line := self._spares.pop(ended, None):
                line.close()
            for handle, kernel in list(self._kernels.items()):
                if kernel.pid == ended:
                    kernel.is_alive = False
                    with suppress(OSError):
                        send_line(kernel.lifeline, {"exit_code": os.waitstatus_to_exitcode(status)})
                    if not kernel.is_wanted:
                        self._forget(handle)

    def _let_go(self, handle: int) -> None:
        """The owner has closed its end of a lifeline, or is dead."""
        self._poll.unregister(handle)
        kernel = self._kernels[handle]
        kernel.is_wanted = False
        if kernel.is_alive:
            kill_group(kernel.pid)
        else:
            self._forget(handle)

    def _forget(self, handle: int) -> None:
        """Drop a kernel that is dead and unwanted, with what an owner that was killed could not remove."""
        kernel = self._kernels.pop(handle)
        with kernel.lifeline:
            is_in_order = ends_with_goodbye(kernel.lifeline)
        if not is_in_order:
            kernel.remains.remove()

    def _retire(self) -> None:
        """Make way for another parent: take no more orders, and stay for the kernels that live."""
        if self._is_retired:
            return
        self._is_retired = True
        self._poll.unregister(self._listener)
        with suppress(OSError), locked(self._address.parent):
            self._leave_address()
        for pid in self._spares:
            os.kill(pid, signal.SIGKILL)

    def _leave_address(self) -> None:
        """Give up the address, unless somebody has removed it and another parent has it now."""
        with suppress(FileNotFoundError):
            if self._address.stat().st_ino == self._place:
                self._address.unlink()
                self._address.with_suffix(".log").unlink(missing_ok=True)
        self._listener.close()


def _next_dead() -> int | None:
    """The process id of a fork that has ended and was not waited for yet."""
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return ended.si_pid if ended else None
