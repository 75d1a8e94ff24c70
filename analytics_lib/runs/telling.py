"""From what happens to events, and from the events of an attempt to its record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from analytics_lib.runs.chain import Event, News
from analytics_lib.runs.leases import AttemptKey, Lease
from analytics_lib.runs.records import Output, Record, Request, State

_TIMES = {State.QUEUED: "queued_at", State.RUNNING: "started_at"}


def queued(request: Request, attempt: int) -> News:
    """That an attempt waits for its turn, with all that was asked for."""
    # 'asdict' copies in depth, which mappings that nobody can change refuse.
    content = {each.name: getattr(request, each.name) for each in fields(Request)}
    return News(request.run_id, request.target, attempt, State.QUEUED, content)


def running(key: AttemptKey, worker: str, cells: int) -> News:
    """That an attempt was begun."""
    return News(*key, State.RUNNING, {"worker": worker, "cells": cells})


def ended(key: AttemptKey, state: State, outputs: Sequence[Output], content: dict[str, Any]) -> News:
    """What became of an attempt; `content` are further fields of its record by name."""
    return News(*key, state, {**content, "outputs": [asdict(each) for each in outputs]})


def record_of(events: Sequence[Event], lease: Lease | None = None, *, is_in_doubt: bool = False) -> Record:
    """What the events of one attempt tell together; its lease tells how far it is.

    It is in doubt if the owner of the lease may be gone.
    """
    state = State(events[-1].state)
    told: dict[str, Any] = {"attempt": events[0].attempt, "state": state}
    for event in events:
        content = json.loads(event.content)
        told[_TIMES.get(State(event.state), "ended_at")] = event.at
        if event.state == State.QUEUED:
            told["request"] = _request(content)
        else:
            told |= content
    told["outputs"] = tuple(Output(**each) for each in told.get("outputs", ()))
    if lease is not None and not state.is_final:
        told |= {"cell": lease.cell, "cells": lease.cells or told.get("cells", 0)}
        told["unseen_host"] = lease.owner.host if is_in_doubt else ""
    return Record(**told)


def _request(content: dict[str, Any]) -> Request:
    return Request(**{**content, "formats": tuple(content["formats"])})
