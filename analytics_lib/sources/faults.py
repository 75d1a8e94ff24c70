"""What a failing SELECT of a source means for the person who gave the files: which file, column and rows.

DuckDB says what it could not do in its own terms; here its words are read for the column, the value and
the kind that was wanted, and the files are asked which of their rows are at fault.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import duckdb

from analytics_lib.errors import LoadError
from analytics_lib.sources.recipe import Recipe

ONLY_FILE = "source"
"""The view by which a SELECT reads a file that was given alone, whatever its name."""

_EXAMPLES = 3
_COLUMNS = 12

_MISSING_COLUMN = re.compile(r'Referenced column "(.+?)" not found|have a column named "(.+?)"')
_MISSING_TABLE = re.compile(r"Table with name (\S+) does not exist")
_WRONG_KINDS = re.compile(r"argument types '(.+?)\((.*?)\)'")
_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_VALUE = re.compile(r'converting column "(.+?)"\. Could not convert string "(.*?)" to \'(\w+)')
_COLUMN = re.compile(r"casting from source column (.+)")
_VALUE = re.compile(r"""string '(.*?)' to|value (\S+) (?:to|can't)|"(.*?)\"""")
_KIND = re.compile(r"\b(?:to|type) ([A-Z]+\d*(?:\(\d+,\d+\))?)|\b(date|timestamp) field")

_KINDS = {
    "INT8": "TINYINT",
    "INT16": "SMALLINT",
    "INT32": "INTEGER",
    "INT64": "BIGINT",
    "INT128": "HUGEINT",
    "BOOL": "BOOLEAN",
}
_MEANS = {
    "DATE": "a date",
    "TIMESTAMP": "an instant",
    "BOOLEAN": "true or false",
    "DECIMAL": "a number",
    "DOUBLE": "a number",
    "FLOAT": "a number",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "a whole number"),
}


def fault(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    table_name: str,
    views: Mapping[str, Path],
    error: duckdb.Error,
) -> LoadError:
    """The refusal of a load because the SELECT for a table failed over the views of the files."""
    file = recipe.file(table_name)
    text = str(error)
    if line := _CSV_LINE.search(text):
        return _unreadable_line(line[1], file, views, text)
    if table := _MISSING_TABLE.search(text):
        return _missing_table(recipe, file, table[1], views)
    if column := _MISSING_COLUMN.search(text):
        return _missing_column(connection, file, column[1] or column[2], views, text)
    if isinstance(error, duckdb.ConversionException):
        return _misfit(connection, file, views, text)
    if isinstance(error, duckdb.ParserException):
        return LoadError(f"The SQL in {file} cannot be understood: {reason(error)}, so mend it there.")
    if kinds := _WRONG_KINDS.search(text):
        return LoadError(
            f"The SQL in {file} cannot use '{kinds[1]}' on columns of the kinds {kinds[2]} that it finds in "
            f"{_named(views)}: mend the file or cast the column in the SQL."
        )
    return LoadError(
        f"The SQL in {file} fails over {_named(views)}: {reason(error)}; mend the file or the SQL."
    )


def reason(error: duckdb.Error) -> str:
    """The first sentence of what DuckDB says, without its heading and its full stop."""
    first = str(error).strip().split("\n")[0]
    return re.sub(r"^[\w ]+ Error: ", "", first).split(". ")[0].rstrip(".! ")


def _missing_table(recipe: Recipe, file: Path, table: str, views: Mapping[str, Path]) -> LoadError:
    if table.lower() == ONLY_FILE:
        return LoadError(
            f"The source {recipe.source} takes one file, but {len(views)} were given "
            f"({', '.join(map(str, views.values()))}): name one of them."
        )
    return LoadError(
        f"The SQL in {file} reads '{table}', but what was given is {_named(views)}: "
        f"give a file of that name, such as {table}.parquet."
    )


def _missing_column(
    connection: duckdb.DuckDBPyConnection, file: Path, column: str, views: Mapping[str, Path], text: str
) -> LoadError:
    columns = {view: _columns(connection, view) for view in views}
    if any(column.lower() in map(str.lower, names) for names in columns.values()):
        near = re.search(r"Candidate bindings: (.+)", text)
        known = f" (known there: {near[1]})" if near else ""
        return LoadError(
            f"The SQL in {file} asks for the column '{column}' in a place that lacks it{known}: "
            "mend it there."
        )
    held = list(dict.fromkeys(name for names in columns.values() for name in names))
    shown = ", ".join(held[:_COLUMNS]) + (" ..." if len(held) > _COLUMNS else "")
    have, it_has = ("has", "it has") if len(set(views.values())) == 1 else ("have", "they have")
    return LoadError(
        f"T{_named(views)[1:]} {have} no column '{column}', which {file} needs: "
        f"{it_has} {shown}; rename one or change the SQL."
    )


def _unreadable_line(line: str, file: Path, views: Mapping[str, Path], text: str) -> LoadError:
    """A line of a CSV file that is not as the lines before it."""
    path = next((path for path in views.values() if str(path.absolute()) in text), None)
    at = f"T{_named({'': path} if path else views)[1:]}, which {file} reads,"
    if found := _CSV_VALUE.search(text):
        column, value, kind = found.groups()
        return LoadError(
            f"{at} holds '{value}' in its column '{column}' in line {line}, "
            f"where the lines before it hold {_meant(kind)}: mend that line."
        )
    told = next((part for part in text.split("\n")[2:] if part.strip()), "it is unlike the others")
    return LoadError(f"{at} cannot be read in line {line} ({told.rstrip('.! ')}): mend that line.")


def _misfit(
    connection: duckdb.DuckDBPyConnection, file: Path, views: Mapping[str, Path], text: str
) -> LoadError:
    """Values that are not what the SQL takes them for."""
    first = text.split("\n", maxsplit=1)[0]
    named, given, wanted = (pattern.search(first) for pattern in (_COLUMN, _VALUE, _KIND))
    column = named[1].strip().strip('"') if named else None
    value = next((part for part in given.groups() if part is not None), "") if given else ""
    kind = _kind((wanted[1] or wanted[2]).upper()) if wanted else "VARCHAR"
    for view, path in views.items():
        for name in _columns(connection, view):
            if column is not None and name.lower() != column.lower():
                continue
            shown = _rows_at_fault(connection, view, name, kind, None if column else value)
            if shown:
                return LoadError(
                    f"The file '{path}' holds in its column '{name}' what {file} cannot take as "
                    f"{_meant(kind)}: {shown}; mend the file or the SQL."
                )
    where = f" in the column '{column}'" if column else ""
    return LoadError(
        f"The SQL in {file} makes the value '{value}'{where} of {_named(views)}, but cannot take it as "
        f"{_meant(kind)}: mend the file or the SQL."
    )


def _rows_at_fault(
    connection: duckdb.DuckDBPyConnection, view: str, column: str, kind: str, value: str | None
) -> str:
    """The first values of a column that cannot be cast, with their rows counted from 1.

    If `value` is given, only those that equal it: DuckDB writes a number out in full where the
    file may have 1e18, so numbers are compared as numbers.
    """
    name = quoted(column)
    condition = f"{name} IS NOT NULL AND TRY_CAST({name} AS {kind}) IS NULL"
    if value is not None:
        condition += (
            f" AND ({name}::VARCHAR = $value"
            f" OR TRY_CAST({name}::VARCHAR AS DOUBLE) = TRY_CAST($value AS DOUBLE))"
        )
    try:
        rows = connection.execute(
            f"SELECT {name}::VARCHAR, row_from_1 "
            f"FROM (SELECT {name}, row_number() OVER () AS row_from_1 FROM {quoted(view)}) "
            f"WHERE {condition} ORDER BY row_from_1 LIMIT {_EXAMPLES}",
            {} if value is None else {"value": value},
        ).fetchall()
    except duckdb.Error:
        return ""  # nothing of this column's type can be cast so: it was not this column
    return "; ".join(f"'{found}' in row {row}" for found, row in rows)


def _columns(connection: duckdb.DuckDBPyConnection, view: str) -> list[str]:
    return [str(name) for name, *_ in connection.execute(f"DESCRIBE {quoted(view)}").fetchall()]


def _named(views: Mapping[str, Path]) -> str:
    """The files behind the views, each once."""
    paths = [f"'{path}'" for path in dict.fromkeys(views.values())]
    return f"the file {paths[0]}" if len(paths) == 1 else f"the files {', '.join(paths)}"


def _kind(told: str) -> str:
    """A type as SQL writes it, for one as messages name it."""
    return _KINDS.get(told, told)


def _meant(kind: str) -> str:
    means = _MEANS.get(kind.split("(", maxsplit=1)[0])
    return f"{means} ({kind})" if means else kind


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'
