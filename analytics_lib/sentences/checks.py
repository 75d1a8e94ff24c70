"""What was checked in the data, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.sentences.prose import Prose, plain


class Break(Protocol):
    """A rule that rows break."""

    @property
    def says(self) -> str: ...
    @property
    def table(self) -> str: ...
    @property
    def rows(self) -> int: ...


class Checked(Protocol):
    """What `AnalyticsService.check` found."""

    @property
    def rows(self) -> Mapping[str, int]: ...
    @property
    def rule_breaks(self) -> Sequence[Break]: ...
    @property
    def without_base(self) -> Mapping[str, int]: ...
    @property
    def missing_tables(self) -> Sequence[str]: ...
    @property
    def not_served(self) -> Mapping[str, str]: ...


def checks(report: Checked, *, locale: str = "en") -> Prose:
    """How much was looked through, which rules are broken by how many rows, and what cannot be answered."""
    say = texts(locale)
    seen = formatting.count(sum(report.rows.values()), locale)
    lines = [say("{rows} rows of {tables} tables were checked.").format(rows=seen, tables=len(report.rows))]
    found = [
        say("- In {table}, {rows} rows: {rule}").format(
            table=f"`{each.table}`", rows=formatting.count(each.rows, locale), rule=plain(each.says)
        )
        for each in report.rule_breaks
    ]
    found += [
        say("- {rows} amounts of {column} have no exchange rate, and are in no sum.").format(
            rows=formatting.count(rows, locale), column=f"`{column}`"
        )
        for column, rows in report.without_base.items()
        if rows
    ]
    lines.append("\n".join(found or [say("- Every row keeps every rule.")]))
    if report.not_served:
        text = say("{count} metrics cannot be answered, because the source has no {tables}.")
        tables = ", ".join(f"`{name}`" for name in report.missing_tables) or say("such columns")
        lines.append(text.format(count=len(report.not_served), tables=tables))
    return Prose("\n\n".join(lines))
