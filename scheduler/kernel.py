"""One Jupyter kernel for one run, on Unix sockets that only its owner can reach.

However the run ends, the kernel and what its cells started end with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager

# Longer socket paths than this are refused by the operating system; TMPDIR may be deep.
_LONGEST_SOCKET = 90


@contextmanager
def kernel_manager(kernel_name: str) -> Iterator[AsyncKernelManager]:
    """A manager whose kernel talks over Unix sockets in a private folder, where there are any."""
    manager = AsyncKernelManager(kernel_name=kernel_name)
    if sys.platform == "win32":
        yield manager
        return
    folder = _short_folder()
    try:
        manager.transport = "ipc"
        manager.ip = str(folder / "k")
        manager.connection_file = str(folder / "connection.json")
        yield manager
    finally:
        _kill_group(manager)
        shutil.rmtree(folder, ignore_errors=True)


def kernel_environment(**ours: str | None) -> dict[str, str]:
    """The environment of a kernel: this process's, with our own variables set, or taken away if None."""
    environment = dict(os.environ)
    for name, value in ours.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return environment


def _kill_group(manager: AsyncKernelManager) -> None:
    """End the kernel's session, which is its own: cells may have started processes that would live on."""
    kernel = getattr(manager.provisioner, "pid", None)
    if sys.platform != "win32" and kernel is not None:
        with suppress(ProcessLookupError):
            os.killpg(kernel, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(kernel, 0)


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ak-"))
    if len(str(folder)) <= _LONGEST_SOCKET:
        return folder
    shutil.rmtree(folder)
    return Path(tempfile.mkdtemp(prefix="ak-", dir=os.path.sep + "tmp"))
