"""Whether what a parent has imported is still what stands on disk."""

from __future__ import annotations

import os
import site
import sys
import time
from collections.abc import Iterator
from types import MappingProxyType


class Imported:
    """The files of all modules that are imported, as they are now."""

    def __init__(self, since: float) -> None:
        """`since` is when importing began: a file written after that may have changed after it was read."""
        self._stamps = MappingProxyType({path: _stamp(path) for path in _files()})
        now = time.time_ns()
        self._torn = any(since * 1e9 < stamp[0] <= now for stamp in self._stamps.values() if stamp)

    def is_stale(self) -> bool:
        """Whether a file has changed or gone, or a package came or went."""
        return self._torn or any(_stamp(path) != stamp for path, stamp in self._stamps.items())


def _files() -> Iterator[str]:
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str):
            yield path
    # Installing or removing a package shows in these folders, even one that nobody has imported.
    yield from site.getsitepackages()
    if site.ENABLE_USER_SITE:
        yield site.getusersitepackages()
    yield sys.executable


def _stamp(path: str) -> tuple[int, int, int] | None:
    try:
        about = os.stat(path)  # noqa: PTH116 - thousands of files before each kernel, and Path is slower
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
