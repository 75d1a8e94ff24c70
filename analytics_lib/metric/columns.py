"""Which columns of the canonical tables an expression reads, and how it reads to people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause

from analytics_lib import schema
from analytics_lib.engines import AtReferenceRate

Columns = frozenset[tuple[str, str]]
"""(table, column) pairs of the canonical tables."""


@lru_cache(maxsize=4096)
def columns_of(expression: Any) -> Columns:
    """The canonical columns that an expression reads, also through derived tables and aliases."""
    found: set[tuple[str, str]] = set()
    for element in visitors.iterate(expression):
        if isinstance(element, AtReferenceRate):
            found |= {(schema.exchange_rates.name, name) for name in schema.exchange_rates.c.keys()}  # noqa: SIM118
        if not isinstance(element, ColumnClause) or element.table is None:
            continue
        if isinstance(element, Column) and isinstance(element.table, Table):
            found.add((element.table.name, element.name))
            continue
        for base in element.base_columns - {element}:
            found |= columns_of(base)
    return frozenset(found)


def columns_of_all(expressions: Iterable[ColumnElement[Any] | None]) -> Columns:
    """The columns that any of several expressions reads; None reads nothing."""
    return frozenset(pair for each in expressions if each is not None for pair in columns_of(each))


def text_of(expression: ColumnElement[Any]) -> str:
    """An expression as a reader would write it, without table names."""
    text = str(expression.compile(compile_kwargs={"literal_binds": True}))
    return re.sub(r"\b(\w+)\.(?=[a-z_])", "", " ".join(text.split()))
