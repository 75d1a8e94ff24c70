"""The notebooks of the project: found by name or path, read, and listed with what each is about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.home import home
from scheduler.parameters import TAG


@dataclass(frozen=True)
class Listed:
    """A notebook that makes a report: its name, its title, and the question that it answers, if it says."""

    name: str
    title: str
    line: str


def listed_names() -> tuple[str, ...]:
    """The names of the notebooks that make reports, in order.

    All in the project's `notebooks` folder, except those named in capitals alone, which are to copy
    from (TEMPLATE); what lies in a folder inside is there for another purpose. Raises `InputError` for
    a folder without any.
    """
    names = tuple(name for name in _known() if not name.isupper())
    if not names:
        raise InputError(f"The folder {home() / 'notebooks'} holds no report: put a notebook into it.")
    return names


def listed() -> tuple[Listed, ...]:
    """What each of them is about, as the first line of its parameters cell says: `# Title: question`."""
    known = _known()
    return tuple(_said(name, read_notebook(known[name])) for name in listed_names())


def find_notebook(name: str) -> Path:
    """A notebook by its name in the project's `notebooks` folder, or by its path."""
    given = Path(name)
    if given.suffix == ".ipynb" and given.is_file():
        return given.resolve()
    known = _known()
    if given.stem not in known:
        raise UnknownName("notebook", name, listed_names())
    return known[given.stem]


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook in a file. Raises `InputError` for what is not a notebook, or not one of Python."""
    try:
        notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
        about, cells = notebook.metadata, notebook.cells
        language = about.get("kernelspec", {}).get("language") or about.get("language_info", {}).get("name")
        known = all(cell.cell_type and isinstance(cell.source, str) for cell in cells)
    except OSError as error:
        raise InputError(f"The notebook {path} cannot be read: {error.strerror}.") from error
    except Exception as error:
        # nbformat has another error for each way in which a file can be wrong, and some are built in.
        raise InputError(
            f"The file {path} is not a Jupyter notebook: save it again in JupyterLab."
        ) from error
    if not known:
        raise InputError(f"The file {path} is not a Jupyter notebook: save it again in JupyterLab.")
    if language and str(language).lower() != "python":
        raise InputError(f"The notebook {path} is written in {language}: reports run notebooks in Python.")
    return notebook


def _known() -> dict[str, Path]:
    return {path.stem: path for path in sorted((home() / "notebooks").glob("*.ipynb"))}


def _said(name: str, notebook: nbformat.NotebookNode) -> Listed:
    """What a notebook says of itself; its name alone if it begins with no comment."""
    sources = [cell.source for cell in notebook.cells if TAG in cell.metadata.get("tags", ())]
    first, _, _ = (sources[0] if sources else "").strip().partition("\n")
    if not first.startswith("#"):
        return Listed(name, "", "")
    title, colon, line = first.lstrip("#").strip().partition(":")
    return Listed(name, title.strip(), line.strip()) if colon else Listed(name, "", title.strip())
