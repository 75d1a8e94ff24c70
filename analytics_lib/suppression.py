"""Groups of too few customers, withheld where the scope asks for it, so that no difference gives them away.

A cell whose group has fewer customers than the scope's `smallest_group` is withheld. Where the rest of an
answer would tell what is withheld, as the total less all others, more is: along each dimension and
along the buckets, what is withheld is at least two cells with enough customers together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping

from analytics_lib.cell import Cell, Place

Hidden = frozenset[tuple[Place, str]]
"""(place, metric) of the cells that are withheld."""

NOBODY: Hidden = frozenset()


def hidden(counted: Mapping[Place, Mapping[str, Cell]], smallest_group: int) -> Hidden:
    """The cells to withhold of an answer; those without a number of customers are about nobody."""
    found: set[tuple[Place, str]] = set()
    for name in {name for cells in counted.values() for name in cells}:
        customers = {
            place: cells[name].customers
            for place, cells in counted.items()
            if name in cells and cells[name].customers is not None
        }
        found |= {(place, name) for place in _withheld(customers, smallest_group)}
    return frozenset(found)


def _withheld(customers: Mapping[Place, int | None], smallest_group: int) -> set[Place]:
    there = {place: count or 0 for place, count in customers.items()}
    withheld = {place for place, count in there.items() if count < smallest_group}
    before = -1
    while len(withheld) != before:
        before = len(withheld)
        for line in _lines(there):
            _complete(line, withheld, smallest_group)
    return withheld


def _lines(there: Mapping[Place, int]) -> list[dict[Place, int]]:
    """The cells that may be summed to something told elsewhere.

    They are those of all groups of a bucket, of one dimension with the others fixed, and of all buckets.
    """
    lines: dict[Hashable, dict[Place, int]] = defaultdict(dict)
    for place, count in there.items():
        arm, bucket, group = place
        lines["buckets", arm, group][place] = count
        for fixed in range(2 ** len(group) - 1):
            margin = tuple(value if fixed >> index & 1 else None for index, value in enumerate(group))
            lines["groups", arm, bucket, fixed, margin][place] = count
    return list(lines.values())


def _complete(line: Mapping[Place, int], withheld: set[Place], smallest_group: int) -> None:
    """Withhold the next smallest cells until those withheld cannot be told from the rest of the line."""
    visible = sorted(
        (place for place in line if place not in withheld), key=lambda place: (line[place], str(place))
    )
    inside = [place for place in line if place in withheld]
    while inside and visible and (len(inside) < 2 or sum(line[each] for each in inside) < smallest_group):
        inside.append(visible.pop(0))
        withheld.add(inside[-1])
