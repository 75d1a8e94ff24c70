"""nbval runs every notebook over a fixed sample and finds the words and numbers that were there before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.house import ROOT, notebooks
from tests.notebooks.reference_notebooks import COMPARED, FOLDER, chosen, reference

REMEDY = "make the references anew: .venv/bin/python -m tests.notebooks.reference_notebooks"


def nbval(notebook: Path, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval", str(notebook), "-p", "no:cacheprovider", "-q"]
    return subprocess.run(
        [*command, "--nbval-cell-timeout=120", "-W", "ignore", *options],
        cwd=ROOT,
        env={**os.environ, "ANALYTICS_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_notebook_has_a_reference_and_every_reference_a_notebook() -> None:
    assert {path.name for path in FOLDER.glob("*.ipynb")} == {path.name for path in notebooks()}, REMEDY


def test_references_are_made_anew_for_all_notebooks_or_for_some() -> None:
    assert chosen([]) == notebooks()
    assert chosen(["executive"]) == [ROOT / "notebooks" / "executive.ipynb"]
    with pytest.raises(SystemExit, match="no notebook executiv: choose of TEMPLATE, "):
        chosen(["executiv"])


@pytest.mark.parametrize("notebook", notebooks(), ids=lambda path: path.stem)
def test_a_reference_is_of_the_notebook_as_it_is_now(notebook: Path) -> None:
    assert reference(notebook).exists(), f"{REMEDY} {notebook.stem}"
    now, kept = (nbformat.read(path, as_version=4) for path in (notebook, reference(notebook)))
    assert [cell.source for cell in kept.cells] == [cell.source for cell in now.cells], (
        f"{REMEDY} {notebook.stem}"
    )


@pytest.mark.slow
@pytest.mark.parametrize("notebook", notebooks(), ids=lambda path: path.stem)
def test_it_says_what_it_said_before(notebook: Path, small_url: str) -> None:
    ran = nbval(reference(notebook), small_url)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]


@pytest.mark.slow
def test_another_number_in_an_output_is_found(small_url: str, tmp_path: Path) -> None:
    kept = nbformat.read(reference(ROOT / "notebooks" / "executive.ipynb"), as_version=4)
    told = next(cell for cell in kept.cells if cell.get("outputs") and "# " in cell.outputs[0].data[COMPARED])
    told.outputs[0].data[COMPARED] = told.outputs[0].data[COMPARED].replace("October", "November", 1)
    (tmp_path / "conftest.py").write_text((FOLDER / "conftest.py").read_text())
    nbformat.write(kept, tmp_path / "executive.ipynb")
    ran = nbval(tmp_path / "executive.ipynb", small_url, "--rootdir", str(tmp_path))
    assert ran.returncode == 1 and "1 failed" in ran.stdout, ran.stdout[-4000:]
