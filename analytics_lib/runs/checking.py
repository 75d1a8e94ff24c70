"""Whether the history is as it was written: a walk along its chain, to the head that was seen last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from analytics_lib.runs.chain import NO_ROWS, Event, Head

MOST_FAULTS = 100
"""After so many the walk ends: who has that many knows enough."""


def faults(
    rows: Iterable[Event], witness: Head | None, witness_name: str, *, is_shared: bool
) -> Iterator[str]:
    """What is wrong, one sentence each, at most MOST_FAULTS and a last word.

    `witness` is the head that was seen last, in a file of this name; None if there is no such file, which is
    wrong unless others may have written all the rows (`is_shared`).
    """
    found = _all_faults(rows, witness, witness_name, is_shared=is_shared)
    yield from islice(found, MOST_FAULTS)
    if next(found, None) is not None:
        yield "There is more that is wrong: this list was cut."


def _all_faults(
    rows: Iterable[Event], witness: Head | None, witness_name: str, *, is_shared: bool
) -> Iterator[str]:
    last, seen = NO_ROWS, NO_ROWS if witness is not None and witness.sequence == 0 else None
    for row in rows:
        yield from _faults_of(row, last)
        last = row.head
        if witness is not None and row.sequence == witness.sequence:
            seen = row.head
    if witness is None:
        if last.sequence and not is_shared:
            yield (
                f"The head file {witness_name} is missing, so rows at the end may be as well: put it back "
                f"from a copy, or write '{last.sequence} {last.hash}' into it if you know that none is."
            )
    elif last.sequence < witness.sequence:
        yield (
            f"The ledger ends at row {last.sequence:,}, but row {witness.sequence:,} was written: "
            "rows at the end were removed."
        )
    elif seen != witness:
        yield f"Row {witness.sequence:,} is not the one that {witness_name} has seen: it was written anew."


def _faults_of(row: Event, last: Head) -> Iterator[str]:
    """What is wrong with a row, and with its place after the last one."""
    if row.sequence <= last.sequence:
        yield f"There is more than one row {row.sequence:,}."
    elif row.sequence > last.sequence + 1:
        first, end = last.sequence + 1, row.sequence - 1
        yield f"Row {first:,} is missing." if first == end else f"Rows {first:,} to {end:,} are missing."
    elif row.previous != last.hash:
        yield f"Row {row.sequence:,} does not follow the row before it: one of them was written anew."
    if not row.is_intact:
        yield f"Row {row.sequence:,} was changed after it was written."
