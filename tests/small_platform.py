"""One small sample platform for a whole run of tests, and tables made to order for single sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from analytics_lib import AnalyticsService
from tests.engines import DuckDBPlace, about_frame, coverage_frame
from tests.tables import bookings_frame

NOTEBOOKS = Path(__file__).parent / "scheduler" / "notebooks"
"""Small notebooks, one for each behaviour."""

PUBLISHED = ("html", "pdf", "ipynb", "csv", "json", "xlsx")
"""The formats in which the reports of the small platform are published for tests."""

SEPTEMBER = datetime(2026, 9, 10, 12)
OCTOBER = datetime(2026, 10, 10, 12)
NOVEMBER = datetime(2026, 11, 1)


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


def report_elsewhere(url: str, output: Path, zone: str, *words: str) -> None:
    """Publish reports in the formats `PUBLISHED` by a fresh process whose machine stands in that zone."""
    asked = words or ("bookings", "executive", "--period", "2026-10")
    formats = [word for kind in PUBLISHED for word in ("--format", kind)]
    script = "from scheduler.cli import main; main()"
    command = [sys.executable, "-c", script, "report", *asked, *formats]
    done = subprocess.run(
        [*command, "--workers", "1", "--database", url, "--output", str(output)],
        env={**os.environ, "TZ": zone},
        cwd=NOTEBOOKS.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def raw(url: str, question: str) -> pd.DataFrame:
    """What the file behind an address answers, asked without the library."""
    path = os.path.realpath(url.removeprefix("duckdb:///"))
    with duckdb.connect() as elsewhere:
        elsewhere.execute(f"ATTACH '{path}' AS platform (READ_ONLY)")
        elsewhere.execute("USE platform")
        return elsewhere.execute(question).df()


def placed(count: int, at: datetime, **columns: object) -> list[dict[str, object]]:
    """So many bookings, a minute apart, all alike otherwise."""
    alike = {"price_base_minor": 10_000, "is_test": False, "business_model": "b2c", **columns}
    return [{"created_at": at + timedelta(minutes=number), **alike} for number in range(count)]


@contextmanager
def holding(
    folder: Path,
    rows: list[dict[str, object]],
    *,
    complete_through: datetime | None = None,
    without: tuple[str, ...] = (),
    data_through: datetime = NOVEMBER,
) -> Iterator[AnalyticsService]:
    """The service over just these bookings, known up to the first of November 2026."""
    tables: dict[str, pd.DataFrame] = {
        "about": about_frame(data_through, data_from="2026-01-01T00:00:00"),
        "bookings": bookings_frame(rows),
        "coverage": coverage_frame(datetime(2026, 1, 1), complete_through, without),
    }
    with DuckDBPlace(folder).holding(tables) as warehouse:
        yield AnalyticsService(warehouse)
