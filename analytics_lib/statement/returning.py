"""Who comes back: SELECTs that reduce rows to who was there when, and find them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
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
    parts = [_arm(arm, leaves[0], by, over) for arm in arms]
    return Returning(
        query=of_all_arms(parts), by=tuple(by), has_buckets=over is not None, leaves=tuple(leaves)
    )


def _arm(arm: Arm, leaf: Kept, by: Sequence[str], over: TimeFrame | None) -> Select[Any]:
    pairs = window_pairs(arm.scope, over, leaf.against)
    view = View(arm, leaf.rows, leaf.dated)
    # The earlier rows lie outside the period, where the clock may have been another.
    ever = View(arm, leaf.rows)
    low, high = reach_of_pairs(arm.scope, over, leaf.against)
    in_base = and_(leaf.dated >= pairs.c.base_low, leaf.dated < pairs.c.base_high)
    is_now = and_(leaf.dated >= pairs.c.low, leaf.dated < pairs.c.high)
    filters = [*view.in_period(low, high), *view.kept(), leaf.who.is_not(None)]
    if leaf.where is not None:
        filters.append(ever.resolved(leaf.where))
    columns = [counted(None, in_base).label("in_base"), counted(None, is_now).label("is_now")]
    if leaf.value is not None:
        value = ever.resolved(leaf.value)
        filters.append(value.is_not(None))
        columns += [
            exact_sum(value, in_base).label("base_value"),
            exact_sum(value, is_now).label("now_value"),
        ]
    keys = [leaf.who.label("who"), *ever.keys(by)]
    if over is not None:
        keys.append(cast(pairs.c.bucket, DateTime).label("bucket"))
    query = view.select(*keys, *columns, using=filters)
    either = or_(in_base, is_now)
    query = query.where(either) if over is None else query.join(pairs, either)
    there = query.where(*filters).group_by(*keys).subquery("there")
    is_kept = there.c.is_now > 0
    shown = [] if over is None else [there.c.bucket]
    shown += [there.c[f"by_{name}"] for name in by]
    counts: list[ColumnElement[Any]] = [
        func.count().label("base"),
        counted(None, is_kept).label("kept"),
        exact_sum(there.c.in_base + there.c.is_now, None).label(ROWS),
    ]
    if leaf.value is not None:
        before, now = there.c.base_value, there.c.now_value
        counts += [
            exact_sum(before, None).label("base_value"),
            exact_sum(now, None).label("kept_value"),
            exact_sum(func.greatest(0, before), None).label("capped_base_value"),
            exact_sum(func.greatest(0, func.least(now, before)), is_kept).label("capped_kept_value"),
            exact_sum(before, is_kept).label("base_of_kept_value"),
        ]
    found = select(literal_column(str(arm.label)).label("arm"), *shown, *counts)
    found = found.select_from(there).where(there.c.in_base > 0)
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
