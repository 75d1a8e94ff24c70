"""One run: what it makes, and what it says when the notebook goes wrong. Nothing here is published."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

import nbformat
import papermill
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.runs import State
from scheduler.engine import Trace
from scheduler.execute import execute
from scheduler.failure_sentence import LONGEST
from scheduler.kernel_manager import PromptKernelManager
from scheduler.limits import Limits
from scheduler.outcome import EXECUTED, Outcome
from scheduler.pinned import Data
from scheduler.plan import Run
from tests.scheduler.conftest import Watch
from tests.scheduler.made_runs import made_notebook, planned
from tests.small_platform import NOTEBOOKS


def run_of(name: str, small: AnalyticsService, formats: tuple[str, ...], limits: Limits) -> Run:
    notebook = name if name.endswith(".ipynb") else str(NOTEBOOKS / f"{name}.ipynb")
    (run,) = planned(small, (notebook,), formats=formats, limits=limits)
    return run


def outcome_of(
    name: str,
    small: AnalyticsService,
    folder: Path,
    formats: tuple[str, ...] = ("html", "pdf"),
    limits: Limits | None = None,
    trace: Trace | None = None,
) -> Outcome:
    folder.mkdir(exist_ok=True)
    run = run_of(name, small, formats, limits or Limits(cell_seconds=60))
    with small.warehouse.share() as (url, snapshot):
        return execute(run, Data(url, snapshot), folder, trace)


def test_a_good_run_makes_every_format(small: AnalyticsService, tmp_path: Path, watch: Watch) -> None:
    told: list[tuple[int, int]] = []
    trace = Trace(lambda cell, cells: told.append((cell, cells)))
    outcome = outcome_of("good", small, tmp_path / "made", ("html", "pdf", "ipynb"), trace=trace)
    assert (outcome.state, outcome.failure) == (State.SUCCEEDED, "")
    assert [page.kind for page in outcome.pages] == ["html", "pdf", "ipynb"]
    for page in outcome.pages:
        content = (tmp_path / "made" / f"report.{page.kind}").read_bytes()
        assert (page.sha256, page.size) == (hashlib.sha256(content).hexdigest(), len(content))
    cells = outcome.cells
    assert told == [(cell, cells) for cell in range(1, cells + 1)] and outcome.cell == cells > 3
    assert watch.kernels_started() == 1
    assert watch.left_behind() == []


@pytest.mark.parametrize(
    ("name", "limit", "cell", "reason", "state"),
    [
        ("failing_cell", 60, 3, "ZeroDivisionError: division by zero", State.FAILED),
        ("endless_cell", 2, 4, "2 seconds", State.TIMED_OUT),
        ("killed_kernel", 60, 4, "kernel died", State.FAILED),
        ("empty_chart", 60, 4, "empty chart: Nobody came", State.FAILED),
    ],
)
def test_a_run_that_goes_wrong_says_where_and_why_and_makes_no_page(
    small: AnalyticsService,
    tmp_path: Path,
    watch: Watch,
    name: str,
    limit: int,
    cell: int,
    reason: str,
    state: State,
) -> None:
    begun = time.monotonic()
    outcome = outcome_of(name, small, tmp_path / "made", limits=Limits(cell_seconds=limit))
    assert time.monotonic() - begun < 45
    assert outcome.state is state and "\n" not in outcome.failure
    # papermill puts its own cell of parameters behind the notebook's.
    found = re.search(r"\bcell (\d+)\b", outcome.failure)
    assert found and int(found[1]) == cell + 1, outcome.failure
    assert reason in outcome.failure and outcome.pages == ()
    assert not list((tmp_path / "made").glob("report.*"))
    assert nbformat.read(tmp_path / "made" / EXECUTED, as_version=4).cells
    assert watch.kernels_started() == 1
    assert watch.left_behind() == []


def test_a_syntax_error_is_the_failure_of_its_cell(small: AnalyticsService, tmp_path: Path) -> None:
    broken = made_notebook(tmp_path, "broken", "print('fine')", "def f(:\n    pass")
    outcome = outcome_of(broken, small, tmp_path / "made")
    assert (outcome.state, outcome.exception, outcome.cell) == (State.FAILED, "SyntaxError", 5)
    assert outcome.failure.startswith("cell 5 failed with SyntaxError: ") and "\n" not in outcome.failure


def test_what_a_cell_raises_is_told_in_one_short_line(small: AnalyticsService, tmp_path: Path) -> None:
    raises = "raise type('E' * 400, (ValueError,), {})('row, ' * 20000)"
    outcome = outcome_of(made_notebook(tmp_path, "raises", raises), small, tmp_path / "made")
    assert outcome.failure.startswith("cell 4 failed with EEE") and len(outcome.failure) == LONGEST
    assert len(outcome.exception) == LONGEST


def test_an_exception_without_words_is_told_by_its_name(small: AnalyticsService, tmp_path: Path) -> None:
    silent = made_notebook(tmp_path, "silent", "assert 1 == 2")
    outcome = outcome_of(silent, small, tmp_path / "made")
    assert outcome.failure == "cell 4 failed with AssertionError."


@pytest.mark.parametrize(
    "cell", ["eaten = bytearray(2**31)", "import numpy; numpy.ones(2**28)"], ids=["python", "numpy"]
)
def test_a_cell_that_eats_all_memory_is_named(small: AnalyticsService, tmp_path: Path, cell: str) -> None:
    hungry = made_notebook(tmp_path, "hungry", "print('fine')", cell)
    outcome = outcome_of(hungry, small, tmp_path / "made", limits=Limits(memory=500 * 2**20))
    assert (outcome.state, outcome.cell) == (State.FAILED, 5)
    assert outcome.failure.startswith("cell 5 ran out of memory (it may take 500 MiB): ")


def test_a_notebook_that_was_changed_after_it_was_planned_is_not_run(
    small: AnalyticsService, tmp_path: Path, watch: Watch
) -> None:
    notebook = made_notebook(tmp_path, "changing", "print('as planned')")
    run = run_of(notebook, small, ("ipynb",), Limits())
    made_notebook(tmp_path, "changing", "print('changed')")
    with small.warehouse.share() as (url, snapshot):
        outcome = execute(run, Data(url, snapshot), tmp_path)
    assert outcome.state is State.FAILED and "changed after the run was planned" in outcome.failure
    assert watch.kernels_started() == 0


def test_a_notebook_that_comes_to_its_end_is_written_once_before_it_begins(
    small: AnalyticsService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papermill.engines, "write_ipynb", lambda *_: pytest.fail("papermill writes it, too"))
    outcome = outcome_of("plain", small, tmp_path, ("html",))
    assert outcome.state is State.SUCCEEDED
    assert not any(cell.get("outputs") for cell in nbformat.read(tmp_path / EXECUTED, as_version=4).cells)


def test_one_that_is_refused_after_its_end_is_kept_with_all_that_it_shows(
    small: AnalyticsService, tmp_path: Path
) -> None:
    outcome = outcome_of("empty_chart", small, tmp_path)
    assert outcome.state is State.FAILED
    assert nbformat.read(tmp_path / EXECUTED, as_version=4).cells[-1].outputs


def test_a_folder_may_have_braces_in_its_name(small: AnalyticsService, tmp_path: Path) -> None:
    assert outcome_of("plain", small, tmp_path / "{year}", ("html",)).state is State.SUCCEEDED


def test_it_is_written_in_between_if_cells_take_long(
    small: AnalyticsService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.engine.SAVED_EVERY", 0.5)
    slow = made_notebook(tmp_path, "slow", "print('first')\nimport time; time.sleep(1)", "time.sleep(600)")
    seen: list[str] = []
    executed = tmp_path / "made" / EXECUTED

    def look(cell: int, _: int) -> None:
        if cell == 5:
            seen.append(executed.read_text())

    outcome = outcome_of(slow, small, tmp_path / "made", limits=Limits(cell_seconds=3), trace=Trace(look))
    assert outcome.state is State.TIMED_OUT
    assert len(seen) == 1 and "first" in nbformat.reads(seen[0], as_version=4).cells[3].outputs[0].text


def test_a_chart_without_words_is_refused(small: AnalyticsService, tmp_path: Path) -> None:
    outcome = outcome_of("chart_without_words", small, tmp_path, ("html",))
    assert outcome.state is State.FAILED and "\n" not in outcome.failure
    assert "alternative text" in outcome.failure or "alt text" in outcome.failure


def test_the_executed_notebook_carries_where_its_numbers_come_from(
    small: AnalyticsService, tmp_path: Path
) -> None:
    run = run_of("plain", small, ("ipynb",), Limits())
    outcome_of("plain", small, tmp_path, ("ipynb",))
    notebook = nbformat.read(tmp_path / "report.ipynb", as_version=4)
    stamp = notebook.metadata["analytics"]
    assert stamp["run_id"] == run.run_id
    assert stamp["data_as_of"] == "2026-10-31T23:00:00Z"
    assert small.warehouse.version().startswith(stamp["data_version"])
    assert stamp["period"] == "2026-10" and stamp["scope"]["zone"] == "Europe/Madrid"
    assert "papermill" not in notebook.metadata
    assert not any("papermill" in cell.metadata or "execution" in cell.metadata for cell in notebook.cells)
    assert str(tmp_path) not in nbformat.writes(notebook)


@pytest.mark.parametrize(("name", "limit"), [("child_process", 60), ("endless_child", 3), ("plain", 60)])
def test_a_run_is_silent_and_ends_what_its_cells_started(
    small: AnalyticsService,
    tmp_path: Path,
    watch: Watch,
    capfd: pytest.CaptureFixture[str],
    name: str,
    limit: int,
) -> None:
    outcome = outcome_of(name, small, tmp_path / "made", ("ipynb",), Limits(cell_seconds=limit))
    assert bool(outcome.failure) == (name == "endless_child")
    assert "started" in (tmp_path / "made" / EXECUTED).read_text() or name == "plain"
    assert watch.left_behind() == []
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_written_is_the_outcome_of_the_run(
    small: AnalyticsService, tmp_path: Path
) -> None:
    run = run_of("plain", small, ("ipynb",), Limits())
    with small.warehouse.share() as (url, snapshot):
        outcome = execute(run, Data(url, snapshot), tmp_path / "not there")
    assert outcome.state is State.FAILED and "could not be written" in outcome.failure


@pytest.mark.parametrize(
    ("raised", "state"), [(SystemExit(143), State.CANCELLED), (ValueError("odd"), State.FAILED)]
)
def test_what_comes_while_the_kernel_ends_ends_the_run_and_not_its_worker(
    small: AnalyticsService,
    tmp_path: Path,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    state: State,
) -> None:
    end = PromptKernelManager.end

    async def interrupted(manager: PromptKernelManager) -> None:
        await end(manager)
        raise raised

    monkeypatch.setattr(PromptKernelManager, "end", interrupted)
    assert outcome_of("plain", small, tmp_path / "made", ("html",)).state is state
    assert watch.left_behind() == []
