"""One run: what it publishes, and what it says and leaves alone when the notebook goes wrong."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

import nbformat
import papermill
import pytest

from analytics_lib import AnalyticsService
from scheduler.execute import Data, Outcome, execute
from scheduler.plan import Asked, plan
from tests.scheduler.conftest import Watch
from tests.small_platform import NOTEBOOKS


def outcome_of(
    name: str,
    small: AnalyticsService,
    output: Path,
    formats: tuple[str, ...] = ("html", "pdf"),
    limit: int = 60,
) -> Outcome:
    (run,) = plan(Asked(notebooks=(str(NOTEBOOKS / f"{name}.ipynb"),), period="2026-10"), small)
    with small.warehouse.share() as (url, snapshot):
        return execute(run, Data(url, snapshot), formats, output, cell_limit=limit)


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def good_report(folder: Path, name: str) -> dict[str, str]:
    """Earlier reports of a notebook that now fails."""
    place = folder / "2026-10" / name
    place.mkdir(parents=True)
    (place / "all.html").write_text("the last good report")
    (place / "all.pdf").write_bytes(b"%PDF the last good report")
    return contents(folder)


def test_a_good_run_publishes_every_format_and_leaves_nothing_else(
    small: AnalyticsService, tmp_path: Path, watch: Watch
) -> None:
    output = tmp_path / "reports"
    outcome = outcome_of("good", small, output, ("html", "pdf", "ipynb"))
    assert outcome.failure is None
    names = [f"2026-10/good/all.{kind}" for kind in ("html", "pdf", "ipynb")]
    assert [path.relative_to(output).as_posix() for path in outcome.files] == names
    assert sorted(contents(output)) == sorted(names)
    assert watch.kernels_started() == 1
    assert watch.left_behind() == []


@pytest.mark.parametrize(
    ("name", "limit", "cell", "reason"),
    [
        ("failing_cell", 60, 3, "ZeroDivisionError: division by zero"),
        ("endless_cell", 2, 4, "2 seconds"),
        ("killed_kernel", 60, 4, "kernel died"),
        ("empty_chart", 60, 4, "empty chart: Nobody came"),
    ],
)
def test_a_run_that_goes_wrong_says_where_and_why_and_touches_no_report(
    small: AnalyticsService, tmp_path: Path, watch: Watch, name: str, limit: int, cell: int, reason: str
) -> None:
    output = tmp_path / "reports"
    before = good_report(output, name)
    begun = time.monotonic()
    outcome = outcome_of(name, small, output, limit=limit)
    assert time.monotonic() - begun < 45
    assert outcome.failure is not None
    assert "\n" not in outcome.failure
    # papermill puts its own cell of parameters behind the notebook's.
    found = re.search(r"\bcell (\d+)\b", outcome.failure)
    assert found and int(found[1]) == cell + 1, outcome.failure
    assert name in outcome.failure and reason in outcome.failure and "2026-10" in outcome.failure
    kept = f"2026-10/{name}/all.failed.ipynb"
    assert [path.relative_to(output).as_posix() for path in outcome.files] == [kept]
    after = contents(output)
    assert after.pop(kept)
    assert after == before
    assert nbformat.read(output / kept, as_version=4).cells
    assert watch.kernels_started() == 1
    assert watch.left_behind() == []


def test_the_executed_notebook_is_not_written_after_every_cell(
    small: AnalyticsService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    monkeypatch.setattr(
        papermill.engines, "write_ipynb", lambda *written_now: written.append(len(written_now))
    )
    outcome = outcome_of("plain", small, tmp_path, ("html",))
    assert outcome.failure is None and len(written) == 2


def test_a_chart_without_words_is_refused(small: AnalyticsService, tmp_path: Path) -> None:
    outcome = outcome_of("chart_without_words", small, tmp_path, ("html",))
    assert outcome.failure is not None and "\n" not in outcome.failure
    assert "alternative text" in outcome.failure or "alt text" in outcome.failure
    assert not list(tmp_path.rglob("*.html"))


def test_a_good_run_takes_the_failed_notebook_away(small: AnalyticsService, tmp_path: Path) -> None:
    kept = tmp_path / "2026-10" / "plain" / "all.failed.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    outcome = outcome_of("plain", small, tmp_path, ("html",))
    assert outcome.failure is None
    assert not kept.exists()


def test_the_executed_notebook_carries_where_its_numbers_come_from(
    small: AnalyticsService, tmp_path: Path
) -> None:
    outcome = outcome_of("plain", small, tmp_path, ("ipynb",))
    notebook = nbformat.read(outcome.files[0], as_version=4)
    stamp = notebook.metadata["analytics"]
    assert stamp["run_id"] == outcome.run.run_id
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
    outcome = outcome_of(name, small, tmp_path / "reports", ("ipynb",), limit)
    assert bool(outcome.failure) == (name == "endless_child")
    assert "started" in outcome.files[0].read_text() or name == "plain"
    assert watch.left_behind() == []
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_cannot_be_written_is_the_outcome_of_the_run(
    small: AnalyticsService, tmp_path: Path
) -> None:
    (tmp_path / "reports").write_text("a file in the way")
    good = outcome_of("plain", small, tmp_path / "reports", ("ipynb",))
    assert good.files == () and "could not be written" in str(good.failure)
    failing = outcome_of("failing_cell", small, tmp_path / "reports", ("ipynb",))
    assert failing.files == () and "ZeroDivisionError" in str(failing.failure)
