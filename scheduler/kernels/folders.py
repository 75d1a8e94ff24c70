"""Where parents and kernels keep their sockets: short paths in a folder that only its user can enter."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scheduler.kernels.refusal import NoFork

_LONGEST_FOLDER = 60
"""Characters: operating systems refuse socket paths of more than about a hundred, and names follow."""

_JUST_MADE = 60.0
"""Seconds in which a folder without an owner may be one whose owner has not locked it yet."""


def base_folder() -> Path:
    """The folder of all that this user's kernels need while they live; made if it is not there.

    Raises `NoFork` if somebody else could look into it.
    """
    candidates = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]
    root = next(
        root for root in candidates if root == "/tmp" or (0 < len(root) <= _LONGEST_FOLDER and _is_ours(root))
    )
    folder = Path(root).absolute() / f"analytics-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise NoFork(f"the folder {folder} is not this user's alone, so remove it or set TMPDIR to another")
    return folder


def _is_ours(root: str) -> bool:
    return os.access(root, os.W_OK | os.X_OK)


@contextmanager
def locked(base: Path) -> Iterator[None]:
    """Within it, no other process starts or ends a parent in this folder."""
    while True:
        base.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Who held the lock before may have removed the folder, being the last to leave.
            if base.exists() and os.path.samestat(os.fstat(handle), base.stat()):
                yield
                return
        finally:
            os.close(handle)


class KernelFolder:
    """A folder for one kernel's sockets, locked as long as the kernel's owner lives."""

    def __init__(self) -> None:
        base = base_folder()
        with locked(base):
            self.path = Path(tempfile.mkdtemp(prefix="k-", dir=base))
            self._handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._handle, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove it with all that is in it; and the base folder, if nobody else needs it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            remove_folder(self.path)


def remove_folder(folder: Path) -> None:
    """Remove a kernel's folder, and the base folder if it was the last thing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    remove_if_empty(folder.parent)


def remove_if_empty(base: Path) -> None:
    """Remove the base folder, unless somebody needs it."""
    with suppress(OSError), locked(base):
        base.rmdir()


def sweep(base: Path) -> None:
    """Remove the folders of kernels whose owners, and all who would have cleaned up, were killed."""
    for folder in base.glob("k-*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < _JUST_MADE:
                continue
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
