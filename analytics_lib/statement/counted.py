"""One SELECT per (fact, timestamp): its aggregates, its arms, its filters.

An arm is one scope of the question: the period asked for, and beside it the period it is compared
with. Arms are joined by UNION ALL, each with its own period filter on the raw UTC column, so that
indexes and zone maps serve both.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    and_,
    cast,
    column,
    func,
    literal,
    values,
)

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import counted, distinct, exact_sum, quantile
from analytics_lib.facts import span
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Leaf, Metric
from analytics_lib.scope import Scope, local_midnight_after
from analytics_lib.statement.asking import ROWS, OneSelect, Rows, of_all_arms
from analytics_lib.statement.conditions import spelled, without_shared
from analytics_lib.statement.numbers import ranked, summed
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import Constants, as_bucket, windows

Label = tuple[str, str, str, str | None]
Labels = dict[str, Label]
"""Metric name -> labels of (value, rows with a value, rows that qualify, customers if these are asked)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Counted(OneSelect):
    """A SELECT over one fact by one timestamp, and how to read it."""

    leaves: tuple[Metric, ...]
    labels: Mapping[str, Label]

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each row of the answer and metric."""
        for place, row in self.placed(answers):
            for metric in self.leaves:
                yield place, metric, _cell(metric, row, self.labels[metric.name])


def build(
    metrics: Sequence[Metric], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Counted:
    """The SELECT that answers metrics of one fact and one timestamp for all arms."""
    labels: Labels = {}
    if _are_read_together(arms, metrics, by):
        parts = [_arm(arms[0], metrics, by, over, labels, before=arms[1])]
    else:
        parts = [_arm(arm, metrics, by, over, labels) for arm in arms]
    return Counted(
        query=of_all_arms(parts),
        by=tuple(by),
        has_buckets=over is not None,
        leaves=tuple(metrics),
        labels=labels,
    )


def _are_read_together(arms: Sequence[Arm], metrics: Sequence[Metric], by: Sequence[str]) -> bool:
    """Whether one SELECT should read the rows of a period and of the one just before it.

    It pays where a row has to be joined or worked out; to scan two periods apart takes no longer than both at
    once, and aggregates are faster without a group.
    """
    fact = metrics[0].rows
    is_adjacent = len(arms) == 2 and arms[1].scope.until == arms[0].scope.period.start
    if not is_adjacent or fact.spread or fact.knows_until:
        return False
    read = [each for metric in metrics for each in (metric.where, metric.value, metric.dated)]
    read += [fact.keeps, *(fact.dimensions[name].expression for name in by)]
    return fact.is_narrowed or bool(fact.joins_for(*(each for each in read if each is not None)))


def _arm(
    arm: Arm,
    metrics: Sequence[Metric],
    by: Sequence[str],
    over: TimeFrame | None,
    labels: Labels,
    before: Arm | None = None,
) -> Select[Any]:
    fact, dated = metrics[0].rows, metrics[0].dated
    spans = _spans(arm.scope, over) if fact.spread else None
    view = View(arm, fact, dated, tables={} if spans is None else {span: spans}, before=before)
    keys: list[ColumnElement[Any]] = []
    if over is not None:
        bucket = view.bucket(over) if spans is None else cast(spans.c.bucket, DateTime)
        keys.append(bucket.label("bucket"))
    keys += view.keys(by)
    filters = view.kept()
    if not by and view.customer is None:
        # No group is to be told of which nothing counts, so what counts for no metric need not be read.
        shared, metrics = without_shared(metrics)
        filters += [view.resolved(condition) for condition in shared]
    aggregates = aggregates_of(metrics, view, labels)
    if spans is None:
        filters = view.in_period(view.began, arm.scope.until) + filters
    query = view.select(*keys, *aggregates, using=filters)
    if spans is not None and fact.spread is not None:
        first, last = fact.spread
        within = and_(first < spans.c.high, last > spans.c.low)
        query = query.where(within) if isinstance(spans, Constants) else query.join(spans, within)
    together = [] if before is None else [view.arm_key]
    query = query.where(*filters).group_by(*together, *keys)
    return view.narrowed(query, view.began, arm.scope.until)


def aggregates_of(metrics: Sequence[Metric], view: View, labels: Labels) -> list[ColumnElement[Any]]:
    """Each distinct aggregate once, although several metrics may rest on it."""
    found: dict[tuple[Hashable, ...], ColumnElement[Any]] = {}

    def labelled(aggregate: Callable[[], ColumnElement[Any]], *identity: Hashable) -> str:
        if identity not in found:
            found[identity] = aggregate().label(f"m{len(found)}" if found else ROWS)
        return str(found[identity].name)

    resolved = _Resolved(view)
    labelled(func.count, "seen", "")
    who = view.customer
    for metric in metrics:
        where, kept = resolved(metric.where), spelled(metric.where)
        seen = labelled(partial(counted, None, where), "seen", kept)
        customers = None if who is None else labelled(partial(distinct, who, None), "customers")
        if metric.value is None:
            labels[metric.name] = (seen, seen, seen, customers)
            continue
        value, what = resolved(metric.value), spelled(metric.value)
        with_value = seen
        if not metric.always_has_value:
            with_value = labelled(partial(counted, value, where), "there", what, kept)
        match metric.how:
            case "count":
                labels[metric.name] = (with_value, with_value, with_value, customers)
                continue
            case "sum":
                answer = partial(exact_sum, value, where)
            case "distinct":
                answer = partial(distinct, value, where)
            case _:
                answer = partial(quantile, value, metric.share, where)
        label = labelled(answer, metric.how, metric.share, what, kept)
        labels[metric.name] = (label, with_value, seen, customers)
    return list(found.values())


class _Resolved:
    """Expressions as a view reads them, each worked out once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._found: dict[int, tuple[Any, Any]] = {}

    def __call__(self, expression: Any) -> Any:
        if expression is None:
            return None
        if id(expression) not in self._found:
            # With the expression beside it, so that its id is not given to another.
            self._found[id(expression)] = expression, self._view.resolved(expression)
        return self._found[id(expression)][1]


def _cell(metric: Metric, row: Mapping[Any, Any], labels: Label) -> Cell:
    cell = _number(metric, row, labels)
    # The size of the group, whatever the metric counts of it: so all that is told of it is withheld together.
    return cell if labels[3] is None else replace(cell, customers=int(row[labels[3]]))


def _number(metric: Metric, row: Mapping[Any, Any], labels: Label) -> Cell:
    value, with_value, seen = row[labels[0]], int(row[labels[1]]), int(row[labels[2]])
    match metric.how:
        case "sum":
            return summed(value, with_value, seen, metric.per)
        case "quantile":
            return ranked(value, with_value, metric.small_base, metric.per)
        case _:
            return Cell(int(value), with_value)


class Span(NamedTuple):
    """The local dates [low, high) of a bucket."""

    bucket: Any
    low: Any
    high: Any


def _spans(scope: Scope, over: TimeFrame | None) -> Any:
    """The buckets' local dates, to spread stays over: a table, or the only one."""
    rows = [
        Span(
            cast(literal(as_bucket(window, scope)), DateTime),
            cast(literal(local_midnight_after(window.start, scope.zone)), Date),
            cast(literal(local_midnight_after(window.end, scope.zone)), Date),
        )
        for window in windows(scope, over)
    ]
    if over is None:
        return Constants(rows[0])
    shape = values(column("bucket", DateTime), column("low", Date), column("high", Date), name="span")
    return shape.data(rows)
