"""Where the project is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics_lib.errors import InputError
from analytics_lib.home import home


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("notebooks", "parameters"):
        (tmp_path / "project" / name).mkdir(parents=True)
    return tmp_path / "project"


def test_the_variable_comes_first(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYTICS_HOME", str(project))
    assert home() == project


def test_a_variable_that_names_no_project_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path))
    with pytest.raises(InputError, match="must hold 'notebooks' and 'parameters'"):
        home()


def test_then_the_nearest_parent(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANALYTICS_HOME", raising=False)
    monkeypatch.chdir(project / "notebooks")
    assert home() == project


def test_then_the_folder_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANALYTICS_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert (home() / "analytics_lib" / "home.py").is_file()
