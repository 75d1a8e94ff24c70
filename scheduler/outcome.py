"""What became of one attempt at a run, as the process that made it tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics_lib.runs import State

EXECUTED = "executed.ipynb"
"""The notebook as far as it was run, in the folder of its run."""


@dataclass(frozen=True)
class Page:
    """A finished file of a report that is not yet published: its format, its content's hash, its bytes."""

    kind: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Outcome:
    """A final state, where the run stood when it came to it, and what it took.

    `failure` is one sentence, empty for a success. `cell` of `cells` was the last to be executed, counted
    from 1. Seconds are of the wall clock and of all processors, the kernel's and its worker's together;
    `peak_memory` is what the kernel held at the most, in bytes, what it shares with others included.
    """

    state: State
    failure: str = ""
    exception: str = ""
    cell: int = 0
    cells: int = 0
    wall_seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_memory: int = 0
    pages: tuple[Page, ...] = field(default=())


def where(cell: int) -> str:
    """The place at which a run was stopped, for sentences."""
    return f"in cell {cell}" if cell else "before its first cell"
