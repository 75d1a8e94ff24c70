"""What stands at the end of each bucket: rows that are open, and snapshots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, DateTime, Select, cast, or_, true

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import counted, distinct, exact_sum, quantile
from analytics_lib.facts import Fact, Snapshot, moment
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Leaf, Stock
from analytics_lib.statement.asking import OneSelect, of_all_arms
from analytics_lib.statement.numbers import ranked, summed
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import moments_table


@dataclass(frozen=True, eq=False, kw_only=True)
class Standing(OneSelect):
    """One SELECT for the stocks that open and close by the same timestamps."""

    leaves: tuple[Stock, ...]

    def cells(self, answers: Sequence[pd.DataFrame]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each row of the answer and stock."""
        for place, row in self.placed(answers):
            for index, stock in enumerate(self.leaves):
                seen, n = int(row[f"s{index}"]), int(row[f"n{index}"])
                cell = _standing(stock, row[f"v{index}"], n, seen)
                if f"c{index}" in row:
                    cell = replace(cell, customers=int(row[f"c{index}"]))
                yield place, stock, cell


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
    ends = moments_table(arm.scope, over, first.at)
    if isinstance(first.rows, Snapshot):
        rows = first.rows.rows_at(_Moments(arm, ends)).subquery("states")
        view = View(arm, first.rows, tables={first.rows.table: rows})
        keys = bucket_and_keys(rows.c.bucket, view, by, over)
        return view.select(*keys, *_aggregates(stocks, view)).group_by(*keys)
    view = View(arm, first.rows, as_of=ends.c.instant, tables={moment: ends})
    keys = bucket_and_keys(ends.c.bucket, view, by, over)
    columns = list(_aggregates(stocks, view))
    filters = [first.opened < ends.c.instant, *view.kept()] if first.opened is not None else view.kept()
    if first.closed is not None:
        # What closed as a period began was not open in it; at a moment, what closes then still stands.
        open_still = first.closed > ends.c.begin if first.at == "during" else first.closed >= ends.c.instant
        filters.append(or_(first.closed.is_(None), open_still))
    query = view.select(*keys, *columns, using=filters).join(ends, true())
    return query.where(*filters).group_by(*keys)


def bucket_and_keys(
    bucket: Any, view: View, by: Sequence[str], over: TimeFrame | None
) -> list[ColumnElement[Any]]:
    """What is grouped by: the bucket, if there are any, and the dimensions."""
    start = [] if over is None else [cast(bucket, DateTime).label("bucket")]
    return [*start, *view.keys(by)]


def _aggregates(stocks: Sequence[Stock], view: View) -> Iterator[ColumnElement[Any]]:
    for index, stock in enumerate(stocks):
        where = None if stock.where is None else view.resolved(stock.where)
        value = None if stock.value is None else view.resolved(stock.value)
        yield counted(value, where).label(f"n{index}")
        yield counted(None, where).label(f"s{index}")
        if view.customer is not None:
            yield distinct(view.customer, None).label(f"c{index}")
        if value is None:
            yield counted(None, where).label(f"v{index}")
        elif stock.is_distinct:
            yield distinct(value, where).label(f"v{index}")
        elif stock.share is None:
            yield exact_sum(value, where).label(f"v{index}")
        else:
            yield quantile(value, stock.share, where).label(f"v{index}")


def _standing(stock: Stock, value: Any, n: int, seen: int) -> Cell:
    if stock.share is not None:
        return ranked(value, n, stock.small_base)
    if stock.value is None or stock.is_distinct:
        return Cell(int(value), n)
    return summed(value, n, seen)
