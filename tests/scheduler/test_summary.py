"""What a command says of many reports: while they are made, and in the end."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from analytics_lib import AnalyticsService
from analytics_lib.runs import State
from scheduler.finished import Finished, Progress
from scheduler.outcome import Outcome
from scheduler.plan import Run
from scheduler.progress import ReportProgress
from scheduler.summary import summary_line, summary_table
from tests.scheduler.made_runs import planned
from tests.small_platform import NOTEBOOKS


@pytest.fixture
def run(small: AnalyticsService) -> Run:
    (one,) = planned(small, (str(NOTEBOOKS / "plain.ipynb"),))
    return one


def ended(run: Run, state: State = State.SUCCEEDED, seconds: float = 2.0) -> Finished:
    failure = "" if state is State.SUCCEEDED else "cell 4 failed."
    return Finished(run, Outcome(state, failure, wall_seconds=seconds, peak_memory=300 * 2**20))


def printed(*shown: object) -> str:
    console = Console(file=io.StringIO(), width=90)
    for each in shown:
        console.print(each)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_has_a_row_a_notebook_and_one_for_all(run: Run) -> None:
    other = replace(run, notebook=Path("other.ipynb"))
    finished = [ended(run), ended(run, State.FAILED, 3.0), ended(other, State.LOST, 1.0)]
    rows = [line.split() for line in printed(summary_table(finished)).splitlines() if line.strip()]
    assert rows[1:] == [
        ["plain", "1", "1", "5.0", "300"],
        ["other", "0", "1", "1.0", "300"],
        ["all", "1", "2", "6.0", "300"],
    ]


def test_the_line_counts_what_was_made_failed_and_cancelled(run: Run) -> None:
    finished = [*[ended(run)] * 3, ended(run, State.TIMED_OUT), ended(run, State.CANCELLED)]
    assert summary_line(finished, 30.0) == "3 made, 1 failed, 1 cancelled in 30.0 s, 10 a minute."
    assert summary_line([], 0.0) == "0 made in 0.0 s."


def test_a_person_sees_rate_failures_and_time_left_and_the_cells_of_each_run(run: Run) -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    with ReportProgress(4, is_watched=True, console=console) as progress:
        progress.watch(Progress(((run, 3, 9),)))
        progress.count(ended(run, State.FAILED))
        progress.say("Failed: plain")
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    for words in (
        "1/4",
        "3/9",
        "cells",
        "a minute",
        "1 failed",
        "left",
        "Failed: plain",
        "plain 2026-10 all",
    ):
        assert words in shown


def test_the_name_of_a_notebook_loses_no_letters(run: Run) -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    odd = replace(run, notebook=Path("a[b][bold].ipynb"))
    with ReportProgress(2, is_watched=True, console=console) as progress:
        progress.watch(Progress(((odd, 3, 9),)))
    assert isinstance(console.file, io.StringIO)
    assert "a[b][bold] 2026-10 all" in console.file.getvalue()


def test_a_person_sees_how_many_another_command_is_making(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=True)
    with ReportProgress(4, is_watched=True, console=console) as progress:
        progress.watch(Progress(((run, 3, 9),), elsewhere=3))
    assert isinstance(console.file, io.StringIO)
    assert "3 made by another command" in console.file.getvalue()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("count", "reports"), [(1, "1 report"), (2, "2 reports")])
def test_where_nobody_watches_waiting_is_told_once(
    capsys: pytest.CaptureFixture[str], count: int, reports: str
) -> None:
    with ReportProgress(4, is_watched=False) as progress:
        progress.watch(Progress(()))
        for left in (count, 1, 0, 1):
            progress.watch(Progress((), elsewhere=left))
    line = f"Waiting for {reports} that another command is making.\n"
    assert capsys.readouterr() == ("", line)


def test_where_nobody_watches_only_what_is_said_is_printed(run: Run) -> None:
    console = Console(file=io.StringIO(), width=120)
    with ReportProgress(4, is_watched=False, console=console) as progress:
        progress.watch(Progress(((run, 3, 9),)))
        progress.count(ended(run))
        progress.say("a line")
    assert isinstance(console.file, io.StringIO) and console.file.getvalue() == "a line\n"
