"""How much memory there is for more runs on this machine, or in this container."""

from __future__ import annotations

import math
from pathlib import Path

import psutil

USUAL_NEED = 600 * 2**20
"""Bytes that a run of one of our notebooks may need: its kernel's own and those of its worker."""

_GROUP = Path("/sys/fs/cgroup")
_FILES = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        *("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
        *("memory/memory.stat", "total_inactive_file"),
    ),
)
"""Limit, usage, details and what of these is only cached files, in control groups of version 2 and 1."""


def available_memory() -> float:
    """Bytes that processes can still take before the machine, or the container, runs out of memory."""
    free: float = psutil.virtual_memory().available
    return min([free, *map(_left_in_container, _FILES)])


def _left_in_container(names: tuple[str, str, str, str]) -> float:
    """What is left of the limit of the control group that we are in, if it has one.

    Files that are cached count as used there, but are given up when memory is wanted.
    """
    limit, usage, details, cached = names
    try:
        most, used = (int((_GROUP / name).read_text()) for name in (limit, usage))
        counted = dict(line.split() for line in (_GROUP / details).read_text().splitlines())
    except (OSError, ValueError):
        return math.inf
    return max(0, most - used + int(counted.get(cached, 0)))
