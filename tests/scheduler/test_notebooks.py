"""The list of reports: a notebook that is dropped into the folder is in it, without more ado."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError
from scheduler.notebooks import Listed, find_notebook, listed, listed_names
from scheduler.plan import Asked, plan
from tests.scheduler.conftest import Watch
from tests.small_platform import NOTEBOOKS, Command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two reports, a template to copy from, and an audit in a folder of its own."""
    home = tmp_path / "project"
    (home / "parameters").mkdir(parents=True)
    folder = home / "notebooks"
    (folder / "audits").mkdir(parents=True)
    for place in ("plain", "other", "TEMPLATE", "audits/money"):
        shutil.copy(NOTEBOOKS / "plain.ipynb", folder / f"{place}.ipynb")
    monkeypatch.setenv("ANALYTICS_HOME", str(home))
    return folder


def drop(folder: Path, name: str, first: str) -> None:
    """Put a new report into the folder, whose parameters begin with that line."""
    notebook = json.loads((NOTEBOOKS / "plain.ipynb").read_text())
    notebook["cells"][0]["source"].insert(0, f"{first}\n")
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook))


def test_templates_and_notebooks_in_folders_are_no_reports(project: Path) -> None:
    assert listed_names() == ("other", "plain")
    assert listed() == (Listed("other", "", ""), Listed("plain", "", ""))


def test_a_notebook_dropped_in_is_listed_and_part_of_each(
    project: Path, small: AnalyticsService, analytics: Command, watch: Watch
) -> None:
    drop(project, "payments", "# Payments: did the money come in, and what was lost: all of it")
    assert listed_names() == ("other", "payments", "plain")
    runs = plan(Asked(notebooks=("each",), time_frames=("month", "year")), small)
    assert [run.place.as_posix() for run in runs] == [
        f"{period}/{name}/all" for name in ("other", "payments", "plain") for period in ("2026-10", "2025")
    ]
    said = analytics("report", "--list")
    assert said.code == 0 and said.err == ""
    (line,) = [line for line in said.out.splitlines() if "payments" in line]
    words = " ".join(line.split())
    assert words == "payments Payments did the money come in, and what was lost: all of it"
    assert json.loads(analytics("report", "--list", "--format", "json").out)[1] == {
        "name": "payments",
        "title": "Payments",
        "line": "did the money come in, and what was lost: all of it",
    }
    assert watch.kernels_started() == 0


@pytest.mark.parametrize(
    ("first", "title", "line"),
    [
        ("# Who left?", "", "Who left?"),
        ("#Money: in", "Money", "in"),
        ("#", "", ""),
        ("# [b]: [/b]", "[b]", "[/b]"),
        ("x = 1", "", ""),
    ],
)
def test_a_notebook_is_about_what_its_first_line_says(
    project: Path, analytics: Command, first: str, title: str, line: str
) -> None:
    drop(project, "new", first)
    assert Listed("new", title, line) in listed()
    assert title in (out := analytics("report", "--list").out) and line in out


def test_a_list_is_for_a_terminal_or_for_programs(project: Path, analytics: Command) -> None:
    said = analytics("report", "--list", "--format", "html")
    assert said.code == 2 and said.out == "" and len(said.err.splitlines()) == 1


def test_a_file_that_is_no_notebook_is_named(project: Path) -> None:
    (project / "broken.ipynb").write_text("not json")
    with pytest.raises(InputError, match=r"broken\.ipynb is not a Jupyter notebook"):
        listed()


def test_each_in_a_project_without_reports_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: AnalyticsService
) -> None:
    for name in ("notebooks", "parameters"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path))
    with pytest.raises(InputError, match="holds no report"):
        plan(Asked(notebooks=("each",)), small)


def test_the_notebooks_of_the_project_are_the_same_by_name_and_by_path(project: Path) -> None:
    shutil.copy(project / "plain.ipynb", project / "plain.v2.ipynb")
    (project / "linked.ipynb").symlink_to(NOTEBOOKS / "numbers.ipynb")
    for name in ("plain", "plain.v2", "TEMPLATE", "linked"):
        assert find_notebook(name) == find_notebook(f"{name}.ipynb", (project,)) == project / f"{name}.ipynb"


def test_a_foreign_notebook_does_not_replace_the_reports_of_one_of_the_project(
    project: Path, small: AnalyticsService, tmp_path: Path
) -> None:
    foreign = tmp_path / "plain.ipynb"
    shutil.copy(NOTEBOOKS / "plain.ipynb", foreign)
    with pytest.raises(InputError) as refused:
        plan(Asked(notebooks=(str(foreign),)), small)
    assert str(refused.value) == (
        f"The notebook {foreign} has the name of one of the project's, whose reports it would replace: "
        "rename it."
    )
    (link := tmp_path / "link.ipynb").symlink_to(foreign)
    with pytest.raises(InputError, match="rename it"):
        find_notebook(str(link))
    renamed = foreign.rename(tmp_path / "renamed.ipynb")
    (run,) = plan(Asked(notebooks=(str(renamed),), period="2026-10"), small)
    assert run.place == Path("2026-10/renamed/all")
