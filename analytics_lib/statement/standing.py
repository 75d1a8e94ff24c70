"""What stands at the end of each bucket: stocks, snapshots and lifetimes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, DateTime, Select, and_, case, cast, func, or_, true, union_all

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import MicrosBetween, WholeQuotient, counted, distinct, exact_sum, quantile
from analytics_lib.facts import Fact, Snapshot, moment
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Leaf, Lifetime, Stock
from analytics_lib.statement.asking import Query, place_of
from analytics_lib.statement.counted import QUANTILE_DIGITS
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import moments_table

_DAY_IN_MICROS = 86_400_000_000


@dataclass(frozen=True, eq=False)
class Standing:
    """One SELECT for the stocks that open and close by the same timestamps."""

    leaves: tuple[Stock, ...]
    query: Query
    by: tuple[str, ...]
    has_buckets: bool

    @property
    def queries(self) -> Sequence[Query]:
        return (self.query,)

    def cells(self, answers: Sequence[pd.DataFrame]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each row of the answer and stock."""
        (frame,) = answers
        for row in frame.to_dict("records"):
            place = place_of(row, self.by, has_buckets=self.has_buckets)
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
    query = parts[0] if len(parts) == 1 else union_all(*parts)
    return Standing(tuple(stocks), query, tuple(by), over is not None)


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
        keys = _keys(rows.c.bucket, view, by, over)
        return view.select(*keys, *_aggregates(stocks, view)).group_by(*keys)
    view = View(arm, first.rows, as_of=ends.c.instant, tables={moment: ends})
    keys = _keys(ends.c.bucket, view, by, over)
    columns = list(_aggregates(stocks, view))
    filters = [first.opened < ends.c.instant, *view.kept()] if first.opened is not None else view.kept()
    if first.closed is not None:
        # What closed as a period began was not open in it; at a moment, what closes then still stands.
        open_still = first.closed > ends.c.begin if first.at == "during" else first.closed >= ends.c.instant
        filters.append(or_(first.closed.is_(None), open_still))
    query = view.select(*keys, *columns, using=filters).join(ends, true())
    return query.where(*filters).group_by(*keys)


def _keys(bucket: Any, view: View, by: Sequence[str], over: TimeFrame | None) -> list[ColumnElement[Any]]:
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
        if pd.isna(value):
            return Cell(None, 0, "no rows to rank")
        reason = f"small base of {n}" if n < stock.small_base else None
        return Cell(round(float(value), QUANTILE_DIGITS), n, reason)
    if stock.value is None or stock.is_distinct:
        return Cell(int(value), n)
    if seen and not n:
        return Cell(None, 0, f"missing, because none of {seen} rows has a value (such as an exchange rate)")
    reason = f"{seen - n} of {seen} rows left out: they have no value" if n < seen else None
    return Cell(0 if pd.isna(value) else int(value), n, reason)


@dataclass(frozen=True, eq=False)
class Lasting:
    """One SELECT for the durations of what started, and whether each has ended."""

    leaves: tuple[Lifetime, ...]
    query: Query
    by: tuple[str, ...]
    has_buckets: bool

    @property
    def queries(self) -> Sequence[Query]:
        return (self.query,)

    def cells(self, answers: Sequence[pd.DataFrame]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each group and lifetime."""
        (frame,) = answers
        found: dict[Place, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for row in frame.to_dict("records"):
            place = place_of(row, self.by, has_buckets=self.has_buckets)
            found[place][int(row["days"])][0] += int(row["ended"])
            found[place][int(row["days"])][1] += int(row["seen"])
        for place, durations in found.items():
            for lifetime in self.leaves:
                cell = _lasting(lifetime, durations)
                about = None if lifetime.rows.customer is None else cell.n
                yield place, lifetime, replace(cell, customers=about)


def build_lasting(
    lifetimes: Sequence[Lifetime], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Lasting:
    """The SELECT that answers lifetimes of the same rows for all arms."""
    parts = [_lasting_arm(arm, lifetimes[0], by, over) for arm in arms]
    query = parts[0] if len(parts) == 1 else union_all(*parts)
    return Lasting(tuple(lifetimes), query, tuple(by), over is not None)


def _lasting_arm(arm: Arm, lifetime: Lifetime, by: Sequence[str], over: TimeFrame | None) -> Select[Any]:
    ends = moments_table(arm.scope, over)
    view = View(arm, lifetime.rows, as_of=ends.c.instant, tables={moment: ends})
    started, ended = lifetime.started, lifetime.ended
    has_ended = and_(ended.is_not(None), ended < ends.c.instant)
    last = case((has_ended, ended), else_=ends.c.instant)
    days = WholeQuotient(MicrosBetween(last, started), _DAY_IN_MICROS).label("days")
    keys = [*_keys(ends.c.bucket, view, by, over), days]
    seen, gone = func.count().label("seen"), counted(None, has_ended).label("ended")
    # Who ended before starting is an error of the data, not a lifetime.
    filters = [started < ends.c.instant, or_(ended.is_(None), ended >= started), *view.kept()]
    if lifetime.where is not None:
        filters.append(view.resolved(lifetime.where))
    query = view.select(*keys, gone, seen, using=filters).join(ends, true())
    return view.narrowed(query.where(*filters).group_by(*keys), datetime(1, 1, 1), arm.scope.until)


def _lasting(lifetime: Lifetime, durations: Mapping[int, Sequence[int]]) -> Cell:
    """The Kaplan-Meier estimate: at each duration, of those still watched, the share that did not end."""
    everyone = watched = sum(seen for _, seen in durations.values())
    surviving = Fraction(1)
    reason = f"small base of {everyone}" if everyone < lifetime.small_base else None
    longest = max(durations)
    for days in sorted(durations):
        if lifetime.after is not None and days > lifetime.after:
            break
        ended, seen = durations[days]
        surviving *= Fraction(watched - ended, watched)
        watched -= seen
        if lifetime.after is None and surviving <= Fraction(1, 2):
            return Cell(days, everyone, reason)
    if lifetime.after is None:
        return Cell(None, everyone, f"more than half last longer than the {longest} days observed")
    if longest < lifetime.after and surviving > 0:
        return Cell(None, everyone, f"not yet known: nobody was watched for {lifetime.after} days")
    return Cell(surviving, everyone, reason)
