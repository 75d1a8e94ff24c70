"""Which runs of a plan are needed, and why: what has not changed since it was published is not run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    """What is known of earlier runs, by target: the latest attempt, and the run that succeeded last.

    Of the latter all attempts that succeeded, newest first: each may have made other formats of it.
    """

    latest: Mapping[str, Record] = field(default_factory=lambda: MappingProxyType({}))
    successes: Mapping[str, Sequence[Record]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Decision:
    """Whether a run is needed, and why, in a few words; the files of one that is not are its `outputs`."""

    run: Run
    is_needed: bool
    reason: str
    outputs: tuple[Output, ...] = ()


_Published = dict[str, tuple[Record, Output]]
"""By format: a published file, and the attempt that made it."""

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
    latest, successes = known.latest.get(target), known.successes.get(target, ())
    published = _published(successes)
    reason = (
        "asked again (--force)"
        if force
        else _ending(run, latest, successes) or _change(run, successes, published, check)
    )
    if reason:
        return Decision(run, is_needed=True, reason=reason)
    made = [published[kind] for kind in run.formats]
    since = max(record.ended_at for record, _ in made)
    outputs = tuple(output for _, output in made)
    return Decision(run, is_needed=False, reason=f"unchanged since {_minute(since)}", outputs=outputs)


def _published(successes: Sequence[Record]) -> _Published:
    """Each file as it was published last, and by which attempt."""
    return {output.kind: (record, output) for record in reversed(successes) for output in record.outputs}


def _ending(run: Run, latest: Record | None, successes: Sequence[Record]) -> str:
    """How the latest attempt ended badly, if what it was to make is asked for and still to be made."""
    if latest is None or latest.state is State.SUCCEEDED:
        return ""
    before = latest.request
    is_about_this = before.run_id == run.run_id and not set(before.formats).isdisjoint(run.formats)
    return _ENDED_BADLY[latest.state] if is_about_this or not successes else ""


def _change(run: Run, successes: Sequence[Record], published: _Published, check: FileCheck) -> str:
    """What is different from the last success; empty if nothing is."""
    if not successes:
        return "new"
    before = successes[0].request
    if before.run_id == run.run_id:
        return _damage(run, published, check)
    if before.notebook_hash != run.notebook_hash:
        return "the notebook has changed"
    if before.data_version != run.data_version:
        return "the data has changed"
    if before.code_version != code_version():
        return "the code has changed"
    return "the parameters have changed"


def _damage(run: Run, published: _Published, check: FileCheck) -> str:
    """Which of the files is not there, or not as it was published; empty if all are."""
    for kind in run.formats:
        state = check(*published[kind]) if kind in published else FileState.MISSING
        if state is FileState.MISSING:
            return f"its {kind.upper()} is missing"
        if state is FileState.CHANGED:
            return f"its {kind.upper()} was changed by hand"
    return ""


def _minute(instant: str) -> str:
    """A UTC instant of the ledger to the minute: 2026-11-27T04:00Z."""
    return f"{instant[:16]}Z"
