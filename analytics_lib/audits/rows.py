"""Rules for single rows that depend on what the database says about itself, or hold for every table alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, DateTime, Table, Text, case, cast, func, or_

from analytics_lib import schema
from analytics_lib.audits.references import DATA, referred
from analytics_lib.rules import RowRule
from analytics_lib.warehouse import Contents

# Patterns that match a whole text, which both engines understand alike. An address ends in a name of
# letters, so that versions (tool@1.2.3) are none; a telephone number begins with its country code.
_ADDRESS = "^(.*[^A-Za-z0-9._%+-])?[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+[.])+[A-Za-z]{2,}([^A-Za-z0-9].*)?$"
_TELEPHONE = "^(.*[^A-Za-z0-9])?[+][1-9]([ ()./-]{0,2}[0-9]){7,14}([^0-9].*)?$"
_SIGNS = (("@", _ADDRESS), ("+", _TELEPHONE))


def late_rows(contents: Contents) -> Iterator[RowRule]:
    """Per table of events those that lie outside the data's own range; nothing where none is told."""
    begin, end = (_instant(contents, name) for name in ("data_from", "data_through"))
    for table in DATA:
        if not _holds_events(table):
            continue
        broken: list[ColumnElement[bool]] = []
        for column in _provided(contents, table, DateTime):
            broken += [] if begin is None else [column < begin]
            broken += [] if end is None else [column >= end]
        if broken:
            late = or_(*broken)
            if table is schema.outages:
                # Maintenance is announced.
                late &= func.coalesce(table.c.kind, "") != "maintenance"
            yield RowRule(
                "late_row", "Nothing happens before the data begin or after they end.", table.name, late
            )


def personal_data(contents: Contents) -> Iterator[RowRule]:
    """Per table the rows of which some text holds what only a person has.

    A reference is left to the table that it refers to, if that is there, and to the search for orphans.
    """
    for table in DATA:
        texts = [
            cast(column, Text)
            for column in _provided(contents, table, Text)
            if not _stands_elsewhere(contents, column)
        ]
        if texts:
            yield RowRule(
                "personal_datum",
                "No text holds an e-mail address or a telephone number.",
                table.name,
                or_(*(_holds(text, sign, pattern) for text in texts for sign, pattern in _SIGNS)),
            )


def _holds(text: ColumnElement[str], sign: str, pattern: str) -> ColumnElement[bool]:
    """Whether a text matches in any of its lines; only those with the sign are tried, which few have."""
    lines = func.replace(text, "\n", " ", type_=Text())
    return case((func.strpos(text, sign) > 0, lines.regexp_match(pattern)), else_=False)


def _stands_elsewhere(contents: Contents, column: Column[Any]) -> bool:
    parent = referred(column)
    return parent is not None and (parent.name, schema.key_columns(parent)[0]) in contents.provided


def _holds_events(table: Table) -> bool:
    """Whether rows are what happened, rather than what things were and are to be."""
    return "is_test" in table.c or table in (schema.outages, schema.request_counts)


def _provided(contents: Contents, table: Table, kind: type[DateTime | Text]) -> list[Column[Any]]:
    return [
        column
        for column in table.columns
        if isinstance(column.type, kind) and (table.name, column.name) in contents.provided
    ]


def _instant(contents: Contents, name: str) -> datetime | None:
    """An instant of `about`; None where it is not told or cannot be read."""
    try:
        told = datetime.fromisoformat(contents.about.get(name, "").removesuffix("Z"))
    except ValueError:
        return None
    return told.astimezone(UTC).replace(tzinfo=None) if told.tzinfo else told
