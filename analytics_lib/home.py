"""Where the project lives: the folder that holds `notebooks` and `parameters`."""

from __future__ import annotations

import os
from pathlib import Path

from analytics_lib.errors import InputError

VARIABLE = "ANALYTICS_HOME"


def home() -> Path:
    """The project's folder.

    What the environment variable ANALYTICS_HOME names; else the nearest folder, from the working one
    upwards, that holds both `notebooks` and `parameters`; else the one that holds this package.
    Raises InputError if none of these is a project.
    """
    named = os.environ.get(VARIABLE)
    if named:
        folder = Path(named).expanduser().absolute()
        if not _is_project(folder):
            raise InputError(
                f"{VARIABLE}={named} names no project: it must hold 'notebooks' and 'parameters'."
            )
        return folder
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[1]):
        if _is_project(folder):
            return folder
    raise InputError(
        f"No project found from {here} upwards: go to a folder with 'notebooks' and 'parameters', "
        f"or name it in {VARIABLE}."
    )


def _is_project(folder: Path) -> bool:
    return (folder / "notebooks").is_dir() and (folder / "parameters").is_dir()
