"""Foreign files as views that the SQL of a source can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb

from analytics_lib.errors import LoadError
from analytics_lib.sources.faults import ONLY_FILE, quoted, reason

_READERS = {
    ".parquet": "read_parquet",
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".csv.gz": "read_csv",
    ".tsv.gz": "read_csv",
}


def show_files(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> Mapping[str, Path]:
    """Make each file a view by its stem; a single file is also the view `source`.

    Returns the files by the names of their views (those that they are called by, not `source`). Raises
    LoadError for a file that is not there, of an unknown kind, unreadable or without rows.
    """
    if not files:
        raise LoadError("No file was given to load: name at least one Parquet or CSV file.")
    stems = [_stem(path) for path in files]
    for path, stem in zip(files, stems, strict=True):
        if stems.count(stem) > 1:
            raise LoadError(f"Two of the files are called '{stem}': rename one, views bear their names.")
        _show(connection, path, stem)
    if len(files) == 1 and stems[0] != ONLY_FILE:
        connection.execute(f"CREATE TEMP VIEW {ONLY_FILE} AS SELECT * FROM {quoted(stems[0])}")
    return MappingProxyType(dict(zip(stems, files, strict=True)))


def _show(connection: duckdb.DuckDBPyConnection, path: Path, stem: str) -> None:
    if not path.is_file():
        raise LoadError(f"There is no file '{path}'.")
    reader = _READERS.get(path.name.removeprefix(stem).lower())
    if reader is None:
        raise LoadError(f"The file '{path}' is of an unknown kind: give {', '.join(_READERS)}.")
    literal = str(path.absolute()).replace("'", "''")
    try:
        connection.execute(f"CREATE TEMP VIEW {quoted(stem)} AS SELECT * FROM {reader}(['{literal}'])")
        row = connection.execute(f"SELECT 1 FROM {quoted(stem)} LIMIT 1").fetchone()
    except duckdb.Error as error:
        raise LoadError(
            f"The file '{path}' cannot be read: {reason(error)}; give a whole Parquet or CSV file."
        ) from error
    if row is None:
        raise LoadError(f"The file '{path}' holds no rows.")


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name.rsplit(".", 1)[0] if "." in name else name
