"""What stands at the ends of several arms, from one reading of the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from analytics_lib.cell import Cell, Place
from analytics_lib.facts import moment
from analytics_lib.metric import Leaf, Stock
from analytics_lib.statement.asking import ROWS, Query, Rows
from analytics_lib.statement.conditions import Conditions, all_of, by_text, furthest, in_common, without
from analytics_lib.statement.standing import cell_of, counts_of, labels_of, open_at
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import moments


@dataclass(frozen=True, eq=False)
class SideBySide:
    """One SELECT of one row, in which each arm has columns of its own."""

    query: Query
    arms: tuple[Arm, ...]
    leaves: tuple[Stock, ...]

    @property
    def queries(self) -> Sequence[Query]:
        return (self.query,)

    def rows_counted(self, answer: Rows) -> int:
        """How many rows of the database the answer rests on."""
        return sum(row[ROWS] for row in answer)

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each arm and stock."""
        ((row,),) = answers
        for arm in self.arms:
            for index, stock in enumerate(self.leaves):
                yield (arm.label, None, ()), stock, cell_of(stock, row, labels_of(stock, _place(arm, index)))


def build_side_by_side(stocks: Sequence[Stock], arms: Sequence[Arm]) -> SideBySide:
    """The SELECT that answers stocks of one fact without groups or buckets for all arms.

    There is no group to show that none of its rows qualifies, so what no arm and stock counts is not read.
    """
    views = [_view(arm, stocks[0]) for arm in arms]
    counted = {
        (view.arm.label, index): _conditions(view, stock)
        for view in views
        for index, stock in enumerate(stocks)
    }
    shared = in_common(list(counted.values()))
    own = {place: without(conditions, shared) for place, conditions in counted.items()}
    columns: list[ColumnElement[Any]] = [func.count().label(ROWS)]
    columns += [
        column
        for view in views
        for index, stock in enumerate(stocks)
        for column in counts_of(stock, view, all_of(own[view.arm.label, index]), _place(view.arm, index))
    ]
    filters = [*shared.values(), *furthest(list(own.values()))]
    if all(own.values()):
        filters.append(or_(*(and_(*left) for left in own.values())))
    query = views[0].joined(select(*columns), *columns, *filters).where(*filters)
    return SideBySide(query, tuple(arms), tuple(stocks))


def _view(arm: Arm, stock: Stock) -> View:
    end = moments(arm, None, stock.at)
    return View(arm, stock.rows, as_of=end.c.instant, tables={moment: end})


def _conditions(view: View, stock: Stock) -> Conditions:
    own = [] if stock.where is None else [view.resolved(stock.where)]
    return by_text(*open_at(stock, view, view.tables[moment]), *own)


def _place(arm: Arm, index: int) -> str:
    return f"{index}_{arm.label}"
