"""Databases that hold just the rows of a test, on both engines, emptied for the next one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from analytics_lib import schema
from analytics_lib.warehouse import Warehouse, open_warehouse
from analytics_lib.warehouse.duckdb_file import connect_duckdb

ENGINES = ("duckdb", "postgresql")
HELD = tuple(schema.metadata.tables)
Tables = Mapping[str, pd.DataFrame]


def about_frame(data_through: datetime | None, **more: str) -> pd.DataFrame:
    """The table `about`, without a word on where the data ends if `data_through` is None."""
    facts = {"reporting_currency": "EUR", "zone": "UTC", "source": "a test", "resolution": "second", **more}
    if data_through is not None:
        facts["data_through"] = data_through.isoformat()
    return pd.DataFrame({"key": list(facts), "value": list(facts.values())})


def coverage_frame(
    complete_from: datetime | None = None,
    complete_through: datetime | None = None,
    without: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Every column of the tables held here as complete in one span, but for those of `without`."""
    columns = [
        (name, column.name)
        for name in HELD[2:]
        for column in schema.metadata.tables[name].columns
        if f"{name}.{column.name}" not in without
    ]
    return pd.DataFrame(
        {
            "table_name": [name for name, _ in columns],
            "column_name": [column for _, column in columns],
            "complete_from": pd.Series([complete_from] * len(columns), dtype="datetime64[us]"),
            "complete_through": pd.Series([complete_through] * len(columns), dtype="datetime64[us]"),
        }
    )


class DuckDBPlace:
    """A DuckDB file."""

    engine = "duckdb"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "rows.duckdb"
        connection = connect_duckdb(self._path)
        for name in HELD:
            connection.execute(
                str(CreateTable(schema.metadata.tables[name]).compile(dialect=postgresql.dialect()))
            )
        connection.close()
        self._filled: tuple[str, ...] = ()

    @contextmanager
    def holding(self, tables: Tables) -> Iterator[Warehouse]:
        """The warehouse with these rows and no others; columns that are not given are NULL."""
        connection = connect_duckdb(self._path)
        for name in self._filled:
            connection.execute(f"DELETE FROM {name}")
        self._filled = tuple(tables)
        for name in HELD:
            if name in tables and len(tables[name]):
                connection.register("given", as_arrow(name, tables[name]))
                connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM given")
                connection.unregister("given")
        connection.close()
        warehouse = open_warehouse(f"duckdb:///{self._path}")
        try:
            yield warehouse
        finally:
            warehouse.close()


class PostgreSQLPlace:
    """A database of an embedded PostgreSQL."""

    engine = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        self._warehouse: Warehouse | None = None
        self._filled: tuple[str, ...] = ()
        with psycopg.connect(url) as connection:
            for name in HELD:
                ddl = str(CreateTable(schema.metadata.tables[name]).compile(dialect=postgresql.dialect()))
                connection.execute(ddl.encode())

    @contextmanager
    def holding(self, tables: Tables) -> Iterator[Warehouse]:
        """The warehouse with these rows and no others; columns that are not given are NULL."""
        with psycopg.connect(self._url) as connection:
            for name in self._filled:
                connection.execute(f"DELETE FROM {name}".encode())
            self._filled = tuple(tables)
            for name in HELD:
                if name not in tables:
                    continue
                rows = as_arrow(name, tables[name])
                copy = f"COPY {name} ({', '.join(rows.column_names)}) FROM STDIN"
                with connection.cursor().copy(copy.encode()) as lines:
                    for row in zip(*rows.to_pydict().values(), strict=True):
                        lines.write_row(row)
        if self._warehouse is None:
            self._warehouse = open_warehouse(self._url)
        yield self._warehouse

    def close(self) -> None:
        if self._warehouse is not None:
            self._warehouse.close()


Place = DuckDBPlace | PostgreSQLPlace

_ARROW = {
    "TEXT": pa.string(),
    "DATETIME": pa.timestamp("us"),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "BOOLEAN": pa.bool_(),
    "FLOAT": pa.float64(),
}


def as_arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    """A frame with the types of its canonical table; no value changes on the way."""
    columns = schema.metadata.tables[name].columns
    arrays = {}
    for column in frame.columns:
        values = [None if pd.isna(value) else value for value in frame[column].astype(object)]
        arrays[str(column)] = pa.array(values, type=_ARROW[str(columns[column].type)])
    return pa.table(arrays)


@contextmanager
def postgresql_database(server: str) -> Iterator[str]:
    """Address of an empty database on the server; dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    base, _, options = server.partition("?")
    try:
        yield f"{base.rsplit('/', 1)[0]}/{name}?{options}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module", params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One database of each engine for a module; every test puts its own rows into it."""
    if request.param == "duckdb":
        yield DuckDBPlace(tmp_path_factory.mktemp("place"))
        return
    with postgresql_database(request.getfixturevalue("postgresql_server")) as url:
        found = PostgreSQLPlace(url)
        try:
            yield found
        finally:
            found.close()
