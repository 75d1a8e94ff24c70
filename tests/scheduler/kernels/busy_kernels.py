"""Kernels that are kept busy, have children, or are killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.scheduler.kernels.clients import PATIENCE, Kernel, is_gone, waited

BUSY = {
    "adding": "sum(range(10**12))",
    "a power": "n = 10**8; 3**n",
    "a regular expression": "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
}
"""What keeps Python from switching to another thread."""


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert waited(lambda: is_gone(pid))


def with_child(kernel: Kernel) -> int:
    """The process id of an endless process that a cell has started."""
    code = "import subprocess; child = subprocess.Popen(['sleep', '600']); print(child.pid)"
    return int(kernel.run(code))


def keep_busy(kernel: Kernel, code: str, folder: Path) -> None:
    """Have the kernel do one thing that never ends."""
    begun = folder / f"{kernel.pid}.begun"
    kernel.begin(f"open({str(begun)!r}, 'w').close(); {code}")
    assert waited(begun.exists, PATIENCE)
