"""How our processes are called in the tools that list them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def name_process(name: str) -> None:
    """Be called this by `top` and `ps -o comm`; at most 15 characters."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)
