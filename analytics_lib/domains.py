"""The answers of whole domains: their questions put together, asked on one view, and taken apart again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from analytics_lib import sections
from analytics_lib.catalogue import find
from analytics_lib.measure import Answer, Words, answer_from
from analytics_lib.period import Comparison
from analytics_lib.question import Question
from analytics_lib.results import (
    AIUsageAnalytics,
    BookingAnalytics,
    ComprehensiveReport,
    DomainAnalytics,
    Figure,
    Freshness,
    KPIMetrics,
    Part,
    PaymentAnalytics,
    Result,
    UserEngagementAnalytics,
)
from analytics_lib.scope import Scope
from analytics_lib.sections import Asked, Section
from analytics_lib.warehouse import Contents, Reader, Warehouse

_R = TypeVar("_R", bound=Result)

DOMAINS: Mapping[str, tuple[type[Result], sections.Section]] = MappingProxyType(
    {
        "kpis": (KPIMetrics, sections.KPIS),
        "bookings": (BookingAnalytics, sections.BOOKINGS),
        "payments": (PaymentAnalytics, sections.PAYMENTS),
        "ai_usage": (AIUsageAnalytics, sections.AI_USAGE),
        "user_engagement": (UserEngagementAnalytics, sections.USER_ENGAGEMENT),
        "b2c": (DomainAnalytics, sections.B2C),
        "b2b": (DomainAnalytics, sections.B2B),
        "b2b2c": (DomainAnalytics, sections.B2B2C),
        "finance": (DomainAnalytics, sections.FINANCE),
        "reliability": (DomainAnalytics, sections.RELIABILITY),
    }
)

_FIGURE_BYTES = 1_000
"""About what a figure with its texts takes in memory."""


def result_bytes(result: Result | ComprehensiveReport) -> int:
    """About what a result takes in memory."""
    domains = [result] if isinstance(result, Result) else result.domains.values()
    return _FIGURE_BYTES * sum(len(part) for domain in domains for part in domain.parts.values())


def answered(
    domains: Mapping[str, tuple[type[_R], Section]],
    scope: Scope,
    compare: Comparison | None,
    warehouse: Warehouse,
) -> dict[str, _R]:
    """Domain -> its result, all read from one view of the database."""
    with warehouse.reading() as reader:
        contents = reader.contents()
        answers = _answers([section for _, section in domains.values()], scope, compare, reader)
    freshness = Freshness(scope.as_of, _data_through(contents), contents.version, is_partial=scope.is_partial)
    said = scope.to_dict()
    currency = contents.about.get("reporting_currency", "EUR")
    return {
        name: kind(
            scope=MappingProxyType(
                {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
            ),
            currency=currency,
            freshness=freshness,
            parts=MappingProxyType(
                {part: _part(part, asked, answers[_alike(asked)]) for part, asked in section.items()}
            ),
        )
        for name, (kind, section) in domains.items()
    }


def _answers(
    sections: Sequence[Section], scope: Scope, compare: Comparison | None, reader: Reader
) -> dict[Asked, Answer]:
    """Question -> its answer; questions that only name other metrics are put to the database as one."""
    together: dict[Asked, dict[str, None]] = {}
    for section in sections:
        for asked in section.values():
            together.setdefault(_alike(asked), {}).update(dict.fromkeys(asked.metrics))
    found = {}
    for alike, metrics in together.items():
        over = scope.course if alike.over == "course" else None
        against = compare if alike.compare else None
        question = Question.checked(find(metrics), scope, alike.by, over, against)
        found[alike] = answer_from(reader, question)
    return found


def _alike(asked: Asked) -> Asked:
    """What questions share that can be one: cut, they would show each other's groups."""
    return asked if asked.by else replace(asked, metrics=())


def _part(name: str, asked: Asked, answer: Answer) -> Part:
    words, over = answer.frame.attrs["metrics"], answer.frame.attrs["over"]
    wanted: dict[str, list[Mapping[str, Any]]] = {metric: [] for metric in asked.metrics}
    for row in answer.rows:
        if row["metric"] in wanted:
            wanted[row["metric"]].append(row)
    figures = tuple(_figure(row, asked.by, words[metric]) for metric, rows in wanted.items() for row in rows)
    frame = answer.frame[answer.frame["metric"].isin(wanted)]
    frame = frame.reset_index(drop=True)
    frame.attrs = dict(answer.frame.attrs)
    frame.attrs["metrics"] = Words({metric: words[metric] for metric in asked.metrics})
    return Part(name, asked.by, None if over is None else over.value, figures, frame)


def _figure(row: Mapping[str, Any], by: Sequence[str], words: Mapping[str, Any]) -> Figure:
    return Figure(
        metric=row["metric"],
        title=words["title"],
        value=row["value"],
        unit=row["unit"],
        n=int(row["n"]),
        quality=row["quality"],
        reason=row["reason"],
        previous=row.get("previous"),
        change=row.get("change"),
        change_ratio=row.get("change_ratio"),
        better=words["better"],
        group=MappingProxyType({name: row[name] for name in by}),
        bucket=row.get("bucket"),
    )


def _data_through(contents: Contents) -> datetime | None:
    said = contents.about.get("data_through")
    return None if said is None else datetime.fromisoformat(said.removesuffix("Z"))
