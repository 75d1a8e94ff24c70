"""What a database can and cannot answer: tables, columns, rows at fault, indexes, metrics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

import pandas as pd
from sqlalchemy import ColumnElement, Table, column, func, select, table

from analytics_lib.audits.audit import Audit, audit_breaks
from analytics_lib.audits.conversion import base_differs, wrong_rates
from analytics_lib.audits.references import DATA, orphans, repeated_keys
from analytics_lib.audits.rows import late_rows, personal_data
from analytics_lib.audits.scopes import scope_mismatches
from analytics_lib.audits.spans import overlapping_terms
from analytics_lib.audits.sums import sums
from analytics_lib.rules import RULES, RowRule, RuleBreak, rule_breaks
from analytics_lib.warehouse import Contents, Reader, Warehouse
from analytics_lib.warehouse.indexes import NEEDED, NeededIndex

_BASE = "_base_minor"


class Servable(Protocol):
    """What must be known of a metric to say whether it can be served."""

    @property
    def name(self) -> str: ...
    @property
    def requires(self) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that it reads."""


@dataclass(frozen=True)
class CoveredColumn:
    """A column that the source provides, complete in [complete_from, complete_through), UTC."""

    table: str
    column: str
    complete_from: datetime | None
    complete_through: datetime | None


@dataclass(frozen=True)
class CheckReport:
    """What one version of a database can and cannot answer."""

    database: str
    version: str
    is_live: bool
    about: Mapping[str, str]
    rows: Mapping[str, int]
    """Rows per table that is there and that the source provides."""
    missing_tables: tuple[str, ...]
    covered: tuple[CoveredColumn, ...]
    missing_columns: tuple[tuple[str, str], ...]
    """Columns that the source does not provide, of tables that it does."""
    rule_breaks: tuple[RuleBreak, ...]
    test_records: Mapping[str, int]
    """Rows per table that are marked as test or internal; every metric leaves them out."""
    without_base: Mapping[str, int]
    """Rows per 'table.column' with an amount that no rate could convert."""
    missing_indexes: tuple[str, ...]
    served: tuple[str, ...]
    not_served: Mapping[str, str]
    """Why, per metric."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON; instants in ISO format."""
        return {
            "database": self.database,
            "version": self.version,
            "is_live": self.is_live,
            "about": dict(self.about),
            "rows": dict(self.rows),
            "missing_tables": list(self.missing_tables),
            "covered": [
                {
                    "table": part.table,
                    "column": part.column,
                    "complete_from": part.complete_from and part.complete_from.isoformat(),
                    "complete_through": part.complete_through and part.complete_through.isoformat(),
                }
                for part in self.covered
            ],
            "missing_columns": [{"table": name, "column": part} for name, part in self.missing_columns],
            "rule_breaks": [found.to_dict() for found in self.rule_breaks],
            "test_records": dict(self.test_records),
            "without_base": dict(self.without_base),
            "missing_indexes": list(self.missing_indexes),
            "served": list(self.served),
            "not_served": dict(self.not_served),
        }


def check(warehouse: Warehouse, metrics: Iterable[Servable] = ()) -> CheckReport:
    """Look through a database as one consistent view.

    A table is there if the source provides one of its columns; where nobody wrote `coverage` (a platform's
    own live tables), whatever columns exist count as provided.
    """
    with warehouse.reading() as reader:
        now = reader.contents()
        provided = now.provided
        there = [t for t in DATA if any((t.name, part.name) in provided for part in t.columns)]
        reasons = {metric.name: _reason(metric, provided) for metric in metrics}
        return CheckReport(
            database=warehouse.url,
            version=now.version,
            is_live=now.is_live,
            about=now.about,
            rows=MappingProxyType({t.name: _count(reader, t) for t in there}),
            missing_tables=tuple(t.name for t in DATA if t not in there),
            covered=_covered(now),
            missing_columns=tuple(
                (t.name, part.name)
                for t in there
                for part in t.columns
                if (t.name, part.name) not in provided
            ),
            rule_breaks=(
                *rule_breaks(reader, provided, all_row_rules(now)),
                *audit_breaks(reader, provided, all_audits(now)),
            ),
            test_records=_test_records(reader, there, provided),
            without_base=_without_base(reader, there, now.columns),
            missing_indexes=_missing_indexes(reader, there) if warehouse.dialect_name == "postgresql" else (),
            served=tuple(name for name, reason in reasons.items() if not reason),
            not_served=MappingProxyType({name: reason for name, reason in reasons.items() if reason}),
        )


def all_row_rules(now: Contents) -> Iterator[RowRule]:
    """All rules that a row fulfils or breaks by itself."""
    yield from RULES
    yield from base_differs(now)
    yield from late_rows(now)
    yield from personal_data(now)


def all_audits(now: Contents) -> Iterator[Audit]:
    """All that must hold between rows and between tables."""
    yield from repeated_keys()
    yield from orphans()
    yield from scope_mismatches(now)
    yield from sums(now)
    yield overlapping_terms()
    yield from wrong_rates(now)


def _covered(now: Contents) -> tuple[CoveredColumn, ...]:
    if now.coverage.empty:
        return tuple(CoveredColumn(name, part, None, None) for name, part in sorted(now.provided))
    return tuple(
        CoveredColumn(str(row[0]), str(row[1]), _instant(row[2]), _instant(row[3]))
        for row in now.coverage.itertuples(index=False)
    )


def _instant(value: Any) -> datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()


def _count(reader: Reader, counted: Table, where: ColumnElement[bool] | None = None) -> int:
    question = select(func.count().label("n")).select_from(counted)
    frame = reader.fetch(question if where is None else question.where(where))
    return int(frame["n"].iloc[0])


def _test_records(
    reader: Reader, there: Iterable[Table], provided: frozenset[tuple[str, str]]
) -> Mapping[str, int]:
    marked = [part for part in there if (part.name, "is_test") in provided]
    return MappingProxyType({part.name: _count(reader, part, part.c.is_test) for part in marked})


def _without_base(
    reader: Reader, there: Iterable[Table], columns: frozenset[tuple[str, str]]
) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for part in there:
        for base in (each for each in part.columns if each.name.endswith(_BASE)):
            own = base.name.replace(_BASE, "_minor")
            if {(part.name, base.name), (part.name, own)} <= columns:
                lost = _count(reader, part, part.c[own].is_not(None) & base.is_(None))
                found |= {f"{part.name}.{base.name}": lost} if lost else {}
    return MappingProxyType(found)


def _missing_indexes(reader: Reader, there: Iterable[Table]) -> tuple[str, ...]:
    """The needed indexes that no index of the table begins with, as 'table (columns)'."""
    names = {part.name for part in there}
    indexes = table("pg_indexes", column("tablename"), column("indexdef"))
    frame = reader.fetch(select(indexes.c.tablename, indexes.c.indexdef))
    found: dict[str, list[tuple[str, ...]]] = {}
    for name, definition in frame.itertuples(index=False):
        listed = re.search(r"\(([^)]*)\)", str(definition))
        if listed and " WHERE " not in str(definition):
            columns = tuple(part.split()[0].strip('"') for part in listed[1].split(",") if part.strip())
            found.setdefault(str(name), []).append(columns)

    def served(needed: NeededIndex) -> bool:
        wanted = needed.columns
        return any(columns[: len(wanted)] == wanted for columns in found.get(needed.table, []))

    return tuple(
        f"{needed.table} ({', '.join(needed.columns)})"
        for needed in NEEDED
        if needed.table in names and not served(needed)
    )


def _reason(metric: Servable, provided: frozenset[tuple[str, str]]) -> str:
    """Why a metric cannot be served; empty if it can."""
    lacking = sorted(metric.requires - provided)
    if not lacking:
        return ""
    tables = {name for name, _ in provided}
    gone = sorted({name for name, _ in lacking} - tables)
    if gone:
        return f"the source provides no {' and no '.join(gone)}"
    return f"the source does not provide {', '.join(f'{name}.{part}' for name, part in lacking)}"
