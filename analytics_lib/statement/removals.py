"""Credits by removal: SELECTs that count the steps of a chain, and what the chain makes of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func

from analytics_lib.cell import Cell, Group, Number, Place
from analytics_lib.engines import distinct
from analytics_lib.facts import UNKNOWN
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Leaf, Removal
from analytics_lib.statement.asking import ROWS, Query, Rows, of_all_arms, place_of
from analytics_lib.statement.chain import Edge, State, conversions, credits_of
from analytics_lib.statement.view import Arm, View


@dataclass(frozen=True, eq=False, kw_only=True)
class Removals:
    """One SELECT for the steps of all arms, and one for whom they are of where that is asked."""

    leaf: Removal
    queries: tuple[Query, ...]
    by: tuple[str, ...]
    has_buckets: bool

    @property
    def leaves(self) -> tuple[Removal, ...]:
        return (self.leaf,)

    def rows_counted(self, answer: Rows) -> int:
        """How many touches the answer rests on."""
        return sum(row[ROWS] for row in answer)

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each bucket and state that any way passed."""
        steps, *people = answers
        about = {
            place_of(row, self.by, has_buckets=self.has_buckets): int(row["customers"])
            for rows in people
            for row in rows
        }
        for (arm, bucket, _), chain in self._chains(steps).items():
            passed: Counter[str] = Counter()
            for (_, state), count in chain.items():
                if isinstance(state, str):
                    passed[state] += count
            for group, value, n in self._numbers(chain, passed):
                place = (arm, bucket, group)
                yield place, self.leaf, Cell(value, n, customers=about.get(place))

    def _numbers(
        self, chain: Counter[tuple[State, State]], passed: Counter[str]
    ) -> Iterator[tuple[Group, Number, int]]:
        if not self.by:
            yield (), conversions(chain), passed.total()
            return
        for state, credit in credits_of(chain).items():
            yield (state,), credit, passed[state]

    def _chains(self, rows: Rows) -> Mapping[Place, Counter[tuple[State, State]]]:
        chains: dict[Place, Counter[tuple[State, State]]] = defaultdict(Counter)
        for row in rows:
            chain = chains[place_of(row, (), has_buckets=self.has_buckets)]
            state, count = str(row["state"]), int(row[ROWS])
            chain[Edge.START if row["is_first"] else str(row["before"]), state] += count
            if row["is_last"]:
                chain[state, Edge.CONVERTED if row["is_converted"] else Edge.GIVEN_UP] += count
        return chains


def build_removals(leaf: Removal, arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None) -> Removals:
    """The SELECTs that answer a removal for all arms."""
    queries = [of_all_arms([_steps(arm, leaf, over) for arm in arms])]
    who = leaf.rows.customer
    if who is not None and arms[0].scope.smallest_group:
        queries.append(of_all_arms([_people(arm, leaf, who, by, over) for arm in arms]))
    return Removals(leaf=leaf, queries=tuple(queries), by=tuple(by), has_buckets=over is not None)


def _steps(arm: Arm, leaf: Removal, over: TimeFrame | None) -> Select[Any]:
    view = View(arm, leaf.rows, leaf.dated)
    state = leaf.rows.dimensions[leaf.state].expression
    keys = [
        *_bucket(view, over),
        func.coalesce(state, UNKNOWN).label("state"),
        func.coalesce(leaf.before, UNKNOWN).label("before"),
        leaf.is_first.label("is_first"),
        leaf.is_last.label("is_last"),
        leaf.is_converted.label("is_converted"),
    ]
    return _grouped(view, keys)


def _people(
    arm: Arm, leaf: Removal, who: ColumnElement[Any], by: Sequence[str], over: TimeFrame | None
) -> Select[Any]:
    view = View(arm, leaf.rows, leaf.dated)
    keys = [*_bucket(view, over), *view.keys(by)]
    return _grouped(view, keys, distinct(who, None).label("customers"))


def _bucket(view: View, over: TimeFrame | None) -> list[ColumnElement[Any]]:
    return [] if over is None else [view.bucket(over).label("bucket")]


def _grouped(view: View, keys: Sequence[ColumnElement[Any]], *numbers: ColumnElement[Any]) -> Select[Any]:
    start, until = view.scope.period.start, view.scope.until
    query = (
        view.select(*keys, func.count().label(ROWS), *numbers)
        .where(*view.in_period(start, until), *view.kept())
        .group_by(*keys)
    )
    return view.narrowed(query, start, until)
