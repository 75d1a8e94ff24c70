"""How long what started lasts: durations counted by the database, survival estimated from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, true

from analytics_lib.cell import Cell, Place
from analytics_lib.engines import MicrosBetween, WholeQuotient, counted
from analytics_lib.facts import moment
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Leaf, Lifetime
from analytics_lib.statement.asking import OneSelect, Rows
from analytics_lib.statement.standing import bucket_and_keys
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import moments_table

_DAY_IN_MICROS = 86_400_000_000


@dataclass(frozen=True, eq=False, kw_only=True)
class Lasting(OneSelect):
    """One SELECT for the durations of what started, and whether each has ended."""

    leaves: tuple[Lifetime, ...]

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each group and lifetime."""
        found: dict[Place, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for place, row in self.placed(answers):
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
    return Lasting(
        query=_durations(arms, lifetimes[0], by, over),
        by=tuple(by),
        has_buckets=over is not None,
        leaves=tuple(lifetimes),
    )


def _durations(
    arms: Sequence[Arm], lifetime: Lifetime, by: Sequence[str], over: TimeFrame | None
) -> Select[Any]:
    # The arms look at the same rows, from different moments.
    ends = moments_table(arms, over)
    view = View(arms[0], lifetime.rows, as_of=ends.c.instant, tables={moment: ends}, label=ends.c.arm)
    started, ended = lifetime.started, lifetime.ended
    has_ended = and_(ended.is_not(None), ended < ends.c.instant)
    last = case((has_ended, ended), else_=ends.c.instant)
    days = WholeQuotient(MicrosBetween(last, started), _DAY_IN_MICROS).label("days")
    keys = [*bucket_and_keys(ends.c.bucket, view, by, over), days]
    seen, gone = func.count().label("seen"), counted(None, has_ended).label("ended")
    # Who ended before starting is an error of the data, not a lifetime.
    filters = [started < ends.c.instant, or_(ended.is_(None), ended >= started), *view.kept()]
    if lifetime.where is not None:
        filters.append(view.resolved(lifetime.where))
    query = view.select(*keys, gone, seen, using=filters).join(ends, true())
    return query.where(*filters).group_by(ends.c.arm, *keys)


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
