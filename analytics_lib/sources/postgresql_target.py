"""Publish into PostgreSQL: everything in one transaction.

Rows are deleted, not truncated: whoever is reading goes on seeing the version before.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
from pyarrow import csv
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from analytics_lib import schema
from analytics_lib.errors import WarehouseError
from analytics_lib.sources.refusals import not_ours, refuse_other_source
from analytics_lib.sources.staging import Staging
from analytics_lib.warehouse.address import Address
from analytics_lib.warehouse.indexes import NEEDED
from analytics_lib.warehouse.postgresql import postgresql_engine

# One number for all loads of ours into a database: they wait for each other.
_LOCK = 4_201_976


class PostgreSQLTarget:
    """The database that a PostgreSQL address names."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._shown = address.shown

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """A private temporary folder."""
        with tempfile.TemporaryDirectory(prefix="analytics-") as folder:
            yield Path(folder)

    def refuse_unless_ours(self, source: str, *, replace: bool) -> None:
        """Raise LoadError if the database holds tables that are not ours, or another source."""
        with self._connected() as connection:
            self._refuse(connection, source, replace=replace)

    def take(self, staging: Staging, _version: str, source: str, *, replace: bool) -> None:
        """Replace all rows by the staged ones."""
        with self._connected() as connection:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                there = self._refuse(connection, source, replace=replace)
                connection.execute("SET LOCAL statement_timeout = 0")
                dialect = self._address.url.get_dialect()()
                for table in schema.metadata.tables.values():
                    if table.name not in there:
                        statement = CreateTable(table).compile(dialect=dialect)
                        connection.execute(str(statement).encode())
                    else:
                        connection.execute(f"DELETE FROM {table.name}".encode())
                    self._copy(connection, table.name, staging, is_new=table.name not in there)
                for index in NEEDED:
                    connection.execute(index.ddl.encode())
                for name in schema.metadata.tables:
                    connection.execute(f"ANALYZE {name}".encode())
            _vacuum(connection, there)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        engine = postgresql_engine(self._address)
        try:
            pooled = engine.raw_connection()
            connection: Any = pooled.driver_connection
            try:
                yield connection
            finally:
                pooled.close()
        except (SQLAlchemyError, psycopg.Error) as error:
            cause = str(getattr(error, "orig", None) or error).strip().split("\n")[0].rstrip(".")
            raise WarehouseError(f"The database {self._shown} cannot be written: {cause}.") from error
        finally:
            engine.dispose()

    def _refuse(self, connection: psycopg.Connection[Any], source: str, *, replace: bool) -> set[str]:
        """The canonical tables that are there; raises LoadError unless all are ours."""
        rows = connection.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace "
            "AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY(%s)",
            [list(schema.metadata.tables)],
        ).fetchall()
        there = {str(row[0]) for row in rows}
        if not there:
            return there
        held: dict[str, str] = {}
        if "about" in there:
            held = dict(connection.execute("SELECT key, value FROM about").fetchall())
        if "version" not in held:
            raise not_ours(self._shown)
        refuse_other_source(self._shown, held.get("source"), source, replace=replace)
        return there

    def _copy(
        self, connection: psycopg.Connection[Any], table_name: str, staging: Staging, *, is_new: bool
    ) -> None:
        # Nobody else sees a table of this transaction: its rows may be written as they are to stay.
        options = "FORMAT csv, FREEZE" if is_new else "FORMAT csv"
        statement = f"COPY {table_name} FROM STDIN ({options})"
        texts = (_as_csv(batch) for batch in staging.rows(table_name))
        with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for text in _one_ahead(texts):
                copy.write(text)


def _one_ahead(items: Iterator[bytes]) -> Iterator[bytes]:
    """The same, each made while the one before is being used."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = worker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = worker.submit(next, items, None)
            yield item


def _as_csv(rows: pa.Table) -> bytes:
    """Rows as CSV in which every value is quoted, so that NULL and empty text differ."""
    text = io.BytesIO()
    csv.write_csv(rows, text, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    return text.getvalue()


def _vacuum(connection: psycopg.Connection[Any], names: set[str]) -> None:
    """Give the space of the version before back, if the server lets us; readers may still need some."""
    for name in sorted(names):
        try:
            connection.execute(f"VACUUM {name}".encode())
        except psycopg.Error:
            return
