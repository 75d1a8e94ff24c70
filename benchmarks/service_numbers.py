"""The numbers of a service's answer and of its rivals, told apart alike and held against each other.

A number is known by its part, its metric, its group, its bucket and whether it is of the month compared
with. Rivals tell money in minor units, so that sums are whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from analytics_lib.results import ComprehensiveReport, Result

IS_NOW = "is_now"
"""The column of a rival that tells the month from the one that it is compared with."""
BUCKET = "bucket"

RATE_TOLERANCE = 1e-9
TOLD_MINOR = 1e-6
"""The service rounds money that was divided to the sixth digit behind the minor unit."""

MINOR_UNITS = 100
"""Cents of a euro, which is what the sample platform reports in."""


class Place(NamedTuple):
    """Where a number stands."""

    part: str
    metric: str
    group: tuple[str, ...]
    bucket: str | None
    is_now: bool


Numbers = Mapping[Place, Any]


@dataclass(frozen=True)
class Agreement:
    """How many numbers were compared, and what differs."""

    compared: int
    differing: tuple[str, ...]


def of_service(answer: Result | ComprehensiveReport, name: str) -> dict[Place, Any]:
    """The numbers of the service's answer; `name` is the domain of one that has none."""
    domains = answer.domains if isinstance(answer, ComprehensiveReport) else {name: answer}
    found: dict[Place, Any] = {}
    for domain, result in domains.items():
        for part in result.parts.values():
            for figure in part:
                group = tuple(figure.group[each] for each in part.dimensions)
                place = Place(f"{domain}_{part.name}", figure.metric, group, figure.bucket, is_now=True)
                in_minor_units = figure.unit == result.currency
                found[place] = _minor(figure.value) if in_minor_units else figure.value
                if figure.previous is not None:
                    before = place._replace(is_now=False)
                    found[before] = _minor(figure.previous) if in_minor_units else figure.previous
    return found


def of_rows(
    part: str, dimensions: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[tuple[Place, Any]]:
    """The numbers of a rival's table: every column is a metric but its dimensions, bucket and month."""
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        group = tuple(str(named[each]) for each in dimensions)
        bucket = named.get(BUCKET)
        shown = bucket.isoformat()[:10] if isinstance(bucket, date) else bucket
        for metric, value in named.items():
            if metric not in (*dimensions, BUCKET, IS_NOW):
                yield Place(part, metric, group, shown, bool(named.get(IS_NOW, True))), value


def compared(ours: Numbers, theirs: Numbers) -> Agreement:
    """Whether both tell the same: whole numbers and sums of money exactly, the rest to nine digits.

    Where a rival has no row for a group or a day, nothing may be there on our side.
    """
    differing = [f"{place}: not asked of us" for place in theirs.keys() - ours.keys() if theirs[place]]
    for place, mine in ours.items():
        other = theirs.get(place)
        if not _is_same(mine, other, is_there=place in theirs):
            differing.append(f"{place}: ours {mine}, theirs {other}")
    return Agreement(sum(value is not None for value in ours.values()), tuple(sorted(differing)))


def _is_same(mine: Any, other: Any, *, is_there: bool) -> bool:
    if not is_there:
        return not mine
    if mine is None or other is None:
        return mine is other
    if isinstance(mine, int) and isinstance(other, int):
        return mine == other
    if isinstance(mine, Decimal):
        is_whole = isinstance(other, int)
        return mine == other if is_whole else abs(float(mine) - float(other)) <= TOLD_MINOR + _slack(mine)
    return abs(float(mine) - float(other)) <= _slack(mine)


def _slack(value: Any) -> float:
    return RATE_TOLERANCE * max(1.0, abs(float(value)))


def _minor(value: Any) -> Any:
    return None if value is None else value * MINOR_UNITS
