"""An independent second opinion on every metric: pandas in, one number out, row by row.

It is written from the metric handbook and from each metric's own sentence, and imports nothing of the
library. Speed is no aim: whoever doubts a number should be able to follow it here with a finger.

A tally says which rows are seen when, with which amount; a formula makes a number of what lies in a cell.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pandas as pd

from tests.oracles.calendar import Look, bounds

Number = int | Fraction
Group = tuple[str, ...]
Row = SimpleNamespace
UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Seen:
    """A row that counts: when (an instant or a local date), how much (None: unknown), and of whom."""

    row: Row
    when: datetime | date | None
    amount: int | None = 1
    who: object = None


def plain(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame as plain Python values, None for everything that is missing."""

    def value(item: object) -> object:
        if item is None or item is pd.NaT or item is pd.NA or item != item:
            return None
        if isinstance(item, pd.Timestamp):
            return item.to_pydatetime()
        return item.item() if hasattr(item, "item") else item

    rows = frame.astype(object).to_dict("records")
    return [SimpleNamespace(**{name: value(item) for name, item in row.items()}) for row in rows]


_REMEMBERED: dict[int, list[Row]] = {}


def remembered(frame: pd.DataFrame) -> list[Row]:
    """The plain rows of a frame that nobody changes in place, made once as long as it lives."""
    if id(frame) not in _REMEMBERED:
        _REMEMBERED[id(frame)] = plain(frame)
        weakref.finalize(frame, _REMEMBERED.pop, id(frame), None)
    return _REMEMBERED[id(frame)]


def window_of(bucket: str | None, over: str | None, look: Look) -> tuple[datetime, datetime]:
    """The instants [start, end) of a bucket, or of the period for none, as far as they have passed."""
    if bucket is None or over is None:
        return look.start, look.until
    low, high = bounds(bucket, over, look.zone)
    return max(low, look.start), min(high, look.until)


class World:
    """The tables as one look sees them: plain rows, each marked with its table."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], look: Look, over: str | None = None) -> None:
        self.look, self.over = look, over
        self._tables = tables
        self._rows: dict[str, list[Row]] = {}
        self._scoped: dict[str, list[Row]] = {}
        self._found: dict[tuple[str, str], dict[object, Row]] = {}
        self.partners = self._with_children(look.partners)

    def rows(self, table: str) -> list[Row]:
        """All rows of a table, tests and other people's included; none where it is not there."""
        if table not in self._rows:
            found = remembered(self._tables[table]) if table in self._tables else []
            for row in found:
                row.table = table
            self._rows[table] = found
        return self._rows[table]

    def scoped(self, table: str) -> list[Row]:
        """The rows that the scope holds, without test records."""
        if table not in self._scoped:
            self._scoped[table] = [row for row in self.rows(table) if self.holds(row)]
        return self._scoped[table]

    def holds(self, row: Row) -> bool:
        """Whether a row is of the scope's business models and partners, and no test record."""
        if getattr(row, "is_test", None) is True:
            return False
        if self.look.models and getattr(row, "business_model", "b2c") not in self.look.models:
            return False
        return not self.look.partners or row.partner_id in self.partners

    def find(self, table: str, key: str, value: object) -> Row | None:
        """The row of a table with that value in a key column, if there is one."""
        if (table, key) not in self._found:
            self._found[table, key] = {getattr(row, key): row for row in self.rows(table)}
        return None if value is None else self._found[table, key].get(value)

    def windows(self) -> list[tuple[datetime, datetime]]:
        """The instants [start, end) of each bucket asked for, as far as they have passed."""
        return [window_of(bucket, self.over, self.look) for bucket in self.look.spine(self.over)]

    def _with_children(self, partners: Sequence[str]) -> set[str]:
        found = set(partners)
        for _ in self.rows("partners"):
            found |= {row.partner_id for row in self.rows("partners") if row.parent_partner_id in found}
        return found


Tallying = Callable[[World], Iterable[Seen]]
Cut = Callable[[Row, World], object]
"""The value of a row in a dimension, None for unknown."""


def by_local_date(tally: Tallying) -> Tallying:
    """Marks a tally that knows the day and not the hour."""
    tally.knows_only_days = True  # type: ignore[attr-defined]
    return tally


def standing(tally: Callable[[World, datetime], Iterable[Seen]]) -> Tallying:
    """Marks a tally of what stands at an instant: the end of each bucket, as far as that has passed."""
    tally.is_standing = True  # type: ignore[attr-defined]
    return tally  # type: ignore[return-value]


def for_all_models(tally: Tallying) -> Tallying:
    """Marks a tally whose rows bear no business model, so that it cannot answer for some."""
    tally.knows_no_models = True  # type: ignore[attr-defined]
    return tally


@dataclass(frozen=True, eq=False)
class Base:
    """What a number rests on where that is not the rows of its cell: those of an earlier period, services.

    `groups` are those in which there may be any.
    """

    count: Callable[[Cell], int]
    groups: Callable[[Oracle], Iterable[Group]]


class Oracle:
    """Answers about one look at one set of tables, cut by dimensions and buckets.

    `metrics` are (formula, tally of the rows it rests on or None) by name; `cuts` the dimensions by table.
    """

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        look: Look,
        by: Sequence[str] = (),
        over: str | None = None,
        *,
        metrics: Mapping[str, tuple[Formula, Tallying | Base | None]],
        cuts: Mapping[str, Mapping[str, Cut]],
    ) -> None:
        self.look, self.by, self.over = look, tuple(by), over
        self.metrics, self._cuts = metrics, cuts
        self.spine = look.spine(over)
        self.world = World(tables, look, over)
        self._piles: dict[Tallying, dict[tuple[Group, str | None], list[Seen]]] = {}
        self._ever: dict[tuple[Tallying, str], dict[Group, list[Seen]]] = {}

    def group_of(self, row: Row, but: str = "") -> Group:
        """The values of the dimensions asked by, but for one."""
        values = (self._cuts[row.table][name](row, self.world) for name in self.by if name != but)
        return tuple(UNKNOWN if value is None else str(value) for value in values)

    def pile(self, tally: Tallying, group: Group | None, bucket: str | None) -> list[Seen]:
        """What is seen in a cell; `group` None means all groups together."""
        if tally not in self._piles:
            piles: dict[tuple[Group, str | None], list[Seen]] = {}
            for seen, there in self._placed(tally):
                piles.setdefault((self.group_of(seen.row), there), []).append(seen)
            self._piles[tally] = piles
        if group is not None:
            return self._piles[tally].get((group, bucket), [])
        return [seen for (_, there), found in self._piles[tally].items() if there == bucket for seen in found]

    def _placed(self, tally: Any) -> Iterator[tuple[Seen, str | None]]:
        """What a tally sees, and in which bucket."""
        if getattr(tally, "is_standing", False):
            for bucket in self.spine:
                _, end = Cell(self, None, bucket).window()
                yield from ((seen, bucket) for seen in tally(self.world, end))
            return
        for seen in tally(self.world):
            if seen.when is not None and self.look.holds(seen.when):
                yield seen, self.look.bucket(seen.when, self.over)

    def ever(self, tally: Tallying, but: str = "") -> dict[Group, list[Seen]]:
        """Group -> what is seen of it at any time; `but` names a dimension that does not divide rows."""
        if (tally, but) not in self._ever:
            found: dict[Group, list[Seen]] = {}
            for seen in tally(self.world):
                found.setdefault(self.group_of(seen.row, but), []).append(seen)
            self._ever[tally, but] = found
        return self._ever[tally, but]

    def groups(self) -> set[Group]:
        """The groups in which any tally saw anything."""
        if not self.by:
            return {()}
        tallies = {tally for _, tally in self.metrics.values() if tally and not isinstance(tally, Base)}
        for tally in tallies:
            self.pile(tally, (), None)
        found = {group for tally in tallies if self.serves(tally) for group, _ in self._piles[tally]}
        for base in {base for _, base in self.metrics.values() if isinstance(base, Base)}:
            for group in base.groups(self):
                if any(base.count(Cell(self, group, bucket)) for bucket in self.spine):
                    found.add(group)
        return found | self._slots()

    def _slots(self) -> set[Group]:
        """By the clock alone, every slot that has passed, whether anything happened in it or not."""
        if self.over or not set(self.by) <= {"weekday", "hour_of_day"}:
            return set()
        tallies = [tally for _, tally in self.metrics.values()]
        is_served = any(not tally or isinstance(tally, Base) or self.serves(tally) for tally in tallies)
        return self.look.slots(self.by) if is_served else set()

    def serves(self, tally: Tallying) -> bool:
        """Whether a tally can answer: by the hour, and for some business models only."""
        if getattr(tally, "knows_no_models", False) and self.look.models:
            return False
        is_by_day = getattr(tally, "knows_only_days", False)
        return not is_by_day or "hour" not in (self.over, self.look.frame)

    def value(self, metric: str, group: Group = (), bucket: str | None = None) -> Number | None:
        """One number: int where it must be exact (money in minor units), Fraction where it was divided."""
        return self.metrics[metric][0](Cell(self, group, bucket))

    def base(self, metric: str, group: Group = (), bucket: str | None = None) -> int | None:
        """How many rows the number rests on; None where that is not told."""
        tally = self.metrics[metric][1]
        if tally is None:
            return None
        if isinstance(tally, Base):
            return tally.count(Cell(self, group, bucket))
        if not self.serves(tally):
            return 0
        counted = [seen for seen in self.pile(tally, group, bucket) if seen.amount is not None]
        return len({id(seen.row) for seen in counted})


class Cell:
    """One cell of an answer: a group, or all of them, in a bucket."""

    def __init__(self, oracle: Oracle, group: Group | None, bucket: str | None) -> None:
        self.oracle, self.group, self.bucket = oracle, group, bucket

    @property
    def world(self) -> World:
        return self.oracle.world

    @property
    def look(self) -> Look:
        return self.oracle.look

    def everywhere(self) -> Cell:
        return Cell(self.oracle, None, self.bucket)

    def window(self) -> tuple[datetime, datetime]:
        """The instants [start, end) of the bucket, as far as they lie in the part that has passed."""
        return window_of(self.bucket, self.oracle.over, self.look)

    def has(self, row: Row) -> bool:
        """Whether a row is of this cell's group."""
        return self.group is None or self.oracle.group_of(row) == self.group

    def is_younger_than(self, age: timedelta) -> bool:
        end = self.look.bucket_end(self.bucket, self.oracle.over)
        return end + age > self.look.as_of

    def seen(self, tally: Tallying) -> list[Seen]:
        return self.oracle.pile(tally, self.group, self.bucket)

    def part(self, dimension: str) -> str | None:
        """The cell's value of a dimension, if it is cut by that."""
        by = self.oracle.by
        return self.group[by.index(dimension)] if self.group is not None and dimension in by else None

    def ever(self, tally: Tallying, but: str = "") -> list[Seen]:
        """What is seen of the cell's group at any time, whatever its value of the dimension `but`."""
        piles = self.oracle.ever(tally, but)
        if self.group is None:
            return [seen for found in piles.values() for seen in found]
        kept = zip(self.oracle.by, self.group, strict=True)
        return piles.get(tuple(value for name, value in kept if name != but), [])

    def total(self, tally: Tallying) -> int | None:
        """The sum; zero of nothing, missing where there are rows and none has a value."""
        if not self.oracle.serves(tally):
            return None
        amounts = [seen.amount for seen in self.seen(tally)]
        there = [amount for amount in amounts if amount is not None]
        return None if amounts and not there else sum(there)

    def distinct(self, tally: Tallying) -> int | None:
        """How many different ones there are."""
        if not self.oracle.serves(tally):
            return None
        return len({seen.who for seen in self.seen(tally) if seen.who is not None})

    def quantile(self, tally: Tallying, share: Fraction) -> Fraction | None:
        """Between the two nearest ranks, in proportion."""
        ranked = sorted(seen.amount for seen in self.seen(tally) if seen.amount is not None)
        if not ranked or not self.oracle.serves(tally):
            return None
        position = share * (len(ranked) - 1)
        low = int(position)
        high = min(low + 1, len(ranked) - 1)
        return ranked[low] + (position - low) * (ranked[high] - ranked[low])


Formula = Callable[[Cell], Number | None]


def divided(top: Number | None, bottom: Number | None) -> Fraction | None:
    return None if top is None or not bottom else Fraction(top) / Fraction(bottom)


def added(*parts: Number | None) -> Any:
    """The sum, missing if any part is."""
    return None if any(part is None for part in parts) else sum(part for part in parts if part is not None)


def less(plus: Any, minus: Any) -> Any:
    return None if plus is None or minus is None else plus - minus


def total(tally: Tallying) -> Formula:
    return lambda cell: cell.total(tally)


def distinct(tally: Tallying) -> Formula:
    return lambda cell: cell.distinct(tally)


def ratio(top: Tallying, bottom: Tallying) -> Formula:
    return lambda cell: divided(cell.total(top), cell.total(bottom))


def distinct_ratio(top: Tallying, bottom: Tallying) -> Formula:
    """Different ones over a sum."""
    return lambda cell: divided(cell.distinct(top), cell.total(bottom))


def difference(plus: Tallying, minus: Tallying) -> Formula:
    return lambda cell: less(cell.total(plus), cell.total(minus))


def share(tally: Tallying) -> Formula:
    return lambda cell: divided(cell.total(tally), cell.everywhere().total(tally))


def rank(tally: Tallying, part: Fraction) -> Formula:
    return lambda cell: cell.quantile(tally, part)


def once_ripe(formula: Formula, age: timedelta) -> Formula:
    """No number while any row of the cell may be younger than the age (METRICS R2)."""
    return lambda cell: None if cell.is_younger_than(age) else formula(cell)


HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)
