"""A ledger in a PostgreSQL database.

Who writes takes one advisory lock first, which lasts as long as the transaction: so rows are chained one
after the other, and a pool between us and the server changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from analytics_lib.errors import WarehouseError
from analytics_lib.runs.store import Row
from analytics_lib.runs.tables import POSTGRESQL

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy.engine import Engine

    from analytics_lib.warehouse.address import Address

_LOCK = int.from_bytes(b"ledger")
_WRITING = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "  # each statement sees what was there when it began
    f"SET LOCAL lock_timeout = '60s'; SELECT pg_advisory_xact_lock({_LOCK})"
)
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgreSQLSession:
    """One transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self, text: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._connection.execute(_marked(text), values).fetchall()

    def stream(self, text: str) -> Iterator[Row]:
        with self._connection.cursor(name="ledger") as cursor:
            yield from cursor.execute(_marked(text))

    def write(self, text: str, many: Iterable[Sequence[Any]]) -> int:
        with self._connection.cursor() as cursor:
            cursor.executemany(_marked(text), many)
            return cursor.rowcount


class PostgreSQLStore:
    """The tables of a ledger in the first schema of the search path."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._pool: tuple[int, Engine] | None = None

    @property
    def shown(self) -> str:
        return self._address.shown

    @contextmanager
    def writing(self) -> Iterator[PostgreSQLSession]:
        """The only transaction that writes; makes the tables if they are missing."""
        with self._connected() as connection:
            connection.execute(_WRITING.encode())
            if not _has_tables(connection):
                for statement in POSTGRESQL:
                    connection.execute(statement.encode())
            yield PostgreSQLSession(connection)
            connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[PostgreSQLSession | None]:
        """One state of the ledger, or None if there is none."""
        with self._connected() as connection:
            connection.execute(_READING.encode())
            yield PostgreSQLSession(connection) if _has_tables(connection) else None

    def close(self) -> None:
        """Give the connections of this process back."""
        if self._pool is not None and self._pool[0] == os.getpid():
            self._pool[1].dispose()
        self._pool = None

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        import psycopg
        from sqlalchemy.exc import SQLAlchemyError

        try:
            pooled = self._engine().raw_connection()
            connection: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.rollback()
                pooled.close()
        except (SQLAlchemyError, psycopg.Error) as error:
            said = str(getattr(error, "orig", None) or error).strip().split("\n")[0].rstrip(".")
            raise WarehouseError(f"The ledger {self.shown} cannot be used: {said}.") from error

    def _engine(self) -> Engine:
        """The pool of this process: a fork must not talk over the connections of its parent."""
        from analytics_lib.warehouse.postgresql import postgresql_engine

        if self._pool is None or self._pool[0] != os.getpid():
            if self._pool is not None:
                self._pool[1].dispose(close=False)
            self._pool = (os.getpid(), postgresql_engine(self._address))
        return self._pool[1]


def _marked(text: str) -> bytes:
    return text.replace("?", "%s").encode()


def _has_tables(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT to_regclass('run_leases') IS NOT NULL").fetchone()
    return bool(found and found[0])
