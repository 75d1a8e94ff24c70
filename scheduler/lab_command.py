"""`analytics lab`: the notebooks in JupyterLab."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from analytics_lib.booking_platform import URL_VARIABLE, open_warehouse_of
from analytics_lib.cli import DatabaseOption
from analytics_lib.errors import InputError
from analytics_lib.home import VARIABLE as HOME_VARIABLE
from analytics_lib.home import home

OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
"""JupyterLab asks nothing of the network."""


def lab(
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    port: Annotated[int, typer.Option(help="Port of the server.")] = 8888,
    database: DatabaseOption = "",
) -> None:
    """Open the notebooks in JupyterLab."""
    command = shutil.which("jupyter-lab", path=str(Path(sys.executable).parent)) or shutil.which(
        "jupyter-lab"
    )
    if command is None:
        raise InputError(
            "JupyterLab is not installed: run 'make lab', or pip install 'booking-analytics[lab]'."
        )
    os.environ[HOME_VARIABLE] = str(home())
    if database:
        os.environ[URL_VARIABLE] = database
    else:
        open_warehouse_of()  # the sample is made here, where the wait can be seen, and not in a first cell
    arguments = [command, "--notebook-dir", str(home() / "notebooks"), "--port", str(port), *OFFLINE]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # in a container there is often nobody else
    os.execv(command, [*arguments, *([] if browser else ["--no-browser"])])
