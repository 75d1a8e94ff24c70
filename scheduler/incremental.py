"""Which runs of a plan are needed, and why: what has not changed since it was published is not run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from analytics_lib.runs.records import Output, Record, State
from scheduler.code_version import code_version
from scheduler.plan import Run


class FileState(Enum):
    """What has become of a published file."""

    UNCHANGED = "unchanged"
    MISSING = "missing"
    CHANGED = "changed"


FileCheck = Callable[[Record, Output], FileState]
"""Says what has become of a file that a run published."""


@dataclass(frozen=True)
class Known:
    """What is known of earlier runs, by target: the latest attempt, and the latest that succeeded."""

    latest: Mapping[str, Record] = field(default_factory=lambda: MappingProxyType({}))
    succeeded: Mapping[str, Record] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Decision:
    """Whether a run is needed, and why, in a few words."""

    run: Run
    is_needed: bool
    reason: str


_ENDED_BADLY = {
    State.FAILED: "it failed before",
    State.TIMED_OUT: "it timed out before",
    State.CANCELLED: "it was cancelled before",
    State.LOST: "it was lost before",
    State.QUEUED: "it has not begun yet",
    State.RUNNING: "it has not ended yet",
}


def decide(
    runs: Iterable[Run], folder: Path, known: Known, check: FileCheck, *, force: bool = False
) -> tuple[Decision, ...]:
    """A decision for each run of a plan whose reports go into a folder, in the plan's order.

    A run is needed unless an equal one succeeded in its place, in all its formats, and `check` finds each
    of these files as it was published. With `force` every run is.
    """
    return tuple(_decision(run, target_of(run, folder), known, check, force) for run in runs)


def target_of(run: Run, folder: Path) -> str:
    """The absolute path of a report's files without the end of a format, under which runs are known."""
    return str(folder.absolute() / run.place)


def _decision(run: Run, target: str, known: Known, check: FileCheck, force: bool) -> Decision:
    latest, succeeded = known.latest.get(target), known.succeeded.get(target)
    reason = (
        "asked again (--force)"
        if force
        else _ending(run, latest, succeeded) or _change(run, succeeded, check)
    )
    if reason or succeeded is None:
        return Decision(run, is_needed=True, reason=reason or "new")
    return Decision(run, is_needed=False, reason=f"unchanged since {_minute(succeeded.ended_at)}")


def _ending(run: Run, latest: Record | None, succeeded: Record | None) -> str:
    """How the latest attempt ended badly, if what it was to make is still to be made."""
    if latest is None or latest.state is State.SUCCEEDED:
        return ""
    if succeeded is not None and latest.request.run_id != run.run_id:
        return ""
    return _ENDED_BADLY[latest.state]


def _change(run: Run, succeeded: Record | None, check: FileCheck) -> str:
    """What is different from the last success; empty if nothing is."""
    if succeeded is None:
        return ""
    before = succeeded.request
    if before.run_id == run.run_id:
        return _damage(run, succeeded, check)
    if before.notebook_hash != run.notebook_hash:
        return "the notebook has changed"
    if before.data_version != run.data_version:
        return "the data has changed"
    if before.code_version != code_version():
        return "the code has changed"
    return "the parameters have changed"


def _damage(run: Run, succeeded: Record, check: FileCheck) -> str:
    """Which of the files is not there, or not as it was published; empty if all are."""
    outputs = {output.kind: output for output in succeeded.outputs}
    for kind in run.formats:
        output = outputs.get(kind)
        state = FileState.MISSING if output is None else check(succeeded, output)
        if state is FileState.MISSING:
            return f"its {kind.upper()} is missing"
        if state is FileState.CHANGED:
            return f"its {kind.upper()} was changed by hand"
    return ""


def _minute(instant: str) -> str:
    """A UTC instant of the ledger to the minute: 2026-11-27T04:00Z."""
    return f"{instant[:16]}Z"
