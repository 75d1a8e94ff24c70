"""The private DuckDB file in which a new version of the data is put together.

Nobody else sees it. It ends up ordered by time, checked for repeated keys and fingerprinted; then it is
published as it is (DuckDB) or copied (PostgreSQL), so that both engines hold the same rows and version.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import DateTime, Table
from sqlalchemy.schema import CreateTable

from analytics_lib import schema
from analytics_lib.errors import LoadError
from analytics_lib.sources.arrow_schema import arrow_schema
from analytics_lib.sources.fingerprint import content_hash
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
    """All canonical tables, empty at first, in a file of their own inside `folder`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "new.duckdb"
        self._connection = connect_duckdb(self.path)
        self._connection.execute(f"SET memory_limit = '{_MEMORY}'")
        dialect = duckdb_dialect()
        # One transaction, because each of them waits for the disk.
        self._connection.execute("BEGIN")
        for table in schema.metadata.tables.values():
            self._connection.execute(str(CreateTable(table).compile(dialect=dialect)))
        self._connection.execute("COMMIT")
        self._last: dict[str, tuple[Any, ...]] = {}
        self._unordered: set[str] = set()

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
        self._watch_order(table, given)
        columns = {f'"{name}"': f'"{name}"' for name in given.column_names}
        if "is_test" in kinds.names:
            # Metrics rely on it: what nobody marked as a test is none.
            columns['"is_test"'] = (
                'coalesce("is_test", false)' if "is_test" in given.column_names else "false"
            )
        names, values = ", ".join(columns), ", ".join(columns.values())
        try:
            self._connection.register("given", given)
            self._connection.execute(f'INSERT INTO "{table_name}" ({names}) SELECT {values} FROM given')
        except duckdb.ConstraintException as error:
            raise LoadError(
                f"A row for '{table_name}' lacks its key ({', '.join(schema.key_columns(table))})."
            ) from error
        finally:
            self._connection.unregister("given")

    def _watch_order(self, table: Table, rows: pa.Table) -> None:
        """Note whether rows arrive in order, which saves sorting ten million of them."""
        if table.name in self._unordered:
            return
        columns = order_columns(table)
        if not set(columns) <= set(rows.column_names):
            self._unordered.add(table.name)
            return
        ordered = rows.select(columns)
        first, last = (tuple(ordered.slice(at, 1).to_pylist()[0].values()) for at in (0, rows.num_rows - 1))
        before: tuple[Any, ...] = self._last.get(table.name, first)
        if not _is_ordered(ordered) or before > first:
            self._unordered.add(table.name)
        self._last[table.name] = last

    def finish(self, about: dict[str, str]) -> str:
        """Order, check keys, write `about` with the fingerprint; returns the fingerprint."""
        for name in sorted(self._unordered):
            ordering = ", ".join(
                f'"{column}" NULLS LAST' for column in order_columns(schema.metadata.tables[name])
            )
            self._connection.execute(f'CREATE TEMP TABLE unordered AS SELECT * FROM "{name}"')
            self._connection.execute(f'DELETE FROM "{name}"')
            self._connection.execute(f'INSERT INTO "{name}" SELECT * FROM unordered ORDER BY {ordering}')
            self._connection.execute("DROP TABLE unordered")
        for table in schema.metadata.tables.values():
            self._refuse_repeated_keys(table)
        self._write_about(about)
        version = content_hash(self.all_rows())
        self._connection.execute("INSERT INTO about VALUES ('version', ?)", [version])
        return version

    def _write_about(self, about: dict[str, str]) -> None:
        for key, value in about.items():
            self._connection.execute("DELETE FROM about WHERE key = ?", [key])
            self._connection.execute("INSERT INTO about VALUES (?, ?)", [key, value])

    def about(self) -> dict[str, str]:
        """What was appended to `about` so far."""
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


def _is_ordered(rows: pa.Table) -> bool:
    """Whether rows ascend by their columns, compared from left to right; never if one is NULL."""
    ties = None
    for column in rows.columns:
        values = column.combine_chunks()
        if values.null_count:
            return False
        before, after = values.slice(0, len(values) - 1), values.slice(1)
        falls = pc.less(after, before)
        if pc.any(falls if ties is None else pc.and_(ties, falls)).as_py():
            return False
        same = pc.equal(before, after)
        ties = same if ties is None else pc.and_(ties, same)
    return True
