"""Who comes back: SELECTs that reduce rows to who was there when, and find them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    Select,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import counted, exact_sum
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Kept, Leaf
from analytics_lib.statement.asking import ROWS, OneSelect, Rows, of_all_arms
from analytics_lib.statement.conditions import Conditions, by_text, in_common, spelled, without
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import reach_of_pairs, window_pairs


@dataclass(frozen=True, eq=False, kw_only=True)
class Returning(OneSelect):
    """One SELECT for all sides of the same comparison of who was there."""

    leaves: tuple[Kept, ...]

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each row of the answer and side."""
        for place, row in self.placed(answers):
            for leaf in self.leaves:
                about = int(row["base"]) if leaf.who is leaf.rows.customer else None
                yield place, leaf, replace(_side(leaf, row), customers=about)


def build_returning(
    leaves: Sequence[Kept], arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Returning:
    """The SELECT that answers all sides of one comparison, for all arms."""
    return Returning(
        query=of_all_arms(_parts(arms, leaves[0], by, over)),
        by=tuple(by),
        has_buckets=over is not None,
        leaves=tuple(leaves),
    )


@dataclass(frozen=True, eq=False)
class _Sought:
    """What an arm looks for: rows in either of its windows, under its own conditions."""

    view: View
    pairs: Any
    conditions: Conditions
    keys: Sequence[ColumnElement[Any]]
    value: ColumnElement[Any] | None

    @classmethod
    def by(cls, arm: Arm, leaf: Kept, by: Sequence[str], over: TimeFrame | None) -> _Sought:
        view = View(arm, leaf.rows, leaf.dated)
        # The earlier rows lie outside the period, where the clock may have been another.
        ever = View(arm, leaf.rows)
        value = None if leaf.value is None else ever.resolved(leaf.value)
        where = [] if leaf.where is None else [ever.resolved(leaf.where)]
        valued = [] if value is None else [value.is_not(None)]
        conditions = by_text(*view.kept(), leaf.who.is_not(None), *where, *valued)
        keys = [leaf.who.label("who"), *ever.keys(by)]
        return cls(view, window_pairs(arm.scope, over, leaf.against), conditions, keys, value)

    def windows(self, dated: ColumnElement[Any]) -> Iterator[tuple[str, ColumnElement[bool]]]:
        """The two windows, by the columns in which they are counted."""
        pair = self.pairs.c
        yield self.label("in_base"), and_(dated >= pair.base_low, dated < pair.base_high)
        yield self.label("is_now"), and_(dated >= pair.low, dated < pair.high)

    def label(self, name: str) -> str:
        """The arm's column of that name."""
        return f"{name}_{self.view.arm.label}"


def _parts(arms: Sequence[Arm], leaf: Kept, by: Sequence[str], over: TimeFrame | None) -> list[Select[Any]]:
    """One SELECT an arm, all over the same reading of the rows where no buckets or keys tell them apart."""
    sought = [_Sought.by(arm, leaf, by, over) for arm in arms]
    keys = {tuple(spelled(key) for key in each.keys) for each in sought}
    if len(arms) > 1 and (over is not None or len(keys) > 1):
        return [part for arm in arms for part in _parts([arm], leaf, by, over)]
    first = sought[0]
    shared = in_common([each.conditions for each in sought])
    columns: list[ColumnElement[Any]] = []
    windows = []
    for each in sought:
        own = without(each.conditions, shared)
        for name, window in each.windows(leaf.dated):
            inside = and_(window, *own)
            windows.append(inside)
            columns.append(counted(None, inside).label(name))
            if each.value is not None:
                columns.append(exact_sum(each.value, inside).label(f"value_{name}"))
    reaches = [reach_of_pairs(arm.scope, over, leaf.against) for arm in arms]
    low, high = min(low for low, _ in reaches), max(high for _, high in reaches)
    filters = [*first.view.in_period(low, high), *shared.values()]
    bucket = [] if over is None else [cast(first.pairs.c.bucket, DateTime).label("bucket")]
    keyed = [*first.keys, *bucket]
    query = first.view.joined(select(*keyed, *columns), *keyed, *columns, *filters)
    either = or_(*windows)
    query = query.where(either) if over is None else query.join(first.pairs, either)
    there = query.where(*filters).group_by(*keyed).cte(f"there_{arms[0].label}")
    shown = [there.c[each.name] for each in (*bucket, *first.keys[1:])]
    return [_found(each, there, shown) for each in sought]


def _found(sought: _Sought, there: CTE, shown: Sequence[ColumnElement[Any]]) -> Select[Any]:
    in_base, is_now = there.c[sought.label("in_base")], there.c[sought.label("is_now")]
    is_kept = is_now > 0
    counts: list[ColumnElement[Any]] = [
        func.count().label("base"),
        counted(None, is_kept).label("kept"),
        exact_sum(in_base + is_now, None).label(ROWS),
    ]
    if sought.value is not None:
        before, now = there.c[f"value_{in_base.name}"], there.c[f"value_{is_now.name}"]
        counts += [
            exact_sum(before, None).label("base_value"),
            exact_sum(now, None).label("kept_value"),
            exact_sum(func.greatest(0, before), None).label("capped_base_value"),
            exact_sum(func.greatest(0, func.least(now, before)), is_kept).label("capped_kept_value"),
            exact_sum(before, is_kept).label("base_of_kept_value"),
        ]
    found = select(literal_column(str(sought.view.arm.label)).label("arm"), *shown, *counts)
    found = found.select_from(there).where(in_base > 0)
    return found.group_by(*shown) if shown else found.having(func.count() > 0)


def _side(leaf: Kept, row: Any) -> Cell:
    base, kept = int(row["base"]), int(row["kept"])
    if leaf.value is None:
        counts = {"base": base, "kept": kept, "lost": base - kept, "base_of_kept": kept}
        return Cell(counts[leaf.side], base)
    name = f"capped_{leaf.side}_value" if leaf.cap else f"{leaf.side}_value"
    if leaf.side == "lost":
        return Cell(_whole(row["base_value"]) - _whole(row["base_of_kept_value"]), base)
    return Cell(_whole(row[name]), base if leaf.side != "base_of_kept" else kept)


def _whole(value: Any) -> int:
    return 0 if value is None else int(value)
