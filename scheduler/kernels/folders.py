"""Where parents and kernels keep their sockets: short paths in a folder that only its user can enter."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import stat
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scheduler.kernels.messages import GOODBYE
from scheduler.kernels.refusal import NoFork

_NOT_OURS = "the folder {} is not this user's alone, so remove it or set TMPDIR to another"

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
    if not _is_private(about):
        raise NoFork(_NOT_OURS.format(folder))
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
            handle = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            continue
        try:
            if not _is_private(os.fstat(handle)):
                raise NoFork(_NOT_OURS.format(base))
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_at(handle, base):
                yield
                return
        finally:
            # A fork may have come between, whose copy of the handle would keep the lock.
            fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)


def _is_private(about: os.stat_result) -> bool:
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o077


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
        _kept.add(self)

    def remove(self) -> None:
        """Remove it with all that is in it; and the base folder, if nobody else needs it."""
        if self._handle >= 0:
            self.close()
            remove_folder(self.path)

    def close(self) -> None:
        """Give up the lock and nothing else."""
        os.close(self._handle)
        self._handle = -1


@dataclass(frozen=True)
class Remains:
    """What an owner that is killed leaves behind, for the parent to remove."""

    folder: str | None
    connection_file: str

    def remove(self) -> None:
        """Remove it, as far as it is still there."""
        with suppress(OSError):
            Path(self.connection_file).unlink(missing_ok=True)
        if self.folder is not None:
            remove_folder(Path(self.folder))


def remove_folder(folder: Path) -> None:
    """Remove a kernel's folder, and the base folder if it was the last thing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    remove_if_empty(folder.parent)


def remove_if_empty(base: Path) -> None:
    """Remove the base folder, unless somebody needs it."""
    with suppress(OSError), locked(base):
        base.rmdir()


def sweep(base: Path, ours: Path | None = None) -> None:
    """Remove what lies there of owners and parents that were killed; `ours` is the address of who asks."""
    with suppress(OSError), locked(base):
        sweep_locked(base, ours)


def sweep_locked(base: Path, ours: Path | None = None) -> None:
    """Do so within `locked`, under which owners make and lock their folders, and start their parents."""
    for folder in base.glob("k-*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
    for address in base.glob("*.parent"):
        with suppress(OSError):
            if address != ours and not _is_served(address):
                address.unlink()
                address.with_suffix(".log").unlink(missing_ok=True)


def _is_served(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        try:
            connection.connect(str(address))
        except ConnectionRefusedError:
            return False
        # Else the parent would take us for an owner that was killed.
        connection.send(GOODBYE)
        return True


_kept: weakref.WeakSet[KernelFolder] = weakref.WeakSet()


def _forget() -> None:
    """In a fork of an owner: the folders are the owner's."""
    for folder in list(_kept):
        folder.close()
    _kept.clear()


os.register_at_fork(after_in_child=_forget)
