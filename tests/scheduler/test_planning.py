"""What a plan costs and leaves: no file, no library that only runs want, no question asked twice."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.warehouse import Reader
from scheduler.formats import FORMATS
from scheduler.plan import Asked, plan
from scheduler.render import EXPORTERS
from tests.small_platform import NOTEBOOKS, Command

HEAVY = (
    "IPython",
    "altair",
    "jupyter_client",
    "lifelines",
    "linearmodels",
    "matplotlib",
    "nbclient",
    "nbconvert",
    "nbformat",
    "papermill",
    "psycopg",
    "scipy",
    "sklearn",
    "statsforecast",
    "statsmodels",
    "typst",
    "vl_convert",
    "xlsxwriter",
    "zmq",
    "analytics_lib.catalogue",
    "analytics_lib.measure",
    "analytics_lib.modelling",
    "analytics_lib.models",
    "analytics_lib.service",
    "analytics_lib.sources.sample.platform",
    "scheduler.execute",
    "scheduler.exporters",
    "scheduler.kernels",
    "scheduler.workers",
)
PLANNED = """
import sys
from scheduler.cli import main
try:
    main()
finally:
    print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


def files(*folders: Path) -> dict[Path, str]:
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.mark.parametrize("words", [("--matrix", "monthly"), ("bookings", "--partner", "each"), ("--json",)])
def test_a_plan_writes_nothing_and_reads_no_library_of_runs(
    small_url: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    database = Path(small_url.removeprefix("duckdb:///")).parent
    before = files(database, tmp_path)
    asked = ("report", *words, "--plan", "--database", small_url, "--output", str(tmp_path / "reports"))
    said = subprocess.run(
        [sys.executable, "-c", PLANNED.format(heavy=HEAVY), *asked],
        cwd=NOTEBOOKS.parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stderr == "[]\n"
    assert files(database, tmp_path) == before and not (tmp_path / "reports").exists()


def test_the_database_is_asked_once_a_plan(small: AnalyticsService, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rows = Reader.rows
    monkeypatch.setattr(
        Reader, "rows", lambda reader, question: asked.append(str(question)) or rows(reader, question)
    )
    found = plan(
        Asked(notebooks=("bookings", "finance"), partners=("each",), currency="USD", time_frames=("each",)),
        small.reading_in(""),
    )
    assert len(found) > 100
    assert len([question for question in asked if "partners" in question]) == 1
    assert len([question for question in asked if "exchange_rates" in question]) <= 1


def test_a_notebook_that_changes_after_it_was_planned_keeps_the_runs_id(
    small: AnalyticsService, tmp_path: Path
) -> None:
    notebook = tmp_path / "good.ipynb"
    notebook.write_bytes((NOTEBOOKS / "good.ipynb").read_bytes())
    (run,) = plan(Asked(notebooks=(str(notebook),)), small)
    assert run.notebook_hash == hashlib.sha256(notebook.read_bytes()).hexdigest()
    notebook.unlink()
    assert len(run.run_id) == 16 and int(run.run_id, 16) >= 0


def test_a_range_is_a_run_for_each_period(small: AnalyticsService) -> None:
    runs = plan(Asked(period="2025-11..2026-02", business_models=("b2b", "b2c")), small)
    assert [run.place.as_posix() for run in runs] == [
        f"{period}/executive/{model}"
        for period in ("2025-11", "2025-12", "2026-01", "2026-02")
        for model in ("b2b", "b2c")
    ]


def test_every_format_has_what_writes_it() -> None:
    assert set(FORMATS) == {*EXPORTERS, "ipynb"}


def test_a_plan_is_a_table_with_a_reason_and_counts(
    analytics: Command, small_url: str, tmp_path: Path
) -> None:
    said = analytics(
        *("report", "bookings", "--business-model", "each", "--period", "2025-12..2026-01", "--plan"),
        *("--format", "pdf", "--locale", "de", "--database", small_url, "--output", str(tmp_path / "r")),
    )
    assert said.code == 0 and said.err == ""
    head, *rows, counts = said.out.splitlines()
    assert head.split("  ")[0] == "notebook"
    assert [name for name in ("locale", "partner", "zone", "currency") if name in head] == ["locale"]
    assert len(rows) == 8 and all(row.rstrip().endswith("new") for row in rows)
    assert rows[0].split()[:5] == ["bookings", "2025-12", "all", "de", "pdf"]
    assert counts == "8 runs: 8 to do, 0 unchanged."
