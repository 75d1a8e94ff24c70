"""A ledger in one SQLite file.

Each transaction has a connection of its own, so that neither threads nor forks share one.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analytics_lib.errors import WarehouseError
from analytics_lib.runs.store import Row
from analytics_lib.runs.tables import SQLITE

PATIENCE = 60.0
"""Seconds that a writer waits for the others; each of them needs a few milliseconds."""

_ROOM = 64 * 2**10
"""Bytes that a transaction needs on the disk for its log and the log's index."""


class SQLiteSession:
    """One transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, text: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(text, values).fetchall()

    def stream(self, text: str) -> Iterator[Row]:
        return self._connection.execute(text)

    def write(self, text: str, many: Iterable[Sequence[Any]]) -> int:
        return self._connection.executemany(text, many).rowcount


class SQLiteStore:
    """The file at a path; on a local disk, since its locks need one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def shown(self) -> str:
        return str(self._path)

    @contextmanager
    def writing(self) -> Iterator[SQLiteSession]:
        """The only transaction that writes; makes the file and its tables if they are missing."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected("rwc") as connection:
            _log_ahead(connection)
            connection.execute("BEGIN IMMEDIATE")
            if not _has_tables(connection):
                for statement in SQLITE:
                    connection.execute(statement)
            yield SQLiteSession(connection)
            connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[SQLiteSession | None]:
        """One state of the ledger, or None if there is none."""
        if not self._path.exists():
            yield None
            return
        with self._connected("rw") as connection:
            connection.execute("BEGIN")
            yield SQLiteSession(connection) if _has_tables(connection) else None

    def close(self) -> None:
        """Nothing is kept between transactions."""

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        """A connection, closed in the end; what it has not committed is undone by that."""
        try:
            connection = sqlite3.connect(
                f"{self._path.as_uri()}?mode={mode}", timeout=PATIENCE, isolation_level=None, uri=True
            )
            try:
                connection.execute("PRAGMA synchronous = FULL")
                yield connection
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise WarehouseError(f"The ledger {self.shown} cannot be used: {self._reason(error)}.") from error

    def _reason(self, error: sqlite3.Error) -> str:
        """What is wrong; SQLite calls a full disk an I/O error if it cannot even begin its log."""
        folder = self._path.parent
        is_full = folder.exists() and shutil.disk_usage(folder).free < _ROOM
        return "no space is left on its disk" if is_full else str(error)


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work at the same time; the file remembers it once it is set."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            # Of several who change it at once, SQLite lets one through and has the others not even wait.
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def _has_tables(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'run_leases'")
    return found.fetchone() is not None
