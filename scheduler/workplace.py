"""Folders in which runs are made, inside the folder of reports, so that finished files need only be moved.

Each command has a folder of its own, locked as long as it lives: what a command that was killed has left
is removed by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from analytics_lib.errors import RunError

NAME = ".running"


class Workplace:
    """The folder of one command. Raises `RunError` where it cannot be made."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._base = output / NAME
        try:
            output.mkdir(parents=True, exist_ok=True)
            with _alone(output):
                self._base.mkdir(exist_ok=True)
                self._sweep()
                self._path = Path(tempfile.mkdtemp(dir=self._base))
                self._handle = _locked(self._path)
        except OSError as error:
            raise RunError(f"The reports could not be written to {output}: {error.strerror}.") from error

    def folder(self, number: int) -> Path:
        """A new folder for an attempt. Raises `RunError`."""
        folder = self._path / str(number)
        try:
            folder.mkdir()
        except OSError as error:
            raise RunError(f"The folder {folder} could not be made: {error.strerror}.") from error
        return folder

    def close(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self._path, ignore_errors=True)
        os.close(self._handle)
        with suppress(OSError), _alone(self._output):
            self._base.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sweep(self) -> None:
        for folder in self._base.iterdir():
            with suppress(OSError):
                handle = _locked(folder)
                shutil.rmtree(folder, ignore_errors=True)
                os.close(handle)


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Within it, no other command makes or removes folders for its runs."""
    handle = os.open(output, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _locked(folder: Path) -> int:
    """An open handle that locks a folder. Raises `OSError` where its command lives."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
