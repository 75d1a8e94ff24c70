"""Where parents and kernels keep their sockets: short paths in a folder that only its user can enter."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scheduler.kernels.refusal import NoFork

_LONGEST_FOLDER = 60
"""Characters: operating systems refuse socket paths of more than about a hundred, and names follow."""


def base_folder() -> Path:
    """The folder of all that this user's kernels need while they live; made if it is not there.

    Raises `NoFork` if somebody else could look into it.
    """
    candidates = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]
    root = next(
        root for root in candidates if root == "/tmp" or (0 < len(root) <= _LONGEST_FOLDER and _is_ours(root))
    )
    folder = Path(root).absolute() / f"analytics-{os.getuid()}"
    while True:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        with suppress(FileNotFoundError):
            about = folder.lstat()
            break
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise NoFork(f"the folder {folder} is not this user's alone, so remove it or set TMPDIR to another")
    return folder


def _is_ours(root: str) -> bool:
    return os.access(root, os.W_OK | os.X_OK)


@contextmanager
def locked(base: Path) -> Iterator[None]:
    """Within it, no other process starts or ends a parent in this folder."""
    while True:
        # Others remove the folder when they are the last to leave, at any moment until it is locked.
        base.mkdir(mode=0o700, exist_ok=True)
        try:
            handle = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_at(handle, base):
                yield
                return
        finally:
            os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


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
    with suppress(OSError), locked(base):
        sweep_locked(base)


def sweep_locked(base: Path) -> None:
    """Do so within `locked`, under which an owner makes its folder and locks it."""
    for folder in base.glob("k-*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
