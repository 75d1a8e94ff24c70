"""Reports of every notebook, made once for all workers of a test run, and what they hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

CHART = "application/vnd.vegalite.v6+json"
TILES = "application/vnd.analytics.tiles+json"
TABLE = "application/vnd.analytics.table+json"


def outputs(notebook: nbformat.NotebookNode, mime: str) -> Iterator[Any]:
    """The outputs of one kind, in their order."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if mime in output.get("data", {}):
                yield output["data"][mime]


def executed(reports: Path, name: str, period: str = "2026-10") -> nbformat.NotebookNode:
    """The executed notebook that was published."""
    return nbformat.read(page(reports, name, "ipynb", period), as_version=4)


def page(reports: Path, name: str, kind: str, period: str = "2026-10") -> Path:
    """The published file of a report in one format."""
    (found,) = (reports / period / name).glob(f"*.{kind}")
    return found


def answers(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """The machine-readable answers that the outputs of a notebook carry, in their order."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if CHART in data:
                found.append(data[CHART]["usermeta"]["analytics"]["numbers"])
            elif TILES in data:
                found.append(data[TILES]["numbers"])
            elif TABLE in data:
                found.append(data[TABLE]["numbers"])
    return [json.loads(json.dumps(each)) for each in found]
