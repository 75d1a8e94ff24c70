"""DuckDB files: immutable once published, reached through a symbolic link, read by many.

A reader resolves the link once, takes a shared lock on the real file and opens it read-only. Publishing
swaps the link and removes only files that nobody holds, so a version stays for as long as one reader
needs it (docs/decisions/immutable-files.md).
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy.engine import Dialect

from analytics_lib.errors import InputError, NoData, WarehouseError
from analytics_lib.warehouse.address import Address

THREADS_VARIABLE = "ANALYTICS_DATABASE_THREADS"
"""The environment variable that says how many threads DuckDB may use; as many as processors if not set."""

_ATTEMPTS = 20

# No extension may be fetched from the network behind the user's back; instants are UTC; bars are our own.
_SETTINGS = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET GLOBAL TimeZone = 'UTC'",
    "SET enable_progress_bar = false",
)


def connect_duckdb(path: str | Path = ":memory:", *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """The one place that opens DuckDB: a file holds one configuration per process, so all must agree.

    Raises `InputError` where the environment names no number of threads.
    """
    settings = (*_SETTINGS, *_threads())
    connection = duckdb.connect(str(path), read_only=read_only)
    for setting in settings:
        connection.execute(setting)
    return connection


def _threads() -> tuple[str, ...]:
    said = os.environ.get(THREADS_VARIABLE, "")
    if not said:
        return ()
    if not (said.isascii() and said.isdigit() and int(said)):
        raise InputError(f"{THREADS_VARIABLE}={said} is no number of threads: write 1 or more.")
    return (f"SET threads = {int(said)}",)


def duckdb_dialect() -> Dialect:
    """The SQLAlchemy dialect that spells SELECTs for DuckDB, with parameters $1, $2, ..."""
    from duckdb_sqlalchemy import Dialect as DuckDBDialect

    spelled: Dialect = DuckDBDialect(paramstyle="numeric_dollar")
    return spelled


class DuckDBSession:
    """One consistent view: a cursor on an immutable file."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, timeout: float | None) -> None:
        self._cursor = cursor
        self._timeout = timeout

    def answer(self, text: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one SELECT; the answer in Arrow."""
        if self._timeout is None:
            return self._run(text, parameters)
        late = threading.Event()

        def interrupt() -> None:
            late.set()
            self._cursor.interrupt()

        timer = threading.Timer(self._timeout, interrupt)
        timer.start()
        try:
            return self._run(text, parameters)
        except duckdb.InterruptException:
            if not late.is_set():
                raise
            raise WarehouseError(
                f"The database took longer than {self._timeout:g} seconds to answer: "
                "ask for a shorter period or allow more time."
            ) from None
        finally:
            timer.cancel()

    def _run(self, text: str, parameters: Mapping[str, Any]) -> pa.Table:
        try:
            return self._cursor.execute(text, dict(parameters) or None).to_arrow_table()
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise WarehouseError(f"DuckDB could not answer: {_first_line(error)}.") from error


class DuckDBFile:
    """A DuckDB file held open read-only; safe to use from several threads."""

    engine = "duckdb"
    is_fixed = True

    def __init__(self, address: Address, timeout: float | None) -> None:
        self.address = address
        self.dialect = duckdb_dialect()
        self._timeout = timeout
        self._path, self._hold, self._root = _open(address)

    @contextmanager
    def session(self) -> Iterator[DuckDBSession]:
        """A cursor of its own for the calling thread."""
        try:
            cursor = self._root.cursor()
        except duckdb.Error:
            raise WarehouseError(f"The warehouse {self.address.shown} is closed: open it again.") from None
        try:
            yield DuckDBSession(cursor, self._timeout)
        finally:
            cursor.close()

    @contextmanager
    def share(self) -> Iterator[tuple[str, str | None]]:
        """The address of the very file that is open; it stays as long as this warehouse is open."""
        yield self.address.url.set(database=str(self._path)).render_as_string(hide_password=False), None

    def change_marker(self, _session: DuckDBSession) -> str:
        """Changes whenever the file does (for files that carry no fingerprint)."""
        seen = os.fstat(self._hold)
        return f"{seen.st_ino}-{seen.st_mtime_ns}-{seen.st_size}"

    def close(self) -> None:
        """Let go of the file."""
        self._root.close()
        if self._hold >= 0:
            os.close(self._hold)
            self._hold = -1


def _open(address: Address) -> tuple[Path, int, duckdb.DuckDBPyConnection]:
    """Real path, lock and connection. A file may be replaced at any moment before it is locked."""
    problem: Exception | None = None
    for _ in range(_ATTEMPTS):
        try:
            path = address.path.resolve(strict=True)
            hold = os.open(path, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError) as error:
            if not os.path.lexists(address.path):
                break
            problem = error
            continue
        except OSError as error:
            raise WarehouseError(
                f"The file of {address.shown} cannot be opened: {error.strerror}."
            ) from error
        try:
            fcntl.flock(hold, fcntl.LOCK_SH)
            if os.fstat(hold).st_nlink:
                return path, hold, connect_duckdb(path, read_only=True)
        except duckdb.Error as error:
            os.close(hold)
            if path.exists():
                raise WarehouseError(
                    f"The file of {address.shown} cannot be read as a DuckDB database: {_first_line(error)}."
                ) from error
            problem = error
        else:
            os.close(hold)
    raise NoData(
        f"There is no data at {address.shown}: load some with 'analytics load' or 'analytics sample'."
    ) from problem


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")
