"""What the supervisor tells of runs: how far those are that go on, and what became of those that ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analytics_lib.runs import Output, Record, State
from scheduler.outcome import Outcome
from scheduler.plan import Run


@dataclass(frozen=True)
class Progress:
    """Where all runs stand: which cell of how many each has reached that runs here.

    `elsewhere` is the number of those that another command is making, and that this one waits for.
    """

    running: tuple[tuple[Run, int, int], ...]
    elsewhere: int = 0


@dataclass(frozen=True)
class Finished:
    """What became of a run: its last outcome, and the files that were published or kept."""

    run: Run
    outcome: Outcome
    outputs: tuple[Output, ...] = ()
    kept: Path | None = None
    attempts: int = 1

    @property
    def failure(self) -> str:
        """Which run ended how, in one sentence; empty for a success."""
        about = f"{self.run.name} ({self.run.scope.period.name})"
        return f"{about}: {self.outcome.failure}" if self.outcome.failure else ""


def is_answered_by(run: Run, record: Record) -> bool:
    """Whether what another command has made of a run is all that this one wants to know of it."""
    if record.request.run_id != run.run_id or not record.state.is_final:
        return False
    if record.state is State.SUCCEEDED:
        return {output.kind for output in record.outputs} >= set(run.formats)
    return record.state in (State.FAILED, State.TIMED_OUT)


def made_elsewhere(run: Run, record: Record) -> Finished:
    """What another command has made of a run, as if it had been made here."""
    outcome = Outcome(
        record.state,
        record.failure,
        record.exception,
        record.cell,
        record.cells,
        record.wall_seconds,
        record.processor_seconds,
        record.peak_memory,
    )
    return Finished(run, outcome, record.outputs, attempts=0)
