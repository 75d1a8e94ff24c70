"""The commands about data, numbers and models; `scheduler.cli` adds those that run notebooks.

What a command works with is imported when it is called, so that none waits for the libraries of others.
"""

from __future__ import annotations

from analytics_lib.cli import customers, data, movements, numbers, prices, runs
from analytics_lib.cli.options import TIME_FRAMES, DatabaseOption, app

__all__ = [
    "TIME_FRAMES",
    "DatabaseOption",
    "app",
    "customers",
    "data",
    "movements",
    "numbers",
    "prices",
    "runs",
]
