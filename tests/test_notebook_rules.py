"""A notebook asks, measures, draws and comments; it opens on any machine and keeps no outputs."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.house import MACHINE_PATH, notebooks, relative

NOTEBOOK_IMPORTS = {"analytics_lib", "altair", "IPython"}


def read(notebook: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))
    return content


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(notebook)["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_there_are_notebooks_to_check() -> None:
    assert {"bookings.ipynb", "executive.ipynb"} <= {path.name for path in notebooks()}


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_notebooks_store_no_outputs(notebook: Path) -> None:
    for cell in code_cells(notebook):
        assert cell["outputs"] == [], source(cell)
        assert cell["execution_count"] is None, source(cell)


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_notebooks_open_on_any_machine(notebook: Path) -> None:
    content = read(notebook)
    kernel = content["metadata"]["kernelspec"]
    assert kernel == {"display_name": "Analytics", "language": "python", "name": "analytics"}
    every = [content["metadata"], *(cell["metadata"] for cell in content["cells"])]
    assert not re.search(MACHINE_PATH, json.dumps(every))


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_notebooks_have_one_cell_of_parameters(notebook: Path) -> None:
    tagged = [cell for cell in code_cells(notebook) if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    assert {type(node) for node in ast.parse(source(tagged[0])).body} <= {ast.Assign, ast.AnnAssign}


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_notebooks_ask_measure_draw_and_comment_only(notebook: Path) -> None:
    for cell in code_cells(notebook):
        assert not re.search(r"\bSELECT\b", source(cell)), source(cell)
        for node in ast.walk(ast.parse(source(cell))):
            assert not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef), source(cell)
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= NOTEBOOK_IMPORTS
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] in NOTEBOOK_IMPORTS
