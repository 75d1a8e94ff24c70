"""Our notebooks: each runs by itself with plain papermill, and its report says what the data says."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import nbformat
import pandas as pd
import papermill
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.charts.tiles import TILES_MIME
from tests.house import notebooks
from tests.small_platform import raw

CHART_MIME = "application/vnd.vegalite.v6+json"


def outputs(notebook: nbformat.NotebookNode, mime: str) -> Iterator[Any]:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if mime in output.get("data", {}):
                yield output["data"][mime]


def tiles(notebook: nbformat.NotebookNode) -> dict[str, dict[str, Any]]:
    return {tile["label"]: tile for row in outputs(notebook, TILES_MIME) for tile in row["tiles"]}


def prose(notebook: nbformat.NotebookNode) -> str:
    return "\n\n".join(outputs(notebook, "text/markdown"))


def headline(notebook: nbformat.NotebookNode) -> str:
    return next(line for line in prose(notebook).splitlines() if line.startswith("# "))


def report(reports: Path, period: str) -> nbformat.NotebookNode:
    return nbformat.read(reports / period / "bookings" / "all.ipynb", as_version=4)


@pytest.mark.parametrize("notebook", notebooks(), ids=lambda path: path.stem)
def test_it_runs_with_plain_papermill_on_its_defaults(
    notebook: Path, small_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", small_url)
    with warnings.catch_warnings():
        # Plain papermill leaves its sockets to the collector.
        warnings.simplefilter("ignore")
        executed = papermill.execute_notebook(
            notebook, tmp_path / "out.ipynb", cwd=tmp_path, progress_bar=False
        )
    streams = [output for cell in executed.cells for output in cell.get("outputs", ()) if "text" in output]
    assert streams == []
    assert "October 2026" in headline(executed)
    assert len(list(outputs(executed, CHART_MIME))) >= 3 and len(tiles(executed)) >= 3
    assert "### What each number means" in prose(executed)


@pytest.mark.parametrize("name", ["bookings", "executive"])
def test_its_tiles_are_the_datas_numbers(
    published: Path, small: AnalyticsService, small_url: str, name: str
) -> None:
    notebook = nbformat.read(published / "2026-10" / name / "all.ipynb", as_version=4)
    counted = raw(
        small_url,
        "SELECT count(*) AS n FROM bookings WHERE NOT is_test "
        "AND created_at >= '2026-09-30 22:00' AND created_at < '2026-10-31 23:00'",
    )["n"].iloc[0]
    title = small.measure("total_bookings", small.scope()).attrs["metrics"]["total_bookings"]["title"]
    assert tiles(notebook)[title]["value"] == str(counted)
    assert re.search(rf"\b{counted}\b", headline(notebook))


@pytest.mark.parametrize("name", ["bookings", "executive"])
def test_every_chart_has_words_and_a_table(published: Path, name: str) -> None:
    notebook = nbformat.read(published / "2026-10" / name / "all.ipynb", as_version=4)
    specs = list(outputs(notebook, CHART_MIME))
    assert specs
    for spec in specs:
        words = spec["usermeta"]["analytics"]
        assert len(words["alt"]) > 40 and "October 2026" in words["alt"]
        assert words["table"]["rows"] and words["table"]["columns"]
        assert spec["description"] == words["alt"]


def test_the_closing_section_names_version_definitions_and_gaps(
    published: Path, small: AnalyticsService
) -> None:
    notebook = nbformat.read(published / "2026-10" / "bookings" / "all.ipynb", as_version=4)
    text = prose(notebook)
    assert small.warehouse.version()[:12] in text
    assert "### What was missing" in text
    for name in ("total_bookings", "cancellation_rate", "gross_bookings_value"):
        frame = small.measure(name, small.scope())
        assert frame.attrs["metrics"][name]["says"] in text


@pytest.mark.slow
def test_a_usual_month_of_the_hotels_is_compared(hotel_reports: Path, real_data: Path) -> None:
    notebook = report(hotel_reports, "2016-06")
    rows = pd.read_parquet(real_data / "hotel_bookings.parquet", columns=["booking_date"])
    by_month = pd.to_datetime(rows["booking_date"]).dt.strftime("%Y-%m").value_counts()
    now, before = int(by_month["2016-06"]), int(by_month["2016-05"])
    assert f"{now:,}" in headline(notebook)
    assert ("rose" if now > before else "fell") in headline(notebook)
    assert "incomplete" not in headline(notebook)
    tile = next(iter(tiles(notebook).values()))
    assert tile["value"] == f"{now:,}"
    assert f"{abs(now - before):,}" in tile["delta"]["text"]
    assert f"{abs(now / before - 1) * 100:.1f}" in tile["delta"]["text"]
    assert "May 2016" in tile["delta"]["against"]


@pytest.mark.slow
def test_a_month_that_the_hotels_do_not_cover_is_marked_and_no_collapse_told(
    hotel_reports: Path, real_data: Path
) -> None:
    notebook = report(hotel_reports, "2017-08")
    rows = pd.read_parquet(real_data / "hotel_bookings.parquet", columns=["booking_date"])
    count = int(pd.to_datetime(rows["booking_date"]).dt.strftime("%Y-%m").eq("2017-08").sum())
    title = headline(notebook)
    assert "incomplete" in title and str(count) in title
    assert not re.search(r"\b(rose|fell|dropped|down|up)\b|%", title)
    found = list(tiles(notebook).values())
    placed = found[0]
    assert placed["value"] == str(count) and placed["delta"] is None
    assert "incomplete" in placed["note"]
    for tile in found[:4]:
        assert tile["delta"] is None, tile
    summary = prose(notebook).split("### ")[0]
    assert not re.search(r"(?i)bookings value (rose|fell)", summary)
    assert "created_at" in prose(notebook).split("### What was missing")[1].replace("\\", "")
    trend = next(spec for spec in outputs(notebook, CHART_MIME) if spec["description"].startswith("Line"))
    assert "incomplete" in trend["description"]


@pytest.mark.slow
def test_the_hotels_pages_say_it_too(hotel_reports: Path) -> None:
    page = lxml.html.parse(str(hotel_reports / "2017-08" / "bookings" / "all.html")).getroot()
    (heading,) = page.iter("h1")
    assert "incomplete" in heading.text_content()
    tile = page.find_class("tile")[0]
    assert "incomplete" in tile.text_content() and not tile.find_class("tile-delta")
    assert (hotel_reports / "2017-08" / "bookings" / "all.pdf").read_bytes().startswith(b"%PDF")
