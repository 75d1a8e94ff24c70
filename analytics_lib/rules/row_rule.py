"""A rule for the rows of one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column


@dataclass(frozen=True)
class RowRule:
    """One rule of one table; `broken` is true for rows that break it."""

    name: str
    says: str
    table: str
    broken: ColumnElement[bool]

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """The (table, column) pairs that the rule reads."""
        found = (part for part in visitors.iterate(self.broken) if isinstance(part, Column))
        return frozenset((self.table, column.name) for column in found)


def strange(column: ColumnElement[Any], *known: str) -> ColumnElement[bool]:
    """Whether a text is there and none of those known."""
    return column.not_in(known)
