"""What a parent imports, so that no kernel has to."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
import traceback

_ALWAYS = (
    "IPython",
    "altair",
    "analytics_lib",
    "duckdb",
    "duckdb_sqlalchemy",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "numpy",
    "pandas",
    "psycopg",
    "pyarrow",
    "scheduler.kernels.child",
    "sqlalchemy",
)

_IF_THERE = (
    "anywidget",
    "ipywidgets",
    "lifelines",
    "linearmodels",
    "matplotlib.pyplot",
    "scipy.stats",
    "sklearn",
    "statsforecast",
    "statsmodels.api",
)
"""Libraries that not every installation has."""

_NOT_IN_NOTEBOOKS = frozenset({"analytics_lib.api", "analytics_lib.cli", "analytics_lib.terminal"})


def preload() -> None:
    """Import all that our notebooks, and the kernel itself, will want.

    Nothing is connected or started. An optional library that cannot be imported is left to the cell that
    wants it, which then sees the error.
    """
    for name in _ALWAYS:
        importlib.import_module(name)
    import analytics_lib

    for module in pkgutil.walk_packages(analytics_lib.__path__, "analytics_lib."):
        if module.name not in _NOT_IN_NOTEBOOKS:
            importlib.import_module(module.name)
    for name in _IF_THERE:
        if importlib.util.find_spec(name.partition(".")[0]):
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 - whatever a foreign library raises when it is broken
                traceback.print_exc(file=sys.stderr)
