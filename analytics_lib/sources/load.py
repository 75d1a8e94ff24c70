"""Foreign files through a source's SQL into the canonical tables, as one new version."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa

from analytics_lib import schema
from analytics_lib.rules import RuleBreak, rule_breaks
from analytics_lib.sources.answers import (
    Answer,
    answer,
    refuse_impossible_rates,
    refuse_unknown_currencies,
)
from analytics_lib.sources.claims import about_rows, coverage_rows, read_about
from analytics_lib.sources.foreign import show_files
from analytics_lib.sources.money import RATES, converted, prepare_conversion
from analytics_lib.sources.publish import publish
from analytics_lib.sources.recipe import Recipe, read_recipe
from analytics_lib.sources.staging import BATCH_ROWS, order_columns
from analytics_lib.warehouse import open_warehouse
from analytics_lib.warehouse.duckdb_file import connect_duckdb

_MEMORY = "2GB"

# Which amount is converted into which, and at which instant, where a source does not do so itself.
_CONVERSIONS = {
    "bookings": ("price_minor", "price_base_minor", "created_at"),
    "payments": ("amount_minor", "amount_base_minor", "attempted_at"),
    "refunds": ("amount_minor", "amount_base_minor", "requested_at"),
}


@dataclass(frozen=True)
class LoadReport:
    """What a load brought: rows per table, rules broken by rows, amounts that no rate could convert."""

    source: str
    database: str
    version: str
    rows: Mapping[str, int]
    rule_breaks: tuple[RuleBreak, ...]
    without_rate: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "source": self.source,
            "database": self.database,
            "version": self.version,
            "rows": dict(self.rows),
            "rule_breaks": [found.to_dict() for found in self.rule_breaks],
            "without_rate": dict(self.without_rate),
        }


def load(source: str, files: Sequence[Path], url: str, *, replace: bool = False) -> LoadReport:
    """Load foreign files through parameters/sources/SOURCE into the database at `url`.

    Structural faults raise LoadError with row examples and leave the database as it was; rows that break
    a rule load and are counted; amounts in a known currency without a rate load as NULL and are counted.
    """
    recipe = read_recipe(source)
    with tempfile.TemporaryDirectory(prefix="analytics-") as folder, connect_duckdb() as connection:
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute("SET temp_directory = $folder", {"folder": folder})
        views = show_files(connection, files)
        answers = _answers(connection, recipe, views)
        about = read_about(connection, answers)
        without_rate = _convert(connection, answers, about["reporting_currency"])
        with publish(url, replace=replace, source=source) as publication:
            publication.append("about", about_rows(about))
            publication.append("coverage", coverage_rows(connection, recipe, answers, about))
            for found in answers.values():
                if found.table.name not in ("about", "coverage"):
                    for batch in _batches(connection, found):
                        publication.append(found.table.name, batch)
        rows = {name: _count(connection, found) for name, found in answers.items()}
    with open_warehouse(url) as warehouse, warehouse.reading() as reader:
        broken = rule_breaks(reader, reader.contents().provided)
        shown = warehouse.url
    return LoadReport(
        source, shown, publication.version, MappingProxyType(rows), broken, MappingProxyType(without_rate)
    )


def _answers(
    connection: duckdb.DuckDBPyConnection, recipe: Recipe, views: Mapping[str, Path]
) -> dict[str, Answer]:
    return {
        name: answer(connection, recipe, name, views)
        for name in schema.metadata.tables
        if name in recipe.selects
    }


def _convert(
    connection: duckdb.DuckDBPyConnection, answers: dict[str, Answer], reporting_currency: str
) -> dict[str, int]:
    """Fill the base amounts that the source did not give; returns the rows left without, per column."""
    rates = answers.get("exchange_rates")
    if rates is not None:
        refuse_impossible_rates(connection, rates)
    prepare_conversion(connection, reporting_currency, None if rates is None else rates.name)
    for found in answers.values():
        refuse_unknown_currencies(connection, found)
    without: dict[str, int] = {}
    for name, (minor, base, instant) in _CONVERSIONS.items():
        if name not in answers:
            continue
        found = answers[name]
        if base in found.columns or not {minor, "currency", instant} <= set(found.columns):
            continue
        amount = converted(f"a.{minor}", "r.divisor", reporting_currency)
        target = f"converted_{name}"
        connection.execute(
            f"CREATE TEMP TABLE {target} AS SELECT a.*, {amount} AS {base} FROM {found.name} a "
            f"ASOF LEFT JOIN {RATES} r ON a.currency = r.currency AND a.{instant} >= r.valid_from"
        )
        connection.execute(f"DROP TABLE {found.name}")
        answers[name] = Answer(found.table, target, (*found.columns, base))
        row = connection.execute(
            f"SELECT count(*) FROM {target} WHERE {minor} IS NOT NULL AND {base} IS NULL"
        ).fetchone()
        if row and row[0]:
            without[f"{name}.{base}"] = int(row[0])
    return without


def _batches(connection: duckdb.DuckDBPyConnection, found: Answer) -> Iterator[pa.Table]:
    """Rows in the order in which they are stored."""
    order = [name for name in order_columns(found.table) if name in found.columns]
    reader = connection.execute(
        f"SELECT {', '.join(found.columns)} FROM {found.name} ORDER BY {', '.join(order)}"
    ).to_arrow_reader(BATCH_ROWS)
    with reader:
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _count(connection: duckdb.DuckDBPyConnection, found: Answer) -> int:
    row = connection.execute(f"SELECT count(*) FROM {found.name}").fetchone()
    return int(row[0]) if row else 0
