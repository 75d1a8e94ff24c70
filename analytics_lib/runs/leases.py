"""Leases: who is at work on which target now, and how far. They change and are gone with the run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from analytics_lib.runs.owners import Owner
from analytics_lib.runs.store import Row, Session

_COLUMNS = "target, run_id, attempt, owner, beat, cell, cells, cancel_asked"
_MINE = "target = ? AND run_id = ? AND attempt = ? AND owner = ?"


class Standing(StrEnum):
    """What became of a request for a run: it may start, somebody is at it, or another run is in its way."""

    OWNED = "owned"
    JOINED = "joined"
    WAITING = "waiting"


class AttemptKey(NamedTuple):
    """One attempt at a run."""

    run_id: str
    target: str
    attempt: int


@dataclass(frozen=True)
class Claim:
    """The answer to one request: `owner` is who holds the target.

    `attempt` is the owner's, 0 for one that is waiting: it must be asked for again once the target is free.
    """

    run_id: str
    target: str
    attempt: int
    owner: Owner
    standing: Standing = Standing.OWNED

    @property
    def key(self) -> AttemptKey:
        return AttemptKey(self.run_id, self.target, self.attempt)


@dataclass(frozen=True)
class Lease:
    """A target that is held; `beat` counts the signs of life of its owner."""

    key: AttemptKey
    owner: Owner
    beat: int
    cell: int
    cells: int
    is_cancel_asked: bool


def held(session: Session, condition: str = "1 = 1", values: Iterable[object] = ()) -> list[Lease]:
    """The leases for which a condition holds; all of them without one."""
    found = session.rows(f"SELECT {_COLUMNS} FROM run_leases WHERE {condition} ORDER BY target", (*values,))
    return [_lease(row) for row in found]


def lease_of(session: Session, claim: Claim) -> Lease | None:
    """The lease that a claim was given, unless it was lost."""
    found = held(session, _MINE, _values(claim.key, claim.owner))
    return found[0] if found else None


def take(session: Session, keys: Iterable[AttemptKey], owner: Owner) -> None:
    """Hold the targets of these attempts, all of which are free."""
    session.write(
        f"INSERT INTO run_leases ({_COLUMNS}) VALUES (?, ?, ?, ?, 0, 0, 0, 0)",
        [_values(key, owner) for key in keys],
    )


def give_up(session: Session, leases: Iterable[Lease]) -> None:
    session.write(f"DELETE FROM run_leases WHERE {_MINE}", [_values(each.key, each.owner) for each in leases])


def show_life(session: Session, owner: Owner) -> None:
    """Count one more sign of life for all that an owner holds."""
    session.write("UPDATE run_leases SET beat = beat + 1 WHERE owner = ?", [(owner.spelled,)])


def show_progress(session: Session, progress: Iterable[tuple[Claim, int, int]]) -> None:
    """Note the cell of so many cells that each of these attempts is at."""
    session.write(
        f"UPDATE run_leases SET cell = ?, cells = ? WHERE {_MINE}",
        [(cell, cells, *_values(claim.key, claim.owner)) for claim, cell, cells in progress],
    )


def ask_to_cancel(session: Session, leases: Iterable[Lease]) -> int:
    """Tell the owners of these leases that somebody wants them to stop; how many were told."""
    asked = [_values(each.key, each.owner) for each in leases]
    return session.write(f"UPDATE run_leases SET cancel_asked = 1 WHERE {_MINE}", asked) if asked else 0


def _values(key: AttemptKey, owner: Owner) -> tuple[object, ...]:
    return key.target, key.run_id, key.attempt, owner.spelled


def _lease(row: Row) -> Lease:
    target, run_id, attempt, owner, beat, cell, cells, asked = row
    key = AttemptKey(run_id, target, attempt)
    return Lease(key, Owner(**json.loads(owner)), beat, cell, cells, bool(asked))
