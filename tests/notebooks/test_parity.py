"""The same number everywhere: notebook, HTML, PDF, CSV, JSON and Excel of a report hold equal numbers."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import lxml.html
import openpyxl
import pytest

from analytics_lib import AnalyticsService
from scheduler.exporters.notebook_numbers import read_numbers
from tests.house import notebooks
from tests.notebooks.reports import TABLE, TILES, answers, executed, outputs, page
from tests.scheduler.exporters.pdf_reading import words_of

pytestmark = pytest.mark.slow

NAMES = [path.stem for path in notebooks() if path.stem != "TEMPLATE"]


def number(value: Any) -> float | None:
    return None if value in (None, "") else float(Decimal(str(value)))


def key(row: dict[str, Any], dimensions: list[str]) -> tuple[str, ...]:
    return (row["metric"], *(str(row[name]) for name in dimensions), str(row["bucket"] or ""))


@pytest.mark.parametrize("name", NAMES)
def test_json_holds_the_numbers_of_the_notebook(published: Path, name: str) -> None:
    document = json.loads(page(published, name, "json").read_text(encoding="utf-8"))
    told = [each["rows"] for each in document["answers"]]
    assert told == [each["rows"] for each in answers(executed(published, name))]
    assert sum(map(len, told)) > 20


@pytest.mark.parametrize("name", NAMES)
def test_csv_holds_the_numbers_of_the_notebook(published: Path, name: str) -> None:
    text = page(published, name, "csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    told = [row for each in answers(executed(published, name)) for row in each["rows"]]
    assert len(rows) == len(told)
    for row, ours in zip(rows, told, strict=True):
        assert row["metric"] == ours["metric"] and row["unit"] == ours["unit"]
        for column in ("value", "previous", "change"):
            assert number(row[column]) == number(ours[column]), row


@pytest.mark.parametrize("name", NAMES)
def test_excel_holds_the_numbers_of_the_notebook(published: Path, name: str) -> None:
    book = openpyxl.load_workbook(page(published, name, "xlsx"))
    sheets = book.worksheets[1:]
    told = answers(executed(published, name))
    assert len(sheets) == len(told)
    for sheet, ours in zip(sheets, told, strict=True):
        (head, *body) = sheet.iter_rows(values_only=True)
        place = {str(title).lower(): column for column, title in enumerate(head)}
        assert len(body) == len(ours["rows"]), sheet.title
        for cells, row in zip(body, ours["rows"], strict=True):
            value = cells[place["value"]]
            assert not isinstance(value, str), (sheet.title, value)
            found, asked = number(value), number(row["value"])
            assert found == asked or found == pytest.approx(asked, rel=1e-14), (sheet.title, row)


@pytest.mark.parametrize("name", NAMES)
def test_html_and_pdf_show_every_tile_and_table_cell_of_the_notebook(published: Path, name: str) -> None:
    html = lxml.html.parse(str(page(published, name, "html"))).getroot()
    on_page = " ".join(html.text_content().split())
    on_paper = words_of(page(published, name, "pdf").read_bytes())
    notebook = executed(published, name)
    shown = [
        tile["value"] for row in outputs(notebook, TILES) for tile in row["tiles"] if not tile["missing"]
    ]
    shown += [cell for each in outputs(notebook, TABLE) for row in each["rows"] for cell in row]
    assert len(shown) > 5
    squeezed = "".join(on_paper.split())
    for text in shown:
        assert " ".join(text.split()) in on_page, text
        assert "".join(text.split()) in squeezed, text


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_that_measure_gives(
    published: Path, small: AnalyticsService, name: str
) -> None:
    """Asked once more, metric by metric, by the library alone."""
    notebook = executed(published, name)
    said = notebook.metadata.analytics.scope
    scope = small.scope(period=said.period, zone=said.zone, business_model=said.business_models)
    (first, *_) = [each for each in answers(notebook) if not each["dimensions"] and each["over"] is None]
    for row in first["rows"]:
        frame = small.measure(row["metric"], scope, compare="previous")
        again = frame.to_dict("records")[0]
        assert number(row["value"]) == number(again["value"]), row["metric"]
        assert number(row["previous"]) == number(again["previous"]), row["metric"]


def test_the_exporters_reader_finds_every_answer(published: Path) -> None:
    for name in NAMES:
        notebook = executed(published, name)
        assert len(read_numbers(notebook, name).answers) == len(answers(notebook)) > 3
