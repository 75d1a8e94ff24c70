"""What a command says of its runs when somebody cancels them, and whose kernels it prepares."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.runs import Ledger, State, open_ledger
from scheduler.crew import Begun, Ended, News, Task
from scheduler.finished import Finished
from scheduler.incremental import Decision
from scheduler.outcome import Outcome
from scheduler.pinned import Data
from scheduler.plan import Run
from scheduler.report_runs import run_needed
from tests.scheduler.made_runs import planned
from tests.small_platform import NOTEBOOKS


class PatientCrew:
    """Has room for one run, and goes on with it until it is stopped; whoever begins one is called first."""

    def __init__(self, begun: Callable[[Run], object]) -> None:
        self._begun = begun
        self._news: list[News] = []
        self._is_busy = False

    def has_room(self, need: int) -> bool:
        return need > 0 and not self._is_busy

    def give(self, task: Task) -> None:
        self._is_busy = True
        self._news.append(Begun(task.number, "a test"))
        self._begun(task.run)

    def news(self, patience: float) -> Sequence[News]:
        if not self._news:
            time.sleep(patience)
        told, self._news = self._news, []
        return told

    def stop(self, number: int) -> None:
        self._is_busy = False
        self._news.append(Ended(number, Outcome(State.CANCELLED, "it was stopped.")))

    def close(self) -> None:
        self._news.clear()


@pytest.fixture
def run(small: AnalyticsService) -> Run:
    (one,) = planned(small, (str(NOTEBOOKS / "plain.ipynb"),))
    return one


@pytest.fixture
def greeted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Says how often kernels of this machine were prepared."""
    found: list[str] = []
    monkeypatch.setattr("scheduler.kernels.owner.greet", lambda: found.append("greeted"))
    return found


def carried_out(
    run: Run,
    ledger: Ledger,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    begun: Callable[[Run], object],
    *,
    workers: str = "",
    is_silent: bool = False,
) -> list[Finished]:
    """What became of a run that a patient crew carries out."""
    monkeypatch.setattr("scheduler.crews.crew_of", lambda *_: PatientCrew(begun))
    decisions = [Decision(run, is_needed=True, reason="new")]
    data = Data("duckdb:///none.duckdb", None)
    return list(run_needed(decisions, data, folder, ledger, workers=workers, is_silent=is_silent).values())


@pytest.mark.parametrize(
    ("workers", "times", "is_silent"), [("", 1, False), ("2", 1, True), ("dask://127.0.0.1:8786", 0, False)]
)
def test_a_run_that_somebody_else_cancels_is_told(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    greeted: list[str],
    workers: str,
    times: int,
    is_silent: bool,
) -> None:
    ledger = open_ledger(tmp_path)
    (finished,) = carried_out(
        run,
        ledger,
        tmp_path,
        monkeypatch,
        lambda begun: ledger.ask_to_cancel(begun.run_id),
        workers=workers,
        is_silent=is_silent,
    )
    assert finished.outcome.state is State.CANCELLED
    line = "Cancelled: plain (2026-10): it was cancelled before its first cell.\n"
    assert capsys.readouterr() == ("" if is_silent else line, "")
    assert len(greeted) == times


def test_whoever_stops_the_command_is_not_told_of_each_run(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    greeted: list[str],
) -> None:
    ledger = open_ledger(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        carried_out(run, ledger, tmp_path, monkeypatch, lambda _: os.kill(os.getpid(), signal.SIGINT))
    assert [record.state for record in ledger.records()] == [State.CANCELLED]
    assert capsys.readouterr() == ("", "") and greeted
