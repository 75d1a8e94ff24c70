"""What every notebook says over a fixed sample, kept as notebooks that nbval runs again.

`.venv/bin/python -m tests.notebooks.reference_notebooks [NAME]...` makes them anew, all or those of the named
notebooks; look at what changed before you commit it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from analytics_lib.sources.first_use import write_sample
from analytics_lib.sources.sample import SamplePlan
from tests.house import notebooks

FOLDER = Path(__file__).parent / "references"
COMPARED = "text/plain"
"""The form of an output that says what matters: sentences, tiles and tables as text, charts in words."""
PLAN = SamplePlan(bookings=3000)


def reference(notebook: Path) -> Path:
    """Where the reference of a notebook is kept."""
    return FOLDER / notebook.name


def executed(notebook: Path, url: str) -> nbformat.NotebookNode:
    """The notebook over a database, with what matters of its outputs and nothing that varies."""
    made = nbformat.read(notebook, as_version=4)
    client = NotebookClient(made, kernel_name="analytics", resources={"metadata": {"path": notebook.parent}})
    client.execute(env={**os.environ, "ANALYTICS_DATABASE_URL": url})
    for cell in made.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        cell.outputs = [
            nbformat.v4.new_output("display_data", {COMPARED: output.data[COMPARED]})
            for output in cell.outputs
        ]
    made.metadata.pop("widgets", None)
    made.metadata["language_info"] = {"name": "python"}
    return made


def chosen(names: Sequence[str]) -> list[Path]:
    """The notebooks of these names, all without one. A name that no notebook has ends the program."""
    known = {path.stem: path for path in notebooks()}
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"There is no notebook {', '.join(unknown)}: choose of {', '.join(known)}.")
    return [known[name] for name in names or known]


def _make(made: Sequence[Path]) -> None:
    with tempfile.TemporaryDirectory(prefix="references-") as folder:
        url = f"duckdb:///{folder}/sample.duckdb"
        write_sample(PLAN, url)
        for notebook in made:
            nbformat.write(executed(notebook, url), reference(notebook))


if __name__ == "__main__":
    _make(chosen(sys.argv[1:]))
