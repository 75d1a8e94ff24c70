"""What must hold between rows and between tables, and who breaks it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Select, func, select

from analytics_lib.rules import EXAMPLES, RuleBreak, shown
from analytics_lib.warehouse import Reader

_FOUND = "rows_at_fault"


@dataclass(frozen=True, eq=False)
class Audit:
    """One rule that no single row can answer; `at_fault` selects the keys of the rows of `table` at fault.

    `columns` are the (table, column) pairs that it reads.
    """

    name: str
    says: str
    table: str
    columns: frozenset[tuple[str, str]]
    at_fault: Select[Any]


def reads(*columns: Column[Any]) -> frozenset[tuple[str, str]]:
    """Columns as (table, column) pairs."""
    return frozenset((column.table.name, column.name) for column in columns)


def audit_breaks(
    reader: Reader, provided: Collection[tuple[str, str]], audits: Iterable[Audit]
) -> tuple[RuleBreak, ...]:
    """The audits that find rows at fault, in their order; passed over if their columns are not `provided`."""
    there = set(provided)
    found = (_found(reader, audit) for audit in audits if audit.columns <= there)
    return tuple(each for each in found if each.rows)


def _found(reader: Reader, audit: Audit) -> RuleBreak:
    """Number and first keys in one reading."""
    keys = audit.at_fault.subquery("at_fault")
    counted = func.count().over().label(_FOUND)
    rows = reader.fetch(select(*keys.c, counted).order_by(*keys.c).limit(EXAMPLES))
    number = 0 if rows.empty else int(rows[_FOUND].iloc[0])
    return RuleBreak(audit.name, audit.says, audit.table, number, shown(rows.drop(columns=_FOUND)))
