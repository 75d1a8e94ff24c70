"""What `sample`, `load` and `check` show a person in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from analytics_lib.audits.check import CheckReport, CoveredColumn
from analytics_lib.rules import RuleBreak
from analytics_lib.sources.load import LoadReport


@contextmanager
def progress(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while a person is watching; call what is given with each advance."""
    columns = (TextColumn(words), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(words, total=total)
        yield lambda advance: bar.advance(task, advance)


def loaded(report: LoadReport) -> str:
    """What was loaded, which rows break a rule, and which could not be converted."""
    rows = {table: number for table, number in report.rows.items() if table not in ("about", "coverage")}
    counts = ", ".join(f"{number:,} {table}" for table, number in rows.items())
    lines = [
        f"Loaded {counts} from {report.source} into {report.database}.",
        f"Data version {report.version[:12]}.",
    ]
    lines += _broken(report.rule_breaks)
    lines += [
        f"{number:,} rows of {table} have no exchange rate." for table, number in report.without_rate.items()
    ]
    return "\n".join(lines)


def checked(report: CheckReport) -> str:
    """What a database can and cannot answer, and why."""
    about = ", ".join(
        f"{key} {report.about[key]}" for key in ("source", "data_through", "zone") if key in report.about
    )
    lines = [
        f"{report.database}: {about}",
        f"Data version {report.version[:24]}{' (live)' if report.is_live else ''}",
    ]
    lines += ["", "Tables", *(f"  {table}: {number:,} rows" for table, number in report.rows.items())]
    lines += [f"  not there: {', '.join(report.missing_tables)}"] if report.missing_tables else []
    lines += ["", "Complete", *_spans(report.covered)]
    absent = [f"{table}.{column}" for table, column in report.missing_columns]
    lines += ["", "Columns not provided", f"  {', '.join(absent)}"] if absent else []
    lines += ["", *(_broken(report.rule_breaks) or ["No row breaks a rule."])]
    left_out = ", ".join(f"{number:,} {table}" for table, number in report.test_records.items() if number)
    lines += [f"Test records, which are left out: {left_out or 'none'}."] if report.test_records else []
    lines += [
        f"{number:,} rows of {table} have no base amount." for table, number in report.without_base.items()
    ]
    lines += [f"Missing index: {index}" for index in report.missing_indexes]
    lines += ["", f"Metrics that can be answered ({len(report.served)})", f"  {', '.join(report.served)}"]
    if report.not_served:
        lines += [f"Metrics that cannot ({len(report.not_served)})"]
        lines += [f"  {name}: {reason}" for name, reason in report.not_served.items()]
    return "\n".join(lines)


def _broken(breaks: Iterable[RuleBreak]) -> list[str]:
    """By table, how many rows break which rule, and the first of them."""
    by_table: dict[str, list[RuleBreak]] = {}
    for each in breaks:
        by_table.setdefault(each.table, []).append(each)
    width = max((len(f"{each.rows:,}") for found in by_table.values() for each in found), default=0)
    lines = ["Rows that break a rule"] if by_table else []
    for table, found in by_table.items():
        lines += [f"  {table}"]
        lines += [f"    {each.rows:>{width},}  {each.says} ({each.rule}{_examples(each)})" for each in found]
    return lines


def _examples(broken: RuleBreak) -> str:
    """The keys of rows at fault; dots where there are more."""
    more = ("...",) if broken.rows > len(broken.examples) else ()
    return f": {'; '.join((*broken.examples, *more))}" if broken.examples else ""


def _spans(covered: Iterable[CoveredColumn]) -> Iterator[str]:
    """Columns that are complete over the same span in one line."""
    together: dict[tuple[str, str], list[str]] = {}
    for each in covered:
        start = "the beginning" if each.complete_from is None else f"{each.complete_from:%Y-%m-%d}"
        end = "the end" if each.complete_through is None else f"{each.complete_through:%Y-%m-%d}"
        together.setdefault((each.table, f"{start} to {end}"), []).append(each.column)
    for (table, span), columns in together.items():
        yield f"  {table}, {span}: {', '.join(columns)}"
