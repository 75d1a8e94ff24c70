"""What a source says about itself: currency, zone, from when to when, and which columns are complete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import duckdb
import pyarrow as pa
from sqlalchemy import DateTime

from analytics_lib.errors import LoadError
from analytics_lib.sources.answers import Answer
from analytics_lib.sources.money import known_currencies
from analytics_lib.sources.recipe import Recipe
from analytics_lib.sources.staging import order_columns

RESOLUTIONS = ("second", "hour", "day")

_SECOND_AFTER = "date_trunc('second', max(instant)) + INTERVAL 1 second"
_UNWRITTEN = ("about", "coverage", "exchange_rates", "partner_terms")


def read_about(connection: duckdb.DuckDBPyConnection, answers: Mapping[str, Answer]) -> dict[str, str]:
    """The rows of `about`, checked; data_from, data_through and resolution are filled in if not given.

    Without another word data reach from the first event to the second after the last one: event
    timestamps (`*_at`) of all tables, never stay dates.
    """
    rows = connection.execute(
        f"SELECT key, value FROM {answers['about'].name} WHERE value IS NOT NULL"
    ).fetchall()
    about = {str(key): str(value) for key, value in rows}
    for key in ("reporting_currency", "zone"):
        if key not in about:
            raise LoadError(f"The row '{key}' is missing from about.sql.")
    if about["reporting_currency"] not in known_currencies():
        raise LoadError(f"The reporting currency '{about['reporting_currency']}' is not an ISO 4217 code.")
    try:
        ZoneInfo(about["zone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise LoadError(f"The zone '{about['zone']}' is unknown: write one such as Europe/Lisbon.") from None
    about.setdefault("resolution", RESOLUTIONS[0])
    if about["resolution"] not in RESOLUTIONS:
        raise LoadError(f"The resolution '{about['resolution']}' is none of {', '.join(RESOLUTIONS)}.")
    if "data_from" not in about or "data_through" not in about:
        first, end = _span(connection, answers)
        about.setdefault("data_from", first.isoformat(timespec="seconds"))
        about.setdefault("data_through", end.isoformat(timespec="seconds"))
    about.setdefault("made_by", "analytics load")
    return about


def _span(connection: duckdb.DuckDBPyConnection, answers: Mapping[str, Answer]) -> tuple[datetime, datetime]:
    events = [
        f"SELECT {name} AS instant FROM {found.name}"
        for found in answers.values()
        if found.table.name not in _UNWRITTEN
        for name in found.columns
        if name.endswith("_at") and isinstance(found.table.c[name].type, DateTime)
    ]
    row = None
    if events:
        row = connection.execute(
            f"SELECT min(instant), {_SECOND_AFTER} FROM ({' UNION ALL '.join(events)})"
        ).fetchone()
    if row is None or row[0] is None:
        raise LoadError(
            "The source holds no event with an instant: say data_from and data_through in about.sql."
        )
    return row[0], row[1]


def about_rows(about: Mapping[str, str]) -> pa.Table:
    """`about` as rows."""
    return pa.table({"key": list(about), "value": list(about.values())})


def coverage_rows(
    connection: duckdb.DuckDBPyConnection,
    recipe: Recipe,
    answers: Mapping[str, Answer],
    about: Mapping[str, str],
) -> pa.Table:
    """One row per column that the source gives: complete over all its data, or as coverage.sql says.

    A column of which coverage.sql does not speak follows the instant by which its table is ordered.
    Raises LoadError if coverage.sql names a column that the source does not give.
    """
    whole = (datetime.fromisoformat(about["data_from"]), datetime.fromisoformat(about["data_through"]))
    told: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    if "coverage" in answers:
        rows = connection.execute(
            f"SELECT table_name, column_name, complete_from, complete_through FROM {answers['coverage'].name}"
        ).fetchall()
        told = {(table, column): (start or whole[0], end or whole[1]) for table, column, start, end in rows}
    spans = {
        (found.table.name, column): told.get((found.table.name, order_columns(found.table)[0]), whole)
        for found in answers.values()
        if found.table.name not in ("about", "coverage")
        for column in found.columns
    }
    for table, column in told:
        if (table, column) not in spans:
            raise LoadError(f"{recipe.file('coverage')} speaks of {table}.{column}, which no SQL gives.")
    spans |= told
    names = sorted(spans)
    return pa.table(
        {
            "table_name": [table for table, _ in names],
            "column_name": [column for _, column in names],
            "complete_from": pa.array([spans[name][0] for name in names], type=pa.timestamp("us")),
            "complete_through": pa.array([spans[name][1] for name in names], type=pa.timestamp("us")),
        }
    )
