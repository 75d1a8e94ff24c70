"""Folders in which runs are made, inside the folder of reports, so that finished files need only be moved.

Each command has a folder of its own, locked as long as it lives: what a command that was killed has left
is removed by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

from analytics_lib.errors import RunError

NAME = ".running"


class Workplace:
    """The folder of one command. Raises `RunError` where it cannot be made."""

    def __init__(self, output: Path) -> None:
        self._base = output / NAME
        try:
            self._base.mkdir(parents=True, exist_ok=True)
            self._sweep()
            self._handle = self._made()
        except OSError as error:
            raise RunError(f"The reports could not be written to {output}: {error.strerror}.") from error

    def folder(self, number: int) -> Path:
        """A new folder for an attempt."""
        folder = self._path / str(number)
        folder.mkdir()
        return folder

    def close(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._handle)
        with suppress(OSError):
            self._base.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _made(self) -> int:
        while True:
            self._path = Path(tempfile.mkdtemp(dir=self._base))
            handle = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Another command may have come between the two and swept it away.
            if self._path.exists():
                return handle
            os.close(handle)

    def _sweep(self) -> None:
        for folder in self._base.iterdir():
            with suppress(OSError):
                handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(handle)
