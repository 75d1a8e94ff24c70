"""Whoever carries out runs: what they are given, and what they tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scheduler.outcome import Outcome
from scheduler.pinned import Data
from scheduler.plan import Run


@dataclass(frozen=True)
class Task:
    """One attempt at a run. `number` tells it from all others; its files lie in `folder`."""

    number: int
    run: Run
    data: Data
    folder: Path


@dataclass(frozen=True)
class Begun:
    """A worker has begun."""

    number: int
    worker: str


@dataclass(frozen=True)
class At:
    """A cell of so many begins."""

    number: int
    cell: int
    cells: int


@dataclass(frozen=True)
class Ended:
    """A worker has told how it ended."""

    number: int
    outcome: Outcome


@dataclass(frozen=True)
class Died:
    """A worker has ended without telling how; `reason` is a sentence."""

    number: int
    reason: str


News = Begun | At | Ended | Died

ALIVE = None
"""What a worker says that has no news, so that it is not taken for dead."""


class Crew(Protocol):
    """Workers on one machine or on many. None of these calls waits for a run to end."""

    def has_room(self, need: int) -> bool:
        """Whether another run, which may need so many bytes of memory, can be given now."""

    def give(self, task: Task) -> None:
        """Have a worker carry out a task."""

    def news(self, patience: float) -> Sequence[News]:
        """What has happened since; waits up to `patience` seconds for something."""

    def stop(self, number: int) -> None:
        """Have a task stopped: it ends, or dies, within ten seconds."""

    def close(self) -> None:
        """Send everybody home; what still runs is ended at once."""
