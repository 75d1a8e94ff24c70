"""A fork of the parent: first a spare that waits for an order, then an ordinary IPython kernel."""

from __future__ import annotations

import atexit
import fcntl
import gc
import multiprocessing
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import ipykernel_launcher
import numpy as np
from ipykernel import ipkernel, kernelapp

from scheduler.kernels.folders import remove_if_empty, sweep
from scheduler.kernels.forked_output import UnixIOPubThread
from scheduler.kernels.identity import LIMITS
from scheduler.kernels.messages import Order, receive_files, receive_order, send_line
from scheduler.kernels.naming import name_process
from scheduler.kernels.process import group_of

_LAST_REPLY = 1.0
"""Seconds for the reply to a request to shut down, and for what cells have started to end."""

_LAST_BREATH = 10.0
"""Seconds that a killed process may take to give up its memory and files."""


def compact_modules() -> Mapping[str, SimpleNamespace]:
    """Stand-ins, close to each other in memory, for the modules that are imported and have a file."""
    files = [str(module.__file__) for module in sys.modules.values() if getattr(module, "__file__", None)]
    return {file: SimpleNamespace(__file__=file.encode().decode()) for file in files}


def live(line: socket.socket, parent: int, base: Path, modules: Mapping[str, SimpleNamespace]) -> NoReturn:
    """Wait for an order, be the kernel it asks for, and end. A spare whose parent is gone clears up and ends.

    `line` comes from the process `parent`, whose address lies in the folder `base`; `modules` have the
    `__file__` of each module that is imported, see `compact_modules`.
    """
    name_process("kernel-spare")
    lifeline = _wait_for_lifeline(line)
    if lifeline is None:
        _clear_up_after(parent, base)
        os._exit(0)
    line.close()
    try:
        order, streams = receive_order(lifeline)
        _obey(order, streams)
    except (EOFError, OSError, ValueError) as error:
        with suppress(OSError):
            send_line(lifeline, {"failed": f"{type(error).__name__}: {error}"})
        os._exit(1)
    name_process("kernel")
    # First to be registered, last to be called: after all that cells have left to be done at the end.
    atexit.register(_end_the_rest, os.getpid(), parent)
    _be_kernel(order, lifeline, modules)


def _wait_for_lifeline(line: socket.socket) -> socket.socket | None:
    """The lifeline to an owner, or None if the parent is gone."""
    try:
        _, handles = receive_files(line, 1, 1)
    except ConnectionError:
        return None
    return socket.socket(fileno=handles[0]) if handles else None


def _clear_up_after(parent: int, base: Path) -> None:
    """Remove what a parent that was killed has left: its owners may all be gone by now."""
    # It closes this line before, or after, the socket that it listens with.
    until = time.monotonic() + _LAST_BREATH
    while os.getppid() == parent and time.monotonic() < until:
        time.sleep(0.01)
    sweep(base)
    remove_if_empty(base)


def _obey(order: Order, streams: list[int]) -> None:
    """Take over what a process started by the owner would have had from it."""
    for number, handle in enumerate(streams):
        os.dup2(handle, number)
        os.close(handle)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    os.chdir(order.working_folder)
    os.umask(order.umask)
    for name, values in order.limits.items():
        with suppress(OSError, ValueError):
            resource.setrlimit(LIMITS[name], values)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, order.priority)
    with suppress(OSError):
        os.sched_setaffinity(0, order.cpus)
    _forget_the_parent()
    sys.argv = [str(ipykernel_launcher.__file__), *order.arguments]
    sys.orig_argv = [sys.executable, "-m", "ipykernel_launcher", *order.arguments]


def _forget_the_parent() -> None:
    """Give up what two forks of one parent would else have in common."""
    # Python's own generator is seeded anew by the fork; numpy's is not.
    np.random.seed()
    multiprocessing.current_process().authkey = os.urandom(32)
    tempfile.tempdir = None
    gc.enable()


def _be_kernel(order: Order, lifeline: socket.socket, modules: Mapping[str, SimpleNamespace]) -> NoReturn:
    # There is no other way to have ipykernel's application make a thread of another class.
    vars(kernelapp)["IOPubThread"] = UnixIOPubThread
    app: Any = kernelapp.IPKernelApp.instance(parent_handle=order.owner)
    # A process that a cell forks must not keep the owner waiting for the end of the kernel.
    os.register_at_fork(after_in_child=lifeline.close)
    vars(ipkernel)["sys"] = _ModulesSeen(modules)
    app.initialize(order.arguments)
    vars(ipkernel)["sys"] = sys
    # ipykernel would watch its parent process, which is not its owner here.
    app.poller = None
    send_line(lifeline, {"pid": os.getpid()})
    _end_with_owner(lifeline)
    app.start()
    # What closes the channels while Python ends would wait for ever for a reply that is still being sent.
    app.control_thread.join(_LAST_REPLY)
    sys.exit(0)


def _end_the_rest(kernel: int, parent: int) -> None:
    """When a kernel ends by itself, end what its cells have started: its parent would, if it were there."""
    if os.getpid() != kernel or os.getppid() == parent:
        return
    until = time.monotonic() + _LAST_REPLY
    while time.monotonic() < until and (rest := [pid for pid in group_of(kernel) if pid != kernel]):
        for pid in rest:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


class _ModulesSeen:
    """The module `sys` as ipykernel sees it for the list of files that its debugger leaves out.

    It looks at every imported module for that. In a fork that is 12 MiB of the parent's memory written to,
    if only to count references, and so copied; this holds the same files in one place.
    """

    def __init__(self, modules: Mapping[str, SimpleNamespace]) -> None:
        self.modules = modules

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


def _end_with_owner(lifeline: socket.socket) -> None:
    """Have the system end this kernel, and what its cells have started, when its owner lets go or is gone.

    The parent does so too. This is for the case that it was killed before, and it needs no thread of Python,
    which a cell could keep from running.
    """
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:  # it is gone already
        os.killpg(0, signal.SIGKILL)
