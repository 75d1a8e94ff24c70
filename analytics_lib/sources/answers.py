"""The answers of a source's SELECTs: held to the canonical columns and types, or refused.

What is refused here is structural (a wrong column, type, key or currency code) and comes with the keys of
the first rows at fault; the whole load stops.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, Table, Text

from analytics_lib import schema
from analytics_lib.errors import LoadError
from analytics_lib.sources.faults import fault
from analytics_lib.sources.money import CURRENCIES
from analytics_lib.sources.recipe import Recipe

_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
_INSTANTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")

# BigInteger before Integer: SQLAlchemy derives the one from the other.
_ACCEPTED: tuple[tuple[type, str, tuple[str, ...], str], ...] = (
    (Text, "VARCHAR", ("VARCHAR", "UUID", "ENUM", *_WHOLE), "text"),
    (DateTime, "TIMESTAMP", _INSTANTS, "a UTC instant (TIMESTAMP; load bare days at 12:00)"),
    (Date, "DATE", ("DATE",), "a local date (DATE)"),
    (BigInteger, "BIGINT", _WHOLE, "a whole number (BIGINT)"),
    (Integer, "INTEGER", _WHOLE, "a whole number (INTEGER)"),
    (Boolean, "BOOLEAN", ("BOOLEAN",), "true or false (BOOLEAN)"),
    (Float, "DOUBLE", ("DOUBLE", "FLOAT", "DECIMAL", *_WHOLE), "a number (DOUBLE)"),
)
_REQUIRED = {
    "about": ("value",),
    "coverage": ("complete_from", "complete_through"),
    "bookings": ("created_at",),
    "exchange_rates": ("units_per_base_e9",),
}
_EXAMPLES = 3


@dataclass(frozen=True)
class Answer:
    """A SELECT's rows in a temporary table, with canonical types; `columns` are those that it gave."""

    table: Table
    name: str
    columns: tuple[str, ...]


def answer(
    connection: duckdb.DuckDBPyConnection, recipe: Recipe, table_name: str, views: Mapping[str, Path]
) -> Answer:
    """Run one SELECT of a source over the views of the files and hold it to the canonical table."""
    table = schema.metadata.tables[table_name]
    file = recipe.file(table_name)
    raw, name = f"raw_{table_name}", f"answer_{table_name}"
    try:
        connection.execute(f"CREATE TEMP TABLE {raw} AS {recipe.selects[table_name]}")
    except duckdb.Error as error:
        raise fault(connection, recipe, table_name, views, error) from error
    described = connection.execute(f"DESCRIBE {raw}").fetchall()
    given = {str(column): str(kind) for column, kind, *_ in described}
    _refuse_unknown_columns(table, given, str(file))
    _refuse_missing(table, given, str(file))
    kinds = {column: _sql_type(connection, table, column, kind, str(file)) for column, kind in given.items()}
    casts = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column, kind in kinds.items())
    try:
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {casts} FROM {raw}")
    except duckdb.ConversionException as error:
        raise _misfit(connection, table, kinds, str(file)) from error
    connection.execute(f"DROP TABLE {raw}")
    found = Answer(table, name, tuple(given))
    _refuse_bad_keys(connection, found)
    _refuse_no_booking_day(connection, found, str(file))
    return found


def _sql_type(connection: duckdb.DuckDBPyConnection, table: Table, column: str, kind: str, file: str) -> str:
    """The DuckDB type that a column is cast to; raises LoadError unless the given type is near enough."""
    wanted = table.c[column].type
    sql, accepted, means = next(
        (sql, accepted, means) for plain, sql, accepted, means in _ACCEPTED if isinstance(wanted, plain)
    )
    is_whole_decimal = kind.startswith("DECIMAL") and kind.endswith(",0)") and accepted == _WHOLE
    if kind.split("(", maxsplit=1)[0] in accepted or is_whole_decimal:
        return sql
    shown = _examples(connection, table, column, f"{column} IS NOT NULL")
    if not shown:
        # DuckDB calls a column of nothing but NULL an INTEGER.
        connection.execute(f"ALTER TABLE raw_{table.name} ALTER {column} TYPE {sql} USING NULL")
        return sql
    raise LoadError(
        f"The column '{column}' of '{table.name}' must be {means}, "
        f"but {file} gives {kind} ({shown}): cast it there."
    )


def _misfit(
    connection: duckdb.DuckDBPyConnection, table: Table, kinds: dict[str, str], file: str
) -> LoadError:
    """The refusal of values that are too big for their column."""
    for column, kind in kinds.items():
        lost = f"{column} IS NOT NULL AND TRY_CAST({column} AS {kind}) IS NULL"
        shown = _examples(connection, table, column, lost)
        if shown:
            break
    return LoadError(
        f"The column '{column}' of '{table.name}' in {file} holds values beyond {kind}: {shown}; "
        "mend them in the file or there."
    )


def _examples(connection: duckdb.DuckDBPyConnection, table: Table, column: str, condition: str) -> str:
    """A few values of a column with the keys of their rows."""
    keys = ", ".join(schema.key_columns(table))
    rows = connection.execute(
        f"SELECT {column}, concat_ws(', ', {keys}) AS row_key FROM raw_{table.name} "
        f"WHERE {condition} ORDER BY row_key LIMIT {_EXAMPLES}"
    ).fetchall()
    return "; ".join(f"'{value}' in {key}" for value, key in rows)


def _refuse_unknown_columns(table: Table, given: dict[str, str], file: str) -> None:
    for column in given:
        if column not in table.c:
            near = difflib.get_close_matches(column, table.c.keys(), n=1)
            way_out = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(table.c.keys())}."
            raise LoadError(f"The table '{table.name}' has no column '{column}' as {file} gives: {way_out}")


def _refuse_missing(table: Table, given: dict[str, str], file: str) -> None:
    required = (*schema.key_columns(table), *_REQUIRED.get(table.name, ()))
    for column in required:
        if column not in given:
            raise LoadError(f"The column '{column}' of '{table.name}' is missing from {file}.")


def _refuse_bad_keys(connection: duckdb.DuckDBPyConnection, found: Answer) -> None:
    keys = schema.key_columns(found.table)
    named = ", ".join(keys)
    empty = " OR ".join(f"{key} IS NULL" for key in keys)
    row = connection.execute(f"SELECT count(*) FROM {found.name} WHERE {empty}").fetchone()
    if row and row[0]:
        raise LoadError(f"The key of '{found.table.name}' ({named}) is NULL in {row[0]} rows.")
    repeated = connection.execute(
        f"SELECT {named}, count(*) FROM {found.name} "
        f"GROUP BY {named} HAVING count(*) > 1 ORDER BY {named} LIMIT {_EXAMPLES}"
    ).fetchall()
    if repeated:
        shown = "; ".join(f"{', '.join(map(str, line[:-1]))} ({line[-1]} times)" for line in repeated)
        raise LoadError(f"The key of '{found.table.name}' ({named}) must not repeat, but does: {shown}.")


def _refuse_no_booking_day(connection: duckdb.DuckDBPyConnection, found: Answer, file: str) -> None:
    """Single bookings without created_at break a rule; if all lack it, no metric can place any of them."""
    if found.table.name != "bookings":
        return
    row = connection.execute(f"SELECT count(*), count(created_at) FROM {found.name}").fetchone()
    if row and row[0] and not row[1]:
        raise LoadError(
            f"The column 'created_at' of 'bookings' is NULL in all {row[0]} rows that {file} gives: "
            "give the instant at which each booking was placed."
        )


def refuse_unknown_currencies(connection: duckdb.DuckDBPyConnection, found: Answer) -> None:
    """Raise LoadError with row examples if a currency code is not in ISO 4217."""
    if "currency" not in found.columns:
        return
    keys = ", ".join(schema.key_columns(found.table))
    rows = connection.execute(
        f"SELECT currency, concat_ws(', ', {keys}) FROM {found.name} "
        f"WHERE currency IS NOT NULL AND currency NOT IN (SELECT code FROM {CURRENCIES}) "
        f"ORDER BY ALL LIMIT {_EXAMPLES}"
    ).fetchall()
    if rows:
        shown = "; ".join(f"'{code}' in {key}" for code, key in rows)
        raise LoadError(f"The table '{found.table.name}' holds unknown currency codes: {shown}.")


def refuse_impossible_rates(connection: duckdb.DuckDBPyConnection, rates: Answer) -> None:
    """Raise LoadError with row examples if an exchange rate is not above zero."""
    rows = connection.execute(
        f"SELECT currency, valid_from FROM {rates.name} "
        f"WHERE coalesce(units_per_base_e9, 0) <= 0 ORDER BY ALL LIMIT {_EXAMPLES}"
    ).fetchall()
    if rows:
        shown = "; ".join(f"{currency} from {start}" for currency, start in rows)
        raise LoadError(f"An exchange rate must be above zero, but is not: {shown}.")
