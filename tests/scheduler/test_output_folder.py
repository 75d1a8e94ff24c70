"""The folder of reports: one path for every way to write it, and a sentence for what cannot be one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analytics_lib.errors import InputError
from scheduler.output_folder import output_folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_folder_has_one_path_however_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "link").symlink_to("reports")
    (tmp_path / "dangling").symlink_to("later")
    for named in ("reports", "out/../reports", "link", tmp_path / "reports", "./reports/"):
        assert output_folder(Path(named)) == tmp_path / "reports"
    assert output_folder(Path("dangling")) == tmp_path / "later"
    assert output_folder(Path("a/b/c")) == tmp_path / "a" / "b" / "c"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "link", "reports"]


def test_the_usual_folder_is_the_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("notebooks", "parameters"):
        (tmp_path / "project" / name).mkdir(parents=True)
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path / "project"))
    assert output_folder(None) == tmp_path / "project" / "reports"


IS_FILE = (
    "The reports cannot be written to {named}, because {here}/file is a file: name a folder as --output."
)
IS_LOST = "The path of reports {named} cannot be followed: name another --output."


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("/", "The reports cannot lie in / itself: name a folder in it as --output."),
        ("file", IS_FILE),
        ("file/in/it", IS_FILE),
        ("circle", IS_LOST),
        ("a" * 300, IS_LOST),
        ("nul\0", IS_LOST),
    ],
)
def test_what_cannot_hold_reports_is_refused(tmp_path: Path, named: str, reason: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(InputError) as refused:
        output_folder(Path(named))
    assert str(refused.value) == reason.format(named=named, here=tmp_path)


def test_a_folder_that_lets_nothing_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs the tests may be allowed to write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path or mode != os.W_OK | os.X_OK)
    with pytest.raises(InputError, match=r"written to new, because .* lets nothing be written: name another"):
        output_folder(Path("new"))
    (tmp_path / "mine").mkdir()
    assert output_folder(Path("mine")) == tmp_path / "mine"
