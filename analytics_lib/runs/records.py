"""What the ledger knows of a run: what was asked, in which state it is, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """What has become of an attempt to run a notebook; only the first two are not final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        return self not in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class Output:
    """One published file: its format, its path below the folder of reports, and its content's hash."""

    kind: str
    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Request:
    """What is asked for: everything that decides what a run makes, and who wants it where.

    `target` is the absolute path of the report's files without the end of a format; runs with one target
    never run at once. `parameters` are the notebook's, `libraries` name -> version, `limits` as they were
    written. Nothing in it is secret: `database` is an address without its password.
    """

    run_id: str
    target: str
    notebook: str
    notebook_hash: str
    parameters: Mapping[str, Any]
    code_version: str
    data_version: str
    data_as_of: str
    database: str
    libraries: Mapping[str, str]
    formats: tuple[str, ...]
    limits: Mapping[str, Any]
    asked_by: str
    asked_with: str


@dataclass(frozen=True)
class Record:
    """One attempt at a run, as the ledger tells it.

    `queued_at`, `started_at` and `ended_at` are UTC instants as ISO 8601 ends them with Z, empty while not
    reached. `cell` of `cells` is the one that is being, or was last, executed (1 is the first, 0 none yet).
    `failure` is one sentence, empty for a success; `exception` the name of what a cell raised. Seconds are
    of the wall clock and of all processors; `peak_memory` is in bytes. `unseen_host` is the machine of the
    process that holds an attempt under way, if that process cannot be seen from here and may be gone; else
    empty.
    """

    request: Request
    attempt: int
    state: State
    queued_at: str
    started_at: str = ""
    ended_at: str = ""
    worker: str = ""
    cell: int = 0
    cells: int = 0
    failure: str = ""
    exception: str = ""
    wall_seconds: float = 0.0
    processor_seconds: float = 0.0
    peak_memory: int = 0
    outputs: tuple[Output, ...] = field(default=())
    unseen_host: str = ""
