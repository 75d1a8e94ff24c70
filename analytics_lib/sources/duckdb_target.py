"""Publish into a DuckDB file: a new immutable file, then a symbolic link swapped onto it.

`platform.duckdb` is a link to `platform.<version>.duckdb` beside it. The version before is kept for
readers that have resolved the link but not opened the file yet; older ones go as soon as nobody holds
them. Locks are on the folder and on the files themselves, so a killed process leaves none behind.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from analytics_lib.errors import WarehouseError
from analytics_lib.sources.refusals import not_ours, refuse_other_source
from analytics_lib.sources.staging import Staging
from analytics_lib.warehouse.address import Address
from analytics_lib.warehouse.duckdb_file import connect_duckdb

_VERSION_DIGITS = 12


class DuckDBTarget:
    """The link that a DuckDB address names, and the versions beside it."""

    def __init__(self, address: Address) -> None:
        self._shown = address.shown
        self._link = address.path
        stem, suffix = re.escape(self._link.stem), re.escape(self._link.suffix)
        self._version_name = re.compile(rf"{stem}\.[0-9a-f]{{{_VERSION_DIGITS}}}{suffix}")
        self._writing = f".{self._link.name}.writing-"

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """A private folder on the same disk; gone afterwards, whatever happens."""
        parent = self._link.parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
            with _locked(parent):
                self._sweep_workplaces()
                folder = Path(tempfile.mkdtemp(prefix=self._writing, dir=parent))
                hold = os.open(folder, os.O_RDONLY)
                fcntl.flock(hold, fcntl.LOCK_EX)
        except OSError as error:
            raise WarehouseError(
                f"The folder of {self._shown} cannot be written: {error.strerror}."
            ) from error
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(hold)

    def refuse_unless_ours(self, source: str, *, replace: bool) -> None:
        """Raise LoadError if the path holds something that is not ours, or another source."""
        if not os.path.lexists(self._link):
            return
        if self._current() is None:
            raise not_ours(self._shown)
        refuse_other_source(self._shown, self._held_source(), source, replace=replace)

    def take(self, staging: Staging, version: str, source: str, *, replace: bool) -> None:
        """Make the staged file the current version."""
        staging.seal()
        parent = self._link.parent
        name = f"{self._link.stem}.{version[:_VERSION_DIGITS]}{self._link.suffix}"
        with _locked(parent):
            self.refuse_unless_ours(source, replace=replace)
            before = self._current()
            if not (parent / name).exists():
                staging.path.rename(parent / name)
            swap = staging.path.parent / "link"
            swap.symlink_to(name)
            swap.replace(self._link)
            _flush_folder(parent)
            self._sweep_versions({name, before})

    def _current(self) -> str | None:
        """The file name that the link points to, if it is a link of ours."""
        if not self._link.is_symlink():
            return None
        name = str(self._link.readlink())
        return name if self._version_name.fullmatch(name) else None

    def _held_source(self) -> str | None:
        try:
            path = self._link.resolve(strict=True)
            with connect_duckdb(path, read_only=True) as connection:
                row = connection.execute("SELECT value FROM about WHERE key = 'source'").fetchone()
        except (FileNotFoundError, duckdb.Error):
            return None
        return None if row is None else str(row[0])

    def _sweep_versions(self, kept: set[str | None]) -> None:
        for path in self._link.parent.iterdir():
            if self._version_name.fullmatch(path.name) and path.name not in kept:
                _remove_if_free(path)

    def _sweep_workplaces(self) -> None:
        for path in self._link.parent.glob(f"{self._writing}*"):
            _remove_if_free(path)


def _remove_if_free(path: Path) -> None:
    """Remove a file or folder unless some process holds it."""
    hold = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    except BlockingIOError:
        pass
    finally:
        os.close(hold)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Only one process at a time arranges the files of a folder; held for moments."""
    hold = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(hold, fcntl.LOCK_EX)
        yield
    finally:
        os.close(hold)


def _flush_folder(folder: Path) -> None:
    hold = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(hold)
    finally:
        os.close(hold)
