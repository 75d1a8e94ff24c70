"""What a supervisor must not rest on: the clock of the wall, and that a run is still its own."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.runs import Owner, State, history, open_ledger
from scheduler.workplace import NAME
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import WAITS_FOR, at_cell, contents, wait_until
from tests.scheduler.made_runs import carried_out, ledger_of, made_notebook, planned

DAY = timedelta(days=1)


class SetBack:
    """A clock of the wall that somebody sets back by a day while runs are under way."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self, zone: tzinfo | None = None) -> datetime:
        return datetime.now(zone) - self.by


@pytest.mark.slow
def test_a_clock_that_is_set_back_changes_no_state_and_no_duration(
    small: AnalyticsService, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, sign, clock = tmp_path / "reports", tmp_path / "sign", SetBack()
    monkeypatch.setattr(history, "datetime", clock)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - clock.by.total_seconds())
    names = [
        made_notebook(tmp_path / "n", name, WAITS_FOR.format(sign=str(sign))) for name in ("a", "b", "c")
    ]

    def set_back() -> None:
        wait_until(at_cell(output, 4, count=2))
        clock.by = DAY
        # What looks for dead owners must not find one now.
        assert open_ledger(output).settle(wait=3) == ()
        sign.touch()

    setting = threading.Thread(target=set_back)
    setting.start()
    found = carried_out(small, output, planned(small, names), workers=2)
    setting.join()
    assert {(str(each.outcome.state), each.attempts) for each in found.values()} == {("succeeded", 1)}
    records = ledger_of(output).records()
    assert [record.state for record in records] == [State.SUCCEEDED] * 3
    early = f"{datetime.now(UTC) - DAY / 2:%Y-%m-%dT%H:%M:%S}"
    assert all(record.ended_at < early < record.queued_at for record in records)
    assert all(0 < record.wall_seconds < 120 and 0 < record.processor_seconds < 120 for record in records)
    # Asked for a day earlier, as that clock has it, but later all the same.
    ledger = open_ledger(output)
    (claim,) = ledger.queue([records[-1].request], Owner.here())
    ledger.finish(claim, State.CANCELLED)
    assert (ledger.records(1)[0].request.notebook, claim.attempt) == (records[-1].request.notebook, 2)
    assert ledger.check() == ()
    assert watch.left_behind() == []


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["print('late')", "1 / 0"], ids=["good", "failing"])
def test_a_run_that_was_given_to_another_command_publishes_nothing(
    small: AnalyticsService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    output, sign = tmp_path / "reports", tmp_path / "sign"
    monkeypatch.setattr("scheduler.supervise.BEAT", 3600.0)
    notebook = made_notebook(tmp_path / "n", "late", f"{WAITS_FOR.format(sign=str(sign))}\n{cell}")
    (run,) = planned(small, (notebook,))
    theirs = output / f"{run.place}.ipynb"
    before: dict[str, bytes] = {}

    def take_over() -> None:
        minute = iter(range(0, 10**6, 60))
        ledger = open_ledger(output, clock=lambda: float(next(minute)))
        wait_until(lambda: any(record.started_at for record in ledger.records()))
        (lost,) = ledger.settle(wait=600)
        assert "gave no sign of life for 45 seconds" in lost.failure
        (claim,) = ledger.queue([lost.request], Owner.here())
        ledger.start(claim)
        theirs.parent.mkdir(parents=True)
        theirs.write_text("made by another command")
        ledger.finish(claim, State.SUCCEEDED)
        before.update({str(theirs.relative_to(output)): theirs.read_bytes()})
        sign.touch()

    other = threading.Thread(target=take_over)
    other.start()
    found = carried_out(small, output, (run,))["late"]
    other.join()
    assert (found.outcome.state, found.outputs, found.kept) == (State.LOST, (), None)
    assert "is no longer this process's" in found.failure
    assert contents(output) == before and not (output / NAME).exists()
    assert [record.state for record in ledger_of(output).records()] == [State.SUCCEEDED, State.LOST]
