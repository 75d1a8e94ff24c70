"""PostgreSQL: pooled, read-only, one snapshot for many readers.

Everything that a reading needs is set inside its own transaction, so that a pool between us and the
server (PgBouncer in transaction mode) changes nothing; prepared statements are off for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from analytics_lib.errors import WarehouseError
from analytics_lib.warehouse.address import Address

_SNAPSHOT = re.compile(r"[0-9A-F]+-[0-9A-F]+-[0-9]+")
_ARROW_OF_OID = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    25: pa.string(),
    700: pa.float64(),
    701: pa.float64(),
    1042: pa.string(),
    1043: pa.string(),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    1184: pa.timestamp("us"),
}


def postgresql_engine(address: Address) -> Engine:
    """A pooled engine; callers begin their own transactions."""
    return create_engine(
        address.url,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        isolation_level="AUTOCOMMIT",
        connect_args={"prepare_threshold": None, "application_name": "analytics", "connect_timeout": 10},
    )


class PostgreSQLSession:
    """One consistent view: a transaction of kind REPEATABLE READ READ ONLY."""

    def __init__(self, connection: psycopg.Connection[Any], timeout: float | None) -> None:
        self.connection = connection
        self._timeout = timeout

    def answer(self, text: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one SELECT; the answer in Arrow."""
        try:
            with self.connection.cursor() as cursor:
                # SQLAlchemy doubles percent signs, which psycopg undoes only if parameters are given.
                cursor.execute(text.encode(), parameters)
                rows = cursor.fetchall()
                described = cursor.description or []
        except psycopg.errors.QueryCanceled as error:
            limit = "its limit" if self._timeout is None else f"{self._timeout:g} seconds"
            raise WarehouseError(
                f"The database took longer than {limit} to answer: "
                "ask for a shorter period or allow more time."
            ) from error
        except psycopg.Error as error:
            raise WarehouseError(f"PostgreSQL could not answer: {_first_line(error)}.") from error
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(described)
        arrays = [_array(values, part.type_code) for values, part in zip(columns, described, strict=True)]
        return pa.Table.from_arrays(arrays, names=[part.name for part in described])


def _array(values: tuple[Any, ...], oid: int) -> pa.Array:
    if oid == 1184:
        values = tuple(_naive(value) for value in values)
    if oid in _ARROW_OF_OID:
        return pa.array(values, type=_ARROW_OF_OID[oid])
    if oid == 1700:
        return _numbers(values)
    return pa.array(values)


def _naive(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None)


def _numbers(values: tuple[Decimal | None, ...]) -> pa.Array:
    """NUMERIC without digits after the point (a sum of integers) stays exact, the rest is float."""
    exponents = (value.as_tuple().exponent for value in values if value is not None)
    if all(isinstance(exponent, int) and exponent >= 0 for exponent in exponents):
        return pa.array(values, type=pa.decimal128(38, 0))
    return pa.array([None if value is None else float(value) for value in values], type=pa.float64())


class PostgreSQLServer:
    """A PostgreSQL database read through a pool; safe to use from several threads."""

    engine = "postgresql"

    def __init__(self, address: Address, timeout: float | None, snapshot: str | None) -> None:
        if snapshot is not None and not _SNAPSHOT.fullmatch(snapshot):
            raise WarehouseError(f"'{snapshot}' is not the name of a PostgreSQL snapshot.")
        self.address = address
        self._pool = postgresql_engine(address)
        self.dialect = self._pool.dialect
        self._timeout = timeout
        self._snapshot = snapshot
        self.is_fixed = snapshot is not None

    @contextmanager
    def session(self) -> Iterator[PostgreSQLSession]:
        """A transaction that sees one state of the database until it ends."""
        try:
            pooled = self._pool.raw_connection()
        except (SQLAlchemyError, psycopg.Error) as error:
            cause = getattr(error, "orig", None) or error
            raise WarehouseError(
                f"The database {self.address.shown} cannot be reached: {_first_line(cause)}."
            ) from error
        connection: Any = pooled.driver_connection
        try:
            try:
                connection.execute(self._beginning().encode())
            except psycopg.Error as error:
                raise WarehouseError(
                    f"The database {self.address.shown} cannot be read: {_first_line(error)}."
                ) from error
            yield PostgreSQLSession(connection, self._timeout)
        finally:
            try:
                if not connection.closed:
                    connection.rollback()
            except psycopg.Error:
                pooled.invalidate()  # the server has gone meanwhile, and with it whatever was begun
            pooled.close()

    def _beginning(self) -> str:
        statements = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"]
        if self._snapshot is not None:
            statements.append(f"SET TRANSACTION SNAPSHOT '{self._snapshot}'")
        statements.append("SET LOCAL TimeZone = 'UTC'")
        if self._timeout is not None:
            statements.append(f"SET LOCAL statement_timeout = {max(1, round(self._timeout * 1000))}")
        return "; ".join(statements)

    @contextmanager
    def share(self) -> Iterator[tuple[str, str | None]]:
        """Export what is seen now; the snapshot lives as long as this context."""
        if self._snapshot is not None:
            yield self.address.spelled, self._snapshot
            return
        with self.session() as session:
            session.connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            name = session.answer("SELECT pg_export_snapshot()::text", {}).column(0)[0].as_py()
            yield self.address.spelled, name

    def change_marker(self, session: PostgreSQLSession) -> str:
        """Changes with every transaction that may have written."""
        marker: str = session.answer("SELECT pg_current_snapshot()::text", {}).column(0)[0].as_py()
        return marker

    def close(self) -> None:
        """Give all connections back."""
        self._pool.dispose()


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n")[0].rstrip(".")
