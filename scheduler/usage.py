"""What a kernel takes of the machine, looked at from outside while it lives."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import psutil


class KernelUsage:
    """Processor seconds and peak memory of a kernel and of what its cells have started.

    A kernel that is dead can no longer be looked at, so that its last known figures stay.
    """

    def __init__(self, pid: int) -> None:
        self.processor_seconds = 0.0
        self.peak_memory = 0
        self._pid = pid

    def look(self) -> None:
        """Take the figures anew."""
        try:
            process = psutil.Process(self._pid)
            with process.oneshot():
                times, held = process.cpu_times(), process.memory_info().rss
        except psutil.Error:
            return
        waited_for = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
        self.processor_seconds = times.user + times.system + waited_for
        self.peak_memory = max(self.peak_memory, held, _high_water_mark(self._pid))


def limit_memory(pid: int, size: int) -> None:
    """Let a kernel take no more than `size` bytes on top of what it holds already.

    What its cells start has the same limit each. Only Linux can limit another process; elsewhere nothing
    is done.
    """
    if sys.platform == "linux":
        # Not RLIMIT_AS: libraries reserve addresses by the gigabyte that they never use.
        limit = _status_bytes(pid, "VmData") + size
        resource.prlimit(pid, resource.RLIMIT_DATA, (limit, limit))


def _high_water_mark(pid: int) -> int:
    return _status_bytes(pid, "VmHWM")


def _status_bytes(pid: int, name: str) -> int:
    """A line of the kernel's own account of a process, in bytes; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)
