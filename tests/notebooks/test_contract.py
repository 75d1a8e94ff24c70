"""A notebook asks, measures, draws and comments; it opens on any machine and keeps no outputs."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from scheduler.parameters import declared
from tests.house import MACHINE_PATH, notebooks, relative

NOT_OURS = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Try, ast.With),
    *(ast.For, ast.While, ast.If, ast.Global, ast.Delete),
)
"""What is logic, and so belongs into the library with its tests."""
MOVES = re.compile(r"(?i)\b(rose|fell|grew|dropped|increased?|decreased?|up|down|more|less|better|worse)\b")
NOTEBOOK_IMPORTS = {"analytics_lib", "altair", "IPython"}


def read(notebook: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(notebook.read_text(encoding="utf-8"))
    return content


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(notebook)["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


DOMAINS = {
    *("executive", "comprehensive", "bookings", "payments", "ai_usage", "user_engagement"),
    *("b2c", "b2b", "b2b2c", "finance", "reliability"),
}
SCHEMA = {
    "time_frame": "month",
    "period": "last",
    "as_of": "",
    "business_model": "all",
    "partner": "",
    "zone": "",
    "currency": "",
    "locale": "en",
}
"""What every report can be given, all texts; a notebook about one business model asks for that one."""


def test_every_domain_has_a_notebook_and_there_is_one_to_copy() -> None:
    assert DOMAINS | {"TEMPLATE"} <= {path.stem for path in notebooks()}


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_notebooks_take_the_parameters_of_every_report(notebook: Path) -> None:
    found = declared(nbformat.read(notebook, as_version=4), notebook.stem)
    own = {"business_model": notebook.stem} if notebook.stem in ("b2c", "b2b", "b2b2c") else {}
    assert found == SCHEMA | own


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_notebooks_say_in_their_first_line_what_they_are_about(notebook: Path) -> None:
    first = source(code_cells(notebook)[0]).splitlines()[0]
    assert re.fullmatch(r"# [A-Z]\S+: .{20,}[^.]", first), first


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_prose_comes_from_sentences_and_markdown_holds_headings_only(notebook: Path) -> None:
    """Prose by hand could say that a number rose which fell."""
    for cell in read(notebook)["cells"]:
        if cell["cell_type"] == "markdown":
            assert re.fullmatch(r"##+ [^\n\d%]+", source(cell)), source(cell)
        else:
            assert cell["cell_type"] == "code"
            for node in ast.walk(ast.parse(source(cell))):
                assert not isinstance(node, ast.JoinedStr), source(cell)
                words = node.value if isinstance(node, ast.Constant) else ""
                assert not isinstance(words, str) or not MOVES.search(words), words


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
            assert not isinstance(node, NOT_OURS), source(cell)
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= NOTEBOOK_IMPORTS
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] in NOTEBOOK_IMPORTS
