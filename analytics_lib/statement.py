"""One SELECT per (fact, timestamp): its aggregates, its arms, its filters.

An arm is one scope of the question: the period asked for, and beside it the period it is compared
with. Arms are joined by UNION ALL, each with its own period filter on the raw UTC column, so that
indexes and zone maps serve both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Select,
    and_,
    case,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, Null

from analytics_lib.engines import (
    LocalDate,
    counted,
    distinct,
    exact_sum,
    hour_key,
    local_clock,
    quantile,
    truncated,
)
from analytics_lib.facts import UNKNOWN, Fact, span
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Metric
from analytics_lib.scope import Scope, local_midnight_after

LONGEST_AHEAD = timedelta(days=3653)
"""How long before a period its stays may have been booked, for the local day of their booking."""

_SPELLING: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
"""Any engine's will do to tell one aggregate from another."""


@dataclass(frozen=True)
class Arm:
    """One scope of the question; `partners` are the scope's with all their children."""

    label: int
    scope: Scope
    partners: tuple[str, ...]
    knows_all: bool
    """Whether nothing in the data is later than the scope's as_of, so that no state needs cutting."""
    all_marked: bool
    """Whether every row says if it is a test, as in all data that was published; live tables may not."""


@dataclass(frozen=True, eq=False)
class Statement:
    """A SELECT and how to read it: for each metric the labels of its value, its counted and its seen rows."""

    query: Select[Any] | CompoundSelect[Any]
    metrics: tuple[Metric, ...]
    labels: Mapping[str, tuple[str, str, str]]
    """Metric name -> (value, rows with a value, rows that qualify)."""


def build(
    metrics: Sequence[Metric], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Statement:
    """The SELECT that answers metrics of one fact and one timestamp for all arms."""
    fact, dated = metrics[0].rows, metrics[0].dated
    labels: dict[str, tuple[str, str, str]] = {}
    parts = [_arm(arm, fact, dated, metrics, by, over, labels) for arm in arms]
    query = parts[0] if len(parts) == 1 else union_all(*parts)
    return Statement(query, tuple(metrics), labels)


def _arm(
    arm: Arm,
    fact: Fact,
    dated: ColumnElement[Any],
    metrics: Sequence[Metric],
    by: Sequence[str],
    over: TimeFrame | None,
    labels: dict[str, tuple[str, str, str]],
) -> Select[Any]:
    keys: list[ColumnElement[Any]] = []
    spans = _spans(arm.scope, over) if fact.spread else None
    if over is not None:
        bucket = cast(spans.c.bucket, DateTime) if spans is not None else _bucket(arm.scope, dated, over)
        keys.append(bucket.label("bucket"))
    dimensions = [fact.dimensions[name] for name in by]
    for dimension in dimensions:
        value = _resolved(dimension.expression, arm, fact, spans, dated)
        keys.append(func.coalesce(value, UNKNOWN).label(f"by_{dimension.name}"))
    aggregates = _aggregates(metrics, arm, fact, spans, labels, dated)
    query = select(literal_column(str(arm.label)).label("arm"), *keys, *aggregates).select_from(fact.table)
    for target, condition in dict(pair for dimension in dimensions for pair in dimension.lookups).items():
        query = query.outerjoin(target, condition)
    if spans is not None and fact.spread is not None:
        first, last = fact.spread
        query = query.join(spans, and_(first < spans.c.high, last > spans.c.low))
    return query.where(*_filters(arm, fact, dated)).group_by(*keys)


def _aggregates(
    metrics: Sequence[Metric],
    arm: Arm,
    fact: Fact,
    spans: Any,
    labels: dict[str, tuple[str, str, str]],
    dated: ColumnElement[Any],
) -> list[ColumnElement[Any]]:
    """Each distinct aggregate once, although several metrics may rest on it."""
    found: dict[str, ColumnElement[Any]] = {}

    def labelled(aggregate: ColumnElement[Any]) -> str:
        compiled = aggregate.compile(dialect=_SPELLING)
        identity = f"{compiled} {sorted(compiled.params.items(), key=str)}"
        if identity not in found:
            found[identity] = aggregate.label(f"m{len(found)}")
        return str(found[identity].name)

    labelled(func.count())
    for metric in metrics:
        where = None if metric.where is None else _resolved(metric.where, arm, fact, spans, dated)
        seen = labelled(counted(None, where))
        if metric.value is None:
            labels[metric.name] = (seen, seen, seen)
            continue
        value = _resolved(metric.value, arm, fact, spans, dated)
        with_value = seen if metric.always_has_value else labelled(counted(value, where))
        match metric.how:
            case "count":
                labels[metric.name] = (with_value, with_value, with_value)
                continue
            case "sum":
                answer = exact_sum(value, where)
            case "distinct":
                answer = distinct(value, where)
            case _:
                answer = quantile(value, metric.share, where)
        labels[metric.name] = (labelled(answer), with_value, seen)
    return list(found.values())


def _bucket(scope: Scope, dated: ColumnElement[Any], over: TimeFrame) -> ColumnElement[Any]:
    if isinstance(dated.type, Date):
        midnight = cast(dated, DateTime)
        return midnight if over is TimeFrame.DAY else truncated(midnight, over)
    if over is TimeFrame.HOUR:
        return hour_key(dated, scope.offsets())
    return truncated(local_clock(dated, scope.offsets()), over)


def _spans(scope: Scope, over: TimeFrame | None) -> Any:
    """The buckets' local dates [low, high) as rows, to spread stays over."""
    if over is None:
        bounds = [(scope.period.local_start, scope.period.start, scope.until)]
    else:
        bounds = [(bucket.key, bucket.start, bucket.end) for bucket in scope.buckets(over)]
    rows = [
        (key, local_midnight_after(start, scope.zone), local_midnight_after(end, scope.zone))
        for key, start, end in bounds
    ]
    shape = values(column("bucket", DateTime), column("low", Date), column("high", Date), name="span")
    typed = [
        (cast(literal(key), DateTime), cast(literal(low), Date), cast(literal(high), Date))
        for key, low, high in rows
    ]
    return shape.data(typed)


def _filters(arm: Arm, fact: Fact, dated: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Period, test records, business models and partners: applied here, so that no metric can forget them."""
    scope = arm.scope
    model, partner, is_test = fact.scope_columns
    # "= false" alone can be answered from zone maps, which is a quarter of a scan.
    no_test = is_test == false()
    kept: list[ColumnElement[bool]] = [no_test if arm.all_marked else or_(no_test, is_test.is_(None))]
    if fact.spread is None and isinstance(dated.type, Date):
        low = local_midnight_after(scope.period.start, scope.zone)
        kept += [dated >= low, dated < local_midnight_after(scope.until, scope.zone)]
    elif fact.spread is None:
        kept += [dated >= scope.period.start, dated < scope.until]
    if dated is not fact.known_at:
        kept.append(fact.known_at.is_not(None) if arm.knows_all else fact.known_at < scope.as_of)
    if scope.business_models:
        kept.append(model.in_([value.value for value in scope.business_models]))
    if scope.partners:
        kept.append(partner.in_(arm.partners))
    return kept


def _resolved(
    expression: ColumnElement[Any], arm: Arm, fact: Fact, spans: Any, dated: ColumnElement[Any]
) -> ColumnElement[Any]:
    """The expression with local dates in the reporting zone, and states as they were known at `as_of`."""
    as_of = arm.scope.as_of

    def is_later_state(element: object) -> bool:
        return (
            not arm.knows_all
            and isinstance(element, Column)
            and element.table is fact.table
            and isinstance(element.type, DateTime)
            and element is not fact.known_at
        )

    def replaced(element: Any, **_: Any) -> Any:
        if isinstance(element, LocalDate):
            (instant,) = element.clauses
            offsets = arm.scope.offsets(None if instant is dated else LONGEST_AHEAD)
            if not arm.knows_all and is_later_state(instant):
                instant = known(instant, as_of)
            return cast(local_clock(instant, offsets), Date)
        if (
            spans is not None
            and isinstance(element, ColumnElement)
            and getattr(element, "table", None) is span
        ):
            return spans.c[element.name]
        if (
            isinstance(element, BinaryExpression)
            and isinstance(element.right, Null)
            and is_later_state(element.left)
        ):
            if element.operator is operators.is_not:
                return and_(element.left.is_not(None), element.left < as_of).self_group(operators.and_)
            return or_(element.left.is_(None), element.left >= as_of).self_group(operators.and_)
        return known(element, as_of) if is_later_state(element) else None

    resolved: ColumnElement[Any] = visitors.replacement_traverse(expression, {}, replaced)
    return resolved


def known(instant: ColumnElement[datetime], as_of: datetime) -> ColumnElement[Any]:
    """The instant if it lies before `as_of`, else NULL: what happens later is not known yet."""
    return case((instant < as_of, instant))
