"""Twenty reports by four workers: each holds its own parameters, numbers and chart, and no other's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.catalogue import METRICS
from analytics_lib.measure import measure
from scheduler.plan import Run
from tests.scheduler.conftest import Watch
from tests.scheduler.exporters.pdf_reading import words_of
from tests.scheduler.made_runs import carried_out, ledger_of, made_notebook, planned

MONTHS = "2025-03..2026-10"
FORMATS = ("html", "pdf", "json")

STAMPED = """
from IPython.display import Markdown, display
from analytics_lib import connect
from analytics_lib.charts import tiles, trend
analytics = connect()
scope = analytics.scope(time_frame=time_frame, period=period, as_of=as_of)
display(Markdown(f"stamp{period.replace('-', '')}end"))
kpis = analytics.measure(["total_bookings"], scope)
tiles(kpis, locale=locale)
"""
DRAWN = 'trend(analytics.measure("total_bookings", scope, over=scope.course), locale=locale)'


def stamp_of(run: Run) -> str:
    return f"stamp{run.scope.period.name.replace('-', '')}end"


def stamps_in(text: str) -> set[str]:
    return set(re.findall(r"stamp\d{6}end", text))


@pytest.mark.slow
def test_reports_that_are_made_at_once_do_not_mix(
    small: AnalyticsService, tmp_path: Path, watch: Watch
) -> None:
    output = tmp_path / "reports"
    notebook = made_notebook(tmp_path / "n", "stamped", STAMPED, DRAWN)
    runs = planned(small, (notebook,), formats=FORMATS, period=MONTHS)
    assert len(runs) == len({stamp_of(run) for run in runs}) == 20
    carried_out(small, output, runs, workers=4)
    records = ledger_of(output).records()
    assert {(str(record.state), record.attempt) for record in records} == {("succeeded", 1)}
    assert len(records) == 20 and len({record.worker for record in records}) == 4
    counts = set()
    for run in runs:
        html, pdf, numbers = (output / f"{run.place}.{kind}" for kind in FORMATS)
        assert stamps_in(html.read_text()) == stamps_in(words_of(pdf.read_bytes())) == {stamp_of(run)}
        said = json.loads(numbers.read_text())
        assert said["report"]["period"] == run.scope.period.name and said["report"]["run_id"] == run.run_id
        tile, course = said["answers"]
        asked = measure([METRICS["total_bookings"]], run.scope, warehouse=small.warehouse)
        assert tile["rows"][0]["value"] == int(asked["value"].iloc[0])
        counts.add(tile["rows"][0]["value"])
        assert {row["bucket"][:7] for row in course["rows"]} == {run.scope.period.name}
        assert sum(row["value"] or 0 for row in course["rows"]) == tile["rows"][0]["value"]
        (drawn,) = re.findall(r"<svg.*?</svg>", html.read_text(), re.DOTALL)[:1]
        assert "<path" in drawn
    assert len(counts) > 10
    assert len({record.outputs[0].sha256 for record in records}) == 20
    assert watch.left_behind() == []
