"""Which leaves are asked for by one statement: those of the same kind, rows and timestamps."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from analytics_lib.facts import Snapshot
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Cohort, Kept, Leaf, Lifetime, Metric, Overlap, Removal, Seasonal, Stock
from analytics_lib.statement.asking import Statement
from analytics_lib.statement.cohorts import build_cohorts
from analytics_lib.statement.conditions import spelled
from analytics_lib.statement.counted import build
from analytics_lib.statement.lengths import build_lengths
from analytics_lib.statement.lifetimes import build_lasting
from analytics_lib.statement.removals import build_removals
from analytics_lib.statement.returning import build_returning
from analytics_lib.statement.seasons import build_seasons
from analytics_lib.statement.side_by_side import build_side_by_side
from analytics_lib.statement.standing import build_standing
from analytics_lib.statement.view import Arm

Complete = Callable[[Leaf], tuple[datetime | None, datetime | None]]
"""From when to when the data of a leaf is complete."""

_L = TypeVar("_L", bound=Leaf)


def statements(
    leaves: Sequence[Leaf],
    arms: Sequence[Arm],
    by: Sequence[str],
    over: TimeFrame | None,
    complete: Complete,
) -> Iterator[Statement]:
    """The statements that answer all leaves but those of the calendar."""
    for counted in _alike(leaves, Metric, lambda leaf: (leaf.rows.name, spelled(leaf.dated))):
        yield build(counted, arms, by, over)
    for stocks in _alike(leaves, Stock, _moment):
        yield _of_stocks(stocks, arms, by, over)
    for lifetimes in _alike(leaves, Lifetime, lambda leaf: _same(leaf, leaf.started, leaf.ended)):
        yield build_lasting(lifetimes, arms, by, over)
    for kept in _alike(leaves, Kept, _comparison):
        yield build_returning(kept, arms, by, over)
    for cohorts in _alike(leaves, Cohort, lambda leaf: _same(leaf, leaf.who, leaf.dated)):
        yield build_cohorts(cohorts, arms, by, over)
    for seasonal in _alike(leaves, Seasonal, lambda leaf: _same(leaf, leaf.dated)):
        yield build_seasons(seasonal, arms, by, over, complete(seasonal[0]))
    for leaf in leaves:
        if isinstance(leaf, Overlap):
            yield build_lengths(leaf, arms, by, over)
        if isinstance(leaf, Removal):
            yield build_removals(leaf, arms, by, over)


def _of_stocks(
    stocks: Sequence[Stock], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Statement:
    rows = stocks[0].rows
    tells_customers = rows.customer is not None and arms[0].scope.smallest_group
    if by or over or tells_customers or isinstance(rows, Snapshot):
        return build_standing(stocks, arms, by, over)
    return build_side_by_side(stocks, arms)


def _alike(leaves: Sequence[Leaf], kind: type[_L], what: Callable[[_L], Hashable]) -> Iterator[list[_L]]:
    together: dict[Hashable, list[_L]] = {}
    for leaf in leaves:
        if isinstance(leaf, kind):
            together.setdefault(what(leaf), []).append(leaf)
    yield from together.values()


def _moment(leaf: Stock) -> Hashable:
    return leaf.rows.name, spelled(leaf.opened), spelled(leaf.closed), leaf.at


def _comparison(leaf: Kept) -> Hashable:
    return *_same(leaf, leaf.who, leaf.dated, leaf.value), leaf.against


def _same(leaf: Any, *expressions: Any) -> tuple[str, ...]:
    """Rows, conditions and expressions, literals included, as text that tells them apart."""
    return leaf.rows.name, *(spelled(each) for each in (leaf.where, *expressions))
