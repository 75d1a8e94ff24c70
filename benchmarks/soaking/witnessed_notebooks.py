"""Small notebooks that testify themselves to what is done with them, in a file that no report knows of.

Each writes a line when it begins and another one after its last cell. Both carry a word that no other
execution has and that the report shows, so that a page tells which execution it came from.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import nbformat.v4 as nb

WITNESS_VARIABLE = "SOAK_WITNESS"
"""Names the file of testimonies in the environment of every command, and by that of its kernels."""

FAILURE = "this one always fails"

_PARAMETERS = (
    'time_frame = "month"\nperiod = "last"\nas_of = ""\nbusiness_model = "all"\n'
    'partner = ""\nzone = ""\nlocale = "en"'
)
_BEGIN = """
import json, os, subprocess, time
word = f"{os.getpid()}-{time.monotonic_ns()}"
place = f"{period}/%s/{business_model}"
def testify(event):
    with open(os.environ["SOAK_WITNESS"], "a") as file:
        file.write(json.dumps({"word": word, "place": place, "event": event}) + "\\n")
testify("began")
"""
_KERNEL = {"name": "analytics", "display_name": "Analytics", "language": "python"}
_END = 'testify("ended")\nprint(f"word {word} of {place}")'
_CELLS: dict[str, tuple[str, ...]] = {
    "quick": ("1 + 1",),
    "paced": tuple(f"time.sleep({seconds})" for seconds in (0.1, 0.2, 0.3)),
    "parental": ('subprocess.run(["sleep", "0.2"], check=True)', "numbers = list(range(10**6))"),
    "failing": (f'raise ValueError("{FAILURE}")',),
    "endless": ("time.sleep(3600)",),
}

GOOD = ("quick", "paced", "parental")
FAILING = "failing"
ENDLESS = "endless"


@dataclass(frozen=True)
class Execution:
    """What one execution of a notebook has testified: the place of its report, and whether it ended."""

    place: str
    has_ended: bool


def write_project(home: Path) -> None:
    """A project with nothing but these notebooks."""
    (home / "parameters").mkdir(parents=True)
    (home / "notebooks").mkdir()
    for name, cells in _CELLS.items():
        first = nb.new_code_cell(_PARAMETERS, metadata={"tags": ["parameters"]})
        code = map(nb.new_code_cell, (_BEGIN % name, *cells, _END))
        cells_of_all = [first, nb.new_markdown_cell(f"# {name}"), *code]
        notebook = nb.new_notebook(cells=cells_of_all, metadata={"kernelspec": _KERNEL})
        nbformat.write(notebook, home / "notebooks" / f"{name}.ipynb")


def executions(witness: Path) -> dict[str, Execution]:
    """All executions that have testified so far, by their word."""
    found: dict[str, Execution] = {}
    for line in witness.read_text().splitlines():
        said = json.loads(line)
        found[said["word"]] = Execution(said["place"], said["event"] == "ended")
    return found


def word_in(page: Path) -> str:
    """The word that a published notebook shows; empty if it shows none."""
    for cell in nbformat.read(page, as_version=4).cells:
        for output in cell.get("outputs", ()):
            if found := re.fullmatch(r"word (\S+) of \S+\n", output.get("text", "")):
                return found[1]
    return ""
