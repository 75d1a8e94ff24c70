"""What `load` and `check` say to a person in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analytics_lib.audits.check import CheckReport, CoveredColumn
from analytics_lib.rules import RuleBreak
from analytics_lib.sources.load import LoadReport


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
    lines += [
        f"{number:,} test records of {table} are left out." for table, number in report.test_records.items()
    ]
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
    found = [f"  {each.rows:,} {each.table}: {each.says} ({each.rule}; {_examples(each)})" for each in breaks]
    return ["Rows that break a rule", *found] if found else []


def _examples(broken: RuleBreak) -> str:
    return f"such as {', '.join(broken.examples)}"


def _spans(covered: Iterable[CoveredColumn]) -> Iterator[str]:
    """Columns that are complete over the same span in one line."""
    together: dict[tuple[str, str], list[str]] = {}
    for each in covered:
        start = "the beginning" if each.complete_from is None else f"{each.complete_from:%Y-%m-%d}"
        end = "the end" if each.complete_through is None else f"{each.complete_through:%Y-%m-%d}"
        together.setdefault((each.table, f"{start} to {end}"), []).append(each.column)
    for (table, span), columns in together.items():
        yield f"  {table}, {span}: {', '.join(columns)}"
