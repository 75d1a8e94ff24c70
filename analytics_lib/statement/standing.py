"""What stands at the end of each bucket: rows that are open, and snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, cast, func, or_

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import counted, distinct, exact_sum, quantile
from analytics_lib.facts import Fact, Snapshot, moment
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Leaf, Stock
from analytics_lib.statement.asking import ROWS, OneSelect, Row, Rows, of_all_arms
from analytics_lib.statement.conditions import without_shared
from analytics_lib.statement.numbers import ranked, summed
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import beside, moments, moments_table


@dataclass(frozen=True, eq=False, kw_only=True)
class Standing(OneSelect):
    """One SELECT for the stocks that open and close by the same timestamps."""

    leaves: tuple[Stock, ...]

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each row of the answer and stock."""
        for place, row in self.placed(answers):
            for index, stock in enumerate(self.leaves):
                yield place, stock, cell_of(stock, row, labels_of(stock, f"{index}"))


def build_standing(
    stocks: Sequence[Stock], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Standing:
    """The SELECT that answers stocks of one fact, opened and closed by the same columns, for all arms."""
    parts = [_standing_arm(arm, stocks, by, over) for arm in arms]
    return Standing(
        query=of_all_arms(parts), by=tuple(by), has_buckets=over is not None, leaves=tuple(stocks)
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
    filters = open_at(first, view, ends)
    # Where no group's size is asked for, what none of the stocks counts need not be read.
    shared, counted_of = ([], stocks) if view.customer is not None else without_shared(stocks)
    filters += [view.resolved(condition) for condition in shared]
    query = view.select(*keys, *_aggregates(counted_of, view), using=filters)
    return beside(query, ends).where(*filters).group_by(*keys)


def open_at(stock: Stock, view: View, ends: Any) -> list[ColumnElement[bool]]:
    """What holds of the rows that are open at the moments."""
    filters = [stock.opened < ends.c.instant, *view.kept()] if stock.opened is not None else view.kept()
    if stock.closed is not None:
        # What closed as a period began was not open in it; at a moment, what closes then still stands.
        open_still = stock.closed > ends.c.begin if stock.at == "during" else stock.closed >= ends.c.instant
        filters.append(or_(stock.closed.is_(None), open_still))
    return filters


def bucket_and_keys(
    bucket: Any, view: View, by: Sequence[str], over: TimeFrame | None
) -> list[ColumnElement[Any]]:
    """What is grouped by: the bucket, if there are any, and the dimensions."""
    start = [] if over is None else [cast(bucket, DateTime).label("bucket")]
    return [*start, *view.keys(by)]


CUSTOMERS = "customers"
"""The column that tells how many customers a row is about."""

Labels = tuple[str, str, str]
"""Where a stock's value, its rows with a value and the rows that qualify stand."""


def labels_of(stock: Stock, place: str) -> Labels:
    """The columns of a stock in this place."""
    seen = f"s{place}"
    return (seen, seen, seen) if stock.value is None else (f"v{place}", f"n{place}", seen)


def _aggregates(stocks: Sequence[Stock], view: View) -> Iterator[ColumnElement[Any]]:
    yield func.count().label(ROWS)
    if view.customer is not None:
        yield distinct(view.customer, None).label(CUSTOMERS)
    for index, stock in enumerate(stocks):
        where = None if stock.where is None else view.resolved(stock.where)
        yield from counts_of(stock, view, where, f"{index}")


def counts_of(
    stock: Stock, view: View, where: ColumnElement[bool] | None, place: str
) -> Iterator[ColumnElement[Any]]:
    """What is counted of a stock, in the columns of its place."""
    of_value, with_value, seen = labels_of(stock, place)
    yield counted(None, where).label(seen)
    if stock.value is None:
        return
    value = view.resolved(stock.value)
    yield counted(value, where).label(with_value)
    if stock.is_distinct:
        yield distinct(value, where).label(of_value)
    elif stock.share is None:
        yield exact_sum(value, where).label(of_value)
    else:
        yield quantile(value, stock.share, where).label(of_value)


def cell_of(stock: Stock, row: Row, labels: Labels) -> Cell:
    """What a row says of a stock."""
    value, with_value, seen = (row[label] for label in labels)
    cell = _standing(stock, value, int(with_value), int(seen))
    return replace(cell, customers=int(row[CUSTOMERS])) if CUSTOMERS in row else cell


def _standing(stock: Stock, value: Any, n: int, seen: int) -> Cell:
    if stock.share is not None:
        return ranked(value, n, stock.small_base)
    if stock.value is None or stock.is_distinct:
        return Cell(int(value), n)
    return summed(value, n, seen)
