"""The notebooks of the project: found by name or path, read, and listed with what each is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.home import home
from scheduler.parameters import TAG

SUFFIX = ".ipynb"


@dataclass(frozen=True)
class Notebook:
    """A notebook as it was read: its file, the SHA-256 of its bytes, and its cells tagged `parameters`."""

    path: Path
    content_hash: str
    tagged: tuple[str, ...]


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


def find_notebook(name: str, folders: Sequence[Path] = (Path(),)) -> Path:
    """A notebook by its name in the project's `notebooks` folder, or by the path of its file.

    A name with a folder or an ending in it is a path, from the first of `folders` in which there is such a
    file. Raises `InputError` for a path without a notebook, and for a file that is not the project's and
    has the name of one of the project's, whose reports it would replace.
    """
    known = _known()
    if name in known:
        return known[name]
    given = Path(name)
    if given.name == name and not given.suffix:
        raise UnknownName("notebook", name, listed_names())
    found = next((folder / given for folder in folders if _is_notebook(folder / given)), None)
    if found is None:
        raise InputError(
            f"There is no notebook file {name}: write the path of a file that ends in {SUFFIX}, or the name "
            "of a report without a folder and an ending."
        )
    found = found.resolve()
    own = {path.resolve(): path for path in known.values()}
    if found not in own and found.stem in known:
        raise InputError(
            f"The notebook {found} has the name of one of the project's, whose reports it would replace: "
            "rename it."
        )
    return own.get(found, found)


def read_notebook(path: Path) -> Notebook:
    """The notebook in a file. Raises `InputError` for what is not a notebook, or not one of Python."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"The notebook {path} cannot be read: {error.strerror}.") from error
    try:
        document = _document(content)
        about, cells = document["metadata"], document["cells"]
        language = about.get("kernelspec", {}).get("language") or about.get("language_info", {}).get("name")
        # Every cell is looked at, so that the kernel is not the first to find a broken one.
        tags = [(cell["cell_type"], _source(cell), cell["metadata"].get("tags", ())) for cell in cells]
    except Exception as error:
        # A file can be wrong in many ways, each with an error of its own, and most are built in.
        raise InputError(
            f"The file {path} is not a Jupyter notebook: save it again in JupyterLab."
        ) from error
    if language and str(language).lower() != "python":
        raise InputError(f"The notebook {path} is written in {language}: reports run notebooks in Python.")
    tagged = tuple(source for _, source, named in tags if TAG in named)
    return Notebook(path, hashlib.sha256(content).hexdigest(), tagged)


def _document(content: bytes) -> dict[str, Any]:
    """The notebook as JSON of format 4."""
    document: dict[str, Any] = json.loads(content.decode())
    if document["nbformat"] == 4:
        return document
    import nbformat  # a plan of notebooks of today does without its tenth of a second

    return dict(nbformat.reads(content.decode(), as_version=4))


def _source(cell: dict[str, Any]) -> str:
    """The text of a cell, which files hold whole or as a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _known() -> dict[str, Path]:
    return {path.stem: path for path in sorted((home() / "notebooks").glob(f"*{SUFFIX}"))}


def _is_notebook(path: Path) -> bool:
    try:
        return path.suffix == SUFFIX and path.is_file()
    except OSError as error:
        raise InputError(f"The notebook {path} cannot be read: {error.strerror}.") from error


def _said(name: str, notebook: Notebook) -> Listed:
    """What a notebook says of itself; its name alone if it begins with no comment."""
    first, _, _ = (notebook.tagged[0] if notebook.tagged else "").strip().partition("\n")
    if not first.startswith("#"):
        return Listed(name, "", "")
    title, colon, line = first.lstrip("#").strip().partition(":")
    return Listed(name, title.strip(), line.strip()) if colon else Listed(name, "", title.strip())
