"""A run as the ledger writes it down before it begins."""

from __future__ import annotations

import getpass
import platform
import socket
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from analytics_lib.runs import Request
from analytics_lib.scope import as_text
from analytics_lib.warehouse import shown_address
from scheduler.code_version import code_version
from scheduler.pinned import Data
from scheduler.plan import Run

_LIBRARIES = (
    *(
        "altair",
        "duckdb",
        "ipykernel",
        "linearmodels",
        "lifelines",
        "nbclient",
        "nbconvert",
        "numpy",
        "pandas",
    ),
    *("papermill", "psycopg", "pyarrow", "scikit-learn", "scipy", "sqlalchemy", "statsforecast"),
    *("statsmodels", "typst", "vl-convert-python", "XlsxWriter"),
)
"""Those that numbers and pages may differ by."""


def request_of(run: Run, data: Data, output: Path, asked_by: str) -> Request:
    """Everything that decides what a run makes, and who wants it where."""
    return Request(
        run_id=run.run_id,
        target=str(output / run.place),
        notebook=run.name,
        notebook_hash=run.notebook_hash,
        parameters=dict(run.parameters),
        code_version=code_version(),
        data_version=run.data_version,
        data_as_of=as_text(run.scope.as_of),
        database=shown_address(data.url),
        libraries=library_versions(),
        formats=run.formats,
        limits=asdict(run.limits),
        asked_by=asked_by,
        asked_with=run.asked_with,
    )


def whoever_asks() -> str:
    """The person, or the account, that runs this command, and on which machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return f"{name}@{socket.gethostname()}"


@cache
def library_versions() -> dict[str, str]:
    """Python and the libraries, name -> version, as far as they are installed."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
