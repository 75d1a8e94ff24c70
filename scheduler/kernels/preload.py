"""What a parent imports, so that no kernel has to."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import os
import pkgutil
import sys
import traceback
from types import SimpleNamespace

from scheduler.kernels.iri_grammar import put_off_iri_grammar

_ALWAYS = (
    "IPython",
    "altair",
    "analytics_lib",
    "duckdb",
    "duckdb_sqlalchemy",
    "numpy",
    "pandas",
    "psycopg",
    "pyarrow",
    "scheduler.kernels.child",
    "sqlalchemy",
    # What these would import only while a kernel starts or its first cell runs:
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "concurrent.futures.thread",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "jedi",
    "numpy.rec",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "pandas.io.formats.style",
    "pandas.core.arrays.arrow._arrow_utils",
    "pandas.core.reshape.reshape",
    "pdb",
    "pyarrow.pandas_compat",
    "sqlite3",
    "tornado.platform.asyncio",
)

_IF_THERE = (
    "anywidget",
    "ipywidgets",
    "lifelines",
    "linearmodels",
    "matplotlib.pyplot",
    "scipy.stats",
    "sklearn",
    "statsforecast.models",
    "statsmodels.api",
)
"""Libraries that not every installation has."""

_NOT_IN_NOTEBOOKS = ("analytics_lib.api.", "analytics_lib.cli.", "analytics_lib.terminal.")


def preload() -> None:
    """Import all that our notebooks, and the kernel itself, will want, and have it do its first work.

    Nothing is connected or started. An optional library that cannot be imported is left to the cell that
    wants it, which then sees the error.
    """
    # As ipykernel has it when it starts, so that figures are shown; matplotlib reads it when it is imported.
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    _import_pandas()
    put_off_iri_grammar()
    for name in _ALWAYS:
        importlib.import_module(name)
    import analytics_lib

    for module in pkgutil.walk_packages(analytics_lib.__path__, "analytics_lib."):
        if not f"{module.name}.".startswith(_NOT_IN_NOTEBOOKS):
            importlib.import_module(module.name)
    for name in _IF_THERE:
        if importlib.util.find_spec(name.partition(".")[0]):
            try:
                importlib.import_module(name)
            except Exception:  # noqa: BLE001 - whatever a foreign library raises when it is broken
                traceback.print_exc(file=sys.stderr)
    _rehearse()
    _close_default_connection()
    _leave_to_kernels()


def _import_pandas() -> None:
    """Import pandas as in a kernel: it asks then, and never again, how wide a frame may be shown."""
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    try:
        import pandas
    finally:
        del vars(builtins)["get_ipython"]
    pandas.set_option("display.encoding", "UTF-8")


def _close_default_connection() -> None:
    """Close the database in memory that importing DuckDB opens, with threads that no fork would inherit.

    DuckDB opens another one when it is first wanted.
    """
    import duckdb

    duckdb.default_connection().close()


def _leave_to_kernels() -> None:
    """Undo what imports do to pandas and Altair; our charts do it again where a cell imports them."""
    import altair
    import pandas

    # What statsforecast builds upon switches that off for everybody.
    pandas.reset_option("compute.use_numexpr")
    altair.theme.enable("default")
    altair.renderers.enable("default")
    del sys.modules["analytics_lib.charts"]


def _rehearse() -> None:
    """Do once what libraries do much more slowly the first time, in memory that all kernels then share."""
    import altair
    import holidays
    import pandas
    import pyarrow

    from analytics_lib.formatting import quantity
    from analytics_lib.models.forecast import forecast
    from analytics_lib.warehouse.duckdb_file import duckdb_dialect

    # It asks DuckDB, once, which words are reserved.
    duckdb_dialect()
    # What countries there are, it tells by importing them all.
    holidays.list_supported_countries()
    frame = pyarrow.table({"name": ["a", "b"], "number": [1, 2]}).to_pandas()
    frame["day"] = pandas.to_datetime(["2026-01-01", "2026-01-02"])
    for data in (frame, altair.InlineData(values=[{"day": "2026-01-01"}])):
        chart = altair.Chart(data).mark_line().encode(x="day:T", y="number:Q", color="name:N")
        altair.layer(chart, chart.mark_text()).to_dict()
    forecast(pandas.Series([day % 7 + day % 5 for day in range(60)]), 7, 7)
    quantity(1, "EUR", "en")
