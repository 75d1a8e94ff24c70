"""The folder that reports go into: its one path, however it was written, and whether it can be used."""

from __future__ import annotations

import os
from pathlib import Path

from analytics_lib.errors import InputError
from analytics_lib.home import home


def output_folder(named: Path | None) -> Path:
    """The folder that is named, else the project's `reports`, without links and `..` in its path.

    It need not be there. Raises `InputError` for the root of all folders, for a file, and for what can
    neither be written nor made.
    """
    asked = named or home() / "reports"
    try:
        folder = asked.resolve()
        nearest = next(path for path in (folder, *folder.parents) if path.is_symlink() or path.exists())
        nearest.stat()
    except (OSError, RuntimeError, ValueError) as error:
        # Links that lead in a circle are a RuntimeError to older pathlib, and left as they are by newer ones.
        raise InputError(f"The path of reports {asked} cannot be followed: name another --output.") from error
    if folder == folder.parent:
        raise InputError(f"The reports cannot lie in {asked} itself: name a folder in it as --output.")
    if not nearest.is_dir():
        raise InputError(
            f"The reports cannot be written to {asked}, because {nearest} is a file: "
            "name a folder as --output."
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(
            f"The reports cannot be written to {asked}, because {nearest} lets nothing be written: "
            "name another --output."
        )
    return folder
