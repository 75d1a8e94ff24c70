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
    false,
    func,
    literal_column,
    select,
    true,
)

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import counted, exact_sum
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Kept, Leaf
from analytics_lib.statement.asking import OneSelect, Rows, of_all_arms
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import pairs_table, reach_of_pairs


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
    pairs = pairs_table(arm.scope, over, leaf.against)
    view = View(arm, leaf.rows, leaf.dated)
    # The earlier rows lie outside the period, where the clock may have been another.
    ever = View(arm, leaf.rows)
    low, high = reach_of_pairs(arm.scope, over, leaf.against)
    who = leaf.who.label("who")
    keys = [cast(pairs.c.bucket, DateTime).label("bucket"), pairs.c.is_base.label("is_base"), who]
    keys += ever.keys(by)
    filters = [*view.in_period(low, high), *view.kept(), leaf.who.is_not(None)]
    if leaf.where is not None:
        filters.append(ever.resolved(leaf.where))
    summed = []
    if leaf.value is not None:
        value = ever.resolved(leaf.value)
        filters.append(value.is_not(None))
        summed = [exact_sum(value, None).label("value")]
    there = view.select(*keys, *summed, using=filters)
    there = there.join(pairs, and_(leaf.dated >= pairs.c.low, leaf.dated < pairs.c.high))
    there = there.where(*filters).group_by(*keys)
    active = there.cte(f"there_{arm.label}")
    base, now = active.alias(f"base_{arm.label}"), active.alias(f"now_{arm.label}")
    groups = [f"by_{name}" for name in by]
    same = [base.c[name] == now.c[name] for name in ("bucket", "who", *groups)]
    is_kept = now.c.who.is_not(None)
    shown = [] if over is None else [base.c.bucket]
    shown += [base.c[name] for name in groups]
    counts: list[ColumnElement[Any]] = [
        func.count().label("base"),
        counted(None, is_kept).label("kept"),
    ]
    if summed:
        counts += [
            exact_sum(base.c.value, None).label("base_value"),
            exact_sum(now.c.value, None).label("kept_value"),
            exact_sum(func.greatest(0, base.c.value), None).label("capped_base_value"),
            exact_sum(func.greatest(0, func.least(now.c.value, base.c.value)), is_kept).label(
                "capped_kept_value"
            ),
            exact_sum(base.c.value, is_kept).label("base_of_kept_value"),
        ]
    is_base = base.c.is_base == true()
    is_now = now.c.is_base == false()
    query = select(literal_column(str(arm.label)).label("arm"), *shown, *counts)
    query = query.select_from(base.outerjoin(now, and_(is_now, *same))).where(is_base)
    return query.group_by(*shown) if shown else query.having(func.count() > 0)


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
