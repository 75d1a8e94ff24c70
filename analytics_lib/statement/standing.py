"""What stands at the end of each bucket: rows that are open, and snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, and_, cast, or_
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import counted, distinct, exact_sum, quantile
from analytics_lib.facts import Fact, Snapshot, moment
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Leaf, Stock
from analytics_lib.statement.asking import OneSelect, Rows, of_all_arms
from analytics_lib.statement.numbers import ranked, summed
from analytics_lib.statement.view import Arm, View, spelled
from analytics_lib.statement.windows import beside, moments, moments_table

Labels = tuple[str, str, str]
"""Where a stock's value, its rows with a value and the rows that qualify stand."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Standing(OneSelect):
    """One SELECT for the stocks that open and close by the same timestamps."""

    leaves: tuple[Stock, ...]
    labels: tuple[Labels, ...]

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each row of the answer and stock."""
        for place, row in self.placed(answers):
            for stock, (value, with_value, seen) in zip(self.leaves, self.labels, strict=True):
                cell = _standing(stock, row[value], int(row[with_value]), int(row[seen]))
                if CUSTOMERS in row:
                    cell = replace(cell, customers=int(row[CUSTOMERS]))
                yield place, stock, cell


def build_standing(
    stocks: Sequence[Stock], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Standing:
    """The SELECT that answers stocks of one fact, opened and closed by the same columns, for all arms."""
    parts = [_standing_arm(arm, stocks, by, over) for arm in arms]
    return Standing(
        query=of_all_arms(parts),
        by=tuple(by),
        has_buckets=over is not None,
        leaves=tuple(stocks),
        labels=tuple(_labels(index, stock) for index, stock in enumerate(stocks)),
    )


@dataclass(frozen=True, eq=False)
class _Moments:
    """The moments of one arm and its scope, for a snapshot to be made."""

    arm: Arm
    ends: Any

    def kept(self, fact: Fact) -> list[ColumnElement[bool]]:
        return View(self.arm, fact, as_of=self.ends.c.instant, tables={moment: self.ends}).kept()


def _standing_arm(
    arm: Arm, stocks: Sequence[Stock], by: Sequence[str], over: TimeFrame | None
) -> Select[Any]:
    first = stocks[0]
    if isinstance(first.rows, Snapshot):
        ends = moments_table([arm], over, first.at)
        rows = first.rows.rows_at(_Moments(arm, ends)).subquery("states")
        view = View(arm, first.rows, tables={first.rows.table: rows})
        keys = bucket_and_keys(rows.c.bucket, view, by, over)
        return view.select(*keys, *_aggregates(stocks, view)).group_by(*keys)
    ends = moments(arm, over, first.at)
    view = View(arm, first.rows, as_of=ends.c.instant, tables={moment: ends})
    keys = bucket_and_keys(ends.c.bucket, view, by, over)
    filters = [first.opened < ends.c.instant, *view.kept()] if first.opened is not None else view.kept()
    if first.closed is not None:
        # What closed as a period began was not open in it; at a moment, what closes then still stands.
        open_still = first.closed > ends.c.begin if first.at == "during" else first.closed >= ends.c.instant
        filters.append(or_(first.closed.is_(None), open_still))
    if not by and view.customer is None:
        # There is no group to show that none of its rows qualifies: these need not be read at all.
        shared, stocks = _shared(stocks)
        filters += [view.resolved(each) for each in shared]
    columns = list(_aggregates(stocks, view))
    query = beside(view.select(*keys, *columns, using=filters), ends)
    return query.where(*filters).group_by(*keys)


def _shared(stocks: Sequence[Stock]) -> tuple[list[ColumnElement[bool]], list[Stock]]:
    """The conditions that all of the stocks have, and the stocks without them."""
    each = [_conditions(stock.where) for stock in stocks]
    shared = set.intersection(*(set(conditions) for conditions in each))
    rest = [
        replace(stock, where=and_(*left) if (left := _without(conditions, shared)) else None)
        for stock, conditions in zip(stocks, each, strict=True)
    ]
    return [each[0][text] for text in each[0] if text in shared], rest


def _conditions(where: ColumnElement[bool] | None) -> dict[str, ColumnElement[bool]]:
    """The conditions that are joined by AND, by what tells them apart."""
    if where is None:
        return {}
    joined = isinstance(where, BooleanClauseList) and where.operator is operators.and_
    return {spelled(each): each for each in (where.clauses if joined else [where])}


def _without(conditions: Mapping[str, ColumnElement[bool]], shared: set[str]) -> list[ColumnElement[bool]]:
    return [condition for text, condition in conditions.items() if text not in shared]


def bucket_and_keys(
    bucket: Any, view: View, by: Sequence[str], over: TimeFrame | None
) -> list[ColumnElement[Any]]:
    """What is grouped by: the bucket, if there are any, and the dimensions."""
    start = [] if over is None else [cast(bucket, DateTime).label("bucket")]
    return [*start, *view.keys(by)]


CUSTOMERS = "customers"
"""The column that tells how many customers a row is about."""


def _labels(index: int, stock: Stock) -> Labels:
    seen = f"s{index}"
    return (seen, seen, seen) if stock.value is None else (f"v{index}", f"n{index}", seen)


def _aggregates(stocks: Sequence[Stock], view: View) -> Iterator[ColumnElement[Any]]:
    if view.customer is not None:
        yield distinct(view.customer, None).label(CUSTOMERS)
    for index, stock in enumerate(stocks):
        where = None if stock.where is None else view.resolved(stock.where)
        of_value, with_value, seen = _labels(index, stock)
        yield counted(None, where).label(seen)
        if stock.value is None:
            continue
        value = view.resolved(stock.value)
        yield counted(value, where).label(with_value)
        if stock.is_distinct:
            yield distinct(value, where).label(of_value)
        elif stock.share is None:
            yield exact_sum(value, where).label(of_value)
        else:
            yield quantile(value, stock.share, where).label(of_value)


def _standing(stock: Stock, value: Any, n: int, seen: int) -> Cell:
    if stock.share is not None:
        return ranked(value, n, stock.small_base)
    if stock.value is None or stock.is_distinct:
        return Cell(int(value), n)
    return summed(value, n, seen)
