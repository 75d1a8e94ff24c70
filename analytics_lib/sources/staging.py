"""The private DuckDB file in which a new version of the data is put together.

Nobody else sees it. It ends up ordered by time, checked for repeated keys and fingerprinted; then it is
published as it is (DuckDB) or copied (PostgreSQL), so that both engines hold the same rows and version.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import DateTime, Table
from sqlalchemy.schema import CreateTable

from analytics_lib import schema
from analytics_lib.errors import LoadError
from analytics_lib.sources.arrow_schema import arrow_schema
from analytics_lib.sources.fingerprint import content_hash
from analytics_lib.sources.spool import Spool
from analytics_lib.warehouse.duckdb_file import connect_duckdb, duckdb_dialect

BATCH_ROWS = 250_000

_MEMORY = "700MB"


def order_columns(table: Table) -> tuple[str, ...]:
    """How rows of a table are ordered: by their first instant if facts carry one, then by key."""
    first = next(
        (c.name for c in table.columns if isinstance(c.type, DateTime) and c.name.endswith("_at")), None
    )
    keys = schema.key_columns(table)
    return keys if first is None or first in keys else (first, *keys)


class Staging:
    """All canonical tables, empty at first, in a file of their own inside `folder`.

    Rows are put aside as they arrive and written once, in order, at the end. `checks_keys` is false only
    where repeated keys are wanted, so that audits have some to find.
    """

    def __init__(self, folder: Path, *, checks_keys: bool = True) -> None:
        self.path = folder / "new.duckdb"
        self._checks_keys = checks_keys
        self._folder = folder
        self._connection = connect_duckdb(self.path)
        self._connection.execute(f"SET memory_limit = '{_MEMORY}'")
        dialect = duckdb_dialect()
        # One transaction, because each of them waits for the disk.
        self._connection.execute("BEGIN")
        for table in schema.metadata.tables.values():
            self._connection.execute(str(CreateTable(table).compile(dialect=dialect)))
        self._connection.execute("COMMIT")
        self._spools: dict[str, Spool] = {}

    def append(self, table_name: str, rows: pa.Table) -> None:
        """Add rows; columns that are not given are NULL."""
        table = schema.metadata.tables.get(table_name)
        if table is None:
            raise LoadError(f"There is no canonical table '{table_name}' to write to.")
        kinds = arrow_schema(table_name)
        extra = sorted(set(rows.column_names) - set(kinds.names))
        if extra:
            raise LoadError(f"The table '{table_name}' has no column '{extra[0]}'.")
        try:
            given = rows.cast(pa.schema([kinds.field(name) for name in rows.column_names]))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise LoadError(f"Rows for '{table_name}' have a value of a wrong type: {error}.") from error
        if not given.num_rows:
            return
        whole = pa.Table.from_arrays([_column(given, field) for field in kinds], schema=kinds)
        keys = schema.key_columns(table)
        if any(whole[key].null_count for key in keys):
            raise LoadError(f"A row for '{table_name}' lacks its key ({', '.join(keys)}).")
        if table_name not in self._spools:
            path = self._folder / f"{table_name}.parquet"
            self._spools[table_name] = Spool(path, kinds, order_columns(table))
        self._spools[table_name].append(whole)

    def finish(self, about: dict[str, str]) -> str:
        """Order, check keys, write `about` with the fingerprint; returns the fingerprint."""
        for name in list(self._spools):
            self._take_in(name)
        for table in schema.metadata.tables.values():
            # What the database says about itself must be clear in any case.
            if self._checks_keys or table.name in ("about", "coverage"):
                self._refuse_repeated_keys(table)
        self._write_about(about)
        version = content_hash(self.all_rows())
        self._connection.execute("INSERT INTO about VALUES ('version', ?)", [version])
        return version

    def _take_in(self, name: str) -> None:
        """Write what was put aside for a table into it, in order."""
        spool = self._spools.pop(name)
        spool.close()
        columns = order_columns(schema.metadata.tables[name])
        ordering = ", ".join(f'"{column}" NULLS LAST' for column in columns)
        self._connection.execute(
            f'INSERT INTO "{name}" SELECT * FROM read_parquet($path)'
            + ("" if spool.is_ordered else f" ORDER BY {ordering}"),
            {"path": str(spool.path)},
        )
        spool.path.unlink()

    def _write_about(self, about: dict[str, str]) -> None:
        for key, value in about.items():
            self._connection.execute("DELETE FROM about WHERE key = ?", [key])
            self._connection.execute("INSERT INTO about VALUES (?, ?)", [key, value])

    def about(self) -> dict[str, str]:
        """What was appended to `about`."""
        if "about" in self._spools:
            self._take_in("about")
        return dict(self._connection.execute("SELECT key, value FROM about").fetchall())

    def _refuse_repeated_keys(self, table: Table) -> None:
        keys = ", ".join(f'"{name}"' for name in schema.key_columns(table))
        repeated = self._connection.execute(
            f'SELECT {keys}, count(*) FROM "{table.name}" '
            f"GROUP BY {keys} HAVING count(*) > 1 ORDER BY {keys} LIMIT 3"
        ).fetchall()
        if repeated:
            shown = "; ".join(f"{', '.join(map(str, row[:-1]))} ({row[-1]} times)" for row in repeated)
            names = ", ".join(schema.key_columns(table))
            raise LoadError(f"The key of '{table.name}' ({names}) must not repeat, but does: {shown}.")

    def rows(self, table_name: str) -> Iterator[pa.Table]:
        """The rows of a table in order, in batches."""
        ordering = ", ".join(f'"{name}"' for name in order_columns(schema.metadata.tables[table_name]))
        small = table_name in ("about", "coverage")
        reader = self._connection.execute(
            f'SELECT * FROM "{table_name}"' + (f" ORDER BY {ordering}" if small else "")
        ).to_arrow_reader(BATCH_ROWS)
        with reader:
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def all_rows(self) -> Iterator[tuple[str, pa.Table]]:
        """All rows of all tables."""
        for name in schema.metadata.tables:
            for batch in self.rows(name):
                yield name, batch

    def seal(self) -> None:
        """Bring everything to the disk and close the file."""
        self._connection.execute("CHECKPOINT")
        self._connection.close()
        with self.path.open("rb") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """Give the file up; may be called after `seal`."""
        self._connection.close()


def _column(rows: pa.Table, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    """A column of the rows; NULL if it is not given, but what nobody marked as a test is none."""
    there = field.name in rows.column_names
    column = rows[field.name] if there else pa.nulls(rows.num_rows, field.type)
    # Metrics rely on it.
    return pc.fill_null(column, False) if field.name == "is_test" else column
