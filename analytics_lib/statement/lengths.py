"""Lengths of time: intervals fetched as they are, united, cut and measured in whole microseconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache

from sqlalchemy import func, or_

from analytics_lib.cell import Cell, Place
from analytics_lib.facts import UNKNOWN
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Intervals, Leaf, Overlap
from analytics_lib.statement.asking import Query, Rows
from analytics_lib.statement.view import Arm, View
from analytics_lib.statement.windows import Window, windows

Span = tuple[datetime, datetime]
"""A half-open interval of instants."""

Spans = Mapping[str, Sequence[Span]]
"""Entity -> its intervals, apart from each other and in order."""

_MICROSECOND = timedelta(microseconds=1)


def united(spans: Iterable[Span]) -> list[Span]:
    """The union of intervals, in order and without overlaps; what is empty or backwards is left out."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def intersected(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What lies in both of two unions."""
    found = [
        (max(start, low), min(end, high))
        for start, end in spans
        for low, high in others
        if max(start, low) < min(end, high)
    ]
    return united(found)


def subtracted(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What lies in the first union and not in the second."""
    left: list[Span] = []
    for start, end in spans:
        here = start
        for low, high in others:
            if low >= end:
                break
            if high > here:
                left.append((here, low))
                here = max(here, high)
        left.append((here, end))
    return united(left)


@dataclass(frozen=True, eq=False)
class Lengths:
    """SELECTs for the intervals of one overlap, one a source and arm, and how to measure them."""

    overlap: Overlap
    arms: tuple[Arm, ...]
    queries: tuple[Query, ...]
    by: tuple[str, ...]
    over: TimeFrame | None

    @property
    def leaves(self) -> Sequence[Leaf]:
        return (self.overlap,)

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """One cell for each window and entity, or for all entities together."""
        count = len(self.overlap.sources)
        for index, arm in enumerate(self.arms):
            read = [_spans(rows, arm) for rows in answers[index * count : (index + 1) * count]]
            lengths = self._counted(read)
            for window in windows(arm.scope, self.over):
                yield from self._of_window(arm, window, lengths)

    def _of_window(self, arm: Arm, window: Window, lengths: Spans) -> Iterator[tuple[Place, Leaf, Cell]]:
        whole = [(window.start, window.end)]
        inside = {who: found for who, spans in lengths.items() if (found := intersected(spans, whole))}
        if self.by:
            for who, spans in inside.items():
                yield (arm.label, window.key, (who,)), self.overlap, Cell(_seconds(spans), 1)
            return
        together = [span for spans in inside.values() for span in spans]
        if self.overlap.across == "once":
            together = united(together)
        yield (arm.label, window.key, ()), self.overlap, Cell(_seconds(together), len(inside))

    def _counted(self, read: Sequence[Spans]) -> Spans:
        """Entity -> what counts of its intervals, wherever it lies."""
        own, *others = read
        within = others.pop(0) if self.overlap.within is not None else None
        found = {}
        for who, spans in own.items():
            counted = list(spans)
            if within is not None:
                counted = intersected(counted, within.get(who, ()))
            for without in others:
                counted = subtracted(counted, without.get(who, ()))
            found[who] = counted
        return found


def build_lengths(
    overlap: Overlap, arms: Sequence[Arm], by: Sequence[str], over: TimeFrame | None
) -> Lengths:
    """The SELECTs that answer one overlap for all arms."""
    queries = tuple(_query(arm, source) for arm in arms for source in overlap.sources)
    return Lengths(overlap, tuple(arms), queries, tuple(by), over)


@lru_cache(maxsize=256)
def _query(arm: Arm, source: Intervals) -> Query:
    view = View(arm, source.rows, source.started)
    start, until = arm.scope.period.start, arm.scope.until
    who = func.coalesce(source.rows.dimensions[source.who].expression, UNKNOWN).label("who")
    filters = [source.started < until, or_(source.ended.is_(None), source.ended > start), *view.kept()]
    if source.where is not None:
        filters.append(source.where)
    columns = [who, source.started.label("started"), source.ended.label("ended")]
    return view.select(*columns, using=filters).where(*filters)


def _spans(rows: Rows, arm: Arm) -> Spans:
    """Entity -> the union of its intervals; what is still open ends where knowledge does."""
    found: dict[str, list[Span]] = defaultdict(list)
    for row in rows:
        ended = arm.scope.as_of if row["ended"] is None else row["ended"]
        found[str(row["who"])].append((row["started"], min(ended, arm.scope.as_of)))
    return {who: united(spans) for who, spans in found.items()}


def _seconds(spans: Sequence[Span]) -> int | Fraction:
    micros = sum((end - start) // _MICROSECOND for start, end in spans)
    seconds = Fraction(micros, 1_000_000)
    return int(seconds) if seconds.denominator == 1 else seconds
