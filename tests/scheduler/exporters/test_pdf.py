"""Our own report as PDF: what a reader sees, what a screen reader hears, what stays the same."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import nbformat
import nbformat.v4 as nb
import pikepdf
import pytest

from analytics_lib.errors import RunError
from scheduler.exporters.pdf import PdfReport
from tests.scheduler.exporters import html_notebooks as samples
from tests.scheduler.exporters.pdf_reading import (
    Tag,
    bookmarks_of,
    fonts_of,
    pages_of,
    rendered,
    tags_of,
    words_of,
)

HEADLINE = "October brought 12,180 bookings, 3.5 % more than September"


@pytest.fixture(scope="module")
def report() -> bytes:
    return rendered(samples.report(), strict=True)


@pytest.fixture(scope="module")
def words(report: bytes) -> str:
    return words_of(report)


@pytest.fixture(scope="module")
def tags(report: bytes) -> list[Tag]:
    return tags_of(report)


# What it says


def test_every_tile_shows_its_value_and_its_change(report: bytes) -> None:
    first = " ".join(pages_of(report)[0].split())
    for value in ("12,180", "€4.27M", "€351", "20.4 %", "94.1 %", "missing", "the source names no customers"):
        assert value in first
    assert "▲ +412 (+3.5 %) better" in first
    assert "▲ +1.2 pp worse" in first
    assert "vs September 2026" in first
    assert "median €290" in first


def test_chart_text_can_be_read_and_copied(words: str) -> None:
    assert "previous year" in words
    assert "6412" in words


def test_every_page_says_where_it_is_and_how_old_it_is(report: bytes) -> None:
    pages = pages_of(report)
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert "Data as of Nov 1, 2026, 00:00 (UTC)" in page
        assert "Run 3f9c2a7be01d" in page


def test_every_figure_leads_to_its_numbers_and_back(words: str) -> None:
    assert "Data behind the figures" in words
    assert words.count("numbers on page") == 4
    assert words.count("Drawn on page") == 4
    assert "Figure 2: Direct guests lead with 6,412 bookings." in words
    assert "B2B2C 2,650" in words


def test_code_and_warnings_are_hidden(words: str) -> None:
    assert "secret_code" not in words
    assert "a warning nobody reads" not in words


# How it is built


def test_the_tag_tree_holds_title_headings_lists_tables_and_contents(tags: list[Tag]) -> None:
    names = {tag.name for tag in tags}
    assert {"Document", "Title", "H1", "H2", "P", "L", "LI", "Table", "THead", "TR", "TH", "TD"} <= names
    assert {"TOC", "TOCI", "Link"} <= names
    assert all("THead" in tag.above for tag in tags if tag.name == "TH")


def test_every_figure_has_alternative_text(tags: list[Tag]) -> None:
    figures = [tag for tag in tags if tag.name == "Figure"]
    assert [figure.alt for figure in figures] == [
        "Bookings grew by 12.4 % over the year, with a dip in February. Alternative text with its extremes.",
        "Direct guests lead with 6,412 bookings. Alternative text with its extremes.",
        "Distributors cancel most. Alternative text with its extremes.",
        "Cancellation rises in every business model. Alternative text with its extremes.",
    ]


def test_the_tiles_stand_in_the_tree_in_reading_order(report: bytes) -> None:
    first = pages_of(report)[0]
    assert first.index("Gross bookings value") < first.index("€4.27M") < first.index("Average booking value")


def test_it_declares_its_standards_title_language_and_age(report: bytes, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(report)
    with pikepdf.open(file) as document:
        assert document.Root.Lang == "en"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.docinfo["/Title"] == HEADLINE
        assert str(document.docinfo["/CreationDate"]).startswith("D:20261101")
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")


def test_bookmarks_lead_through_it(report: bytes) -> None:
    assert bookmarks_of(report) == [
        "Who booked",
        "Cancellation by business model",
        "Products",
        "What these numbers are",
        "Data behind the figures",
    ]


def test_only_our_fonts_are_used_and_they_travel_along(report: bytes) -> None:
    assert {"Inter-Regular", "Inter-SemiBold"} <= fonts_of(report)
    assert fonts_of(report) <= {"Inter-Regular", "Inter-SemiBold", "Inter-Italic", "DejaVuSansMono"}


def test_charts_are_vectors(report: bytes, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(report)
    with pikepdf.open(file) as document:
        pictures = [
            thing
            for thing in document.objects
            if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"
        ]
    assert pictures == []


def test_a_long_table_repeats_its_header_on_every_page() -> None:
    rows = "".join(f"<tr><td>row {n}</td><td>{n}</td></tr>" for n in range(120))
    head = "<thead><tr><th>Hotel name</th><th>Nights</th></tr></thead>"
    table = samples.cell(samples.display({"text/html": f"<table>{head}<tbody>{rows}</tbody></table>"}))
    pages = pages_of(rendered(samples.document(table)))
    assert len(pages) > 2
    assert all("Hotel name" in page for page in pages)


def test_rows_do_not_split() -> None:
    text = "<br>".join(f"line {n} of this row" for n in range(25))
    rows = "".join(f"<tr><td>start {n}<br>{text}<br>end {n}</td></tr>" for n in range(9))
    table = samples.cell(samples.display({"text/html": f"<table>{rows}</table>"}))
    for page in pages_of(rendered(samples.document(table))):
        assert re.findall(r"start (\d)", page) == re.findall(r"end (\d)", page)


def test_a_short_table_stays_on_one_page() -> None:
    rows = "".join(f"<tr><td>row {n}</td></tr>" for n in range(12))
    table = samples.cell(samples.display({"text/html": f"<table>{rows}</table>", "text/plain": ""}))
    for lines in (38, 42, 46):
        filler = nb.new_markdown_cell("\n".join(f"- line {n}" for n in range(lines)))
        pages = pages_of(rendered(samples.document(filler, table)))
        assert any("row 0" in page and "row 11" in page for page in pages)


# What stays the same

RENDER = """
import hashlib, sys, nbformat
from scheduler.exporters.pdf import PdfReport
pages, _ = PdfReport().from_notebook_node(nbformat.read(sys.argv[1], 4), {"metadata": {"name": "sample"}})
print(hashlib.sha256(pages).hexdigest())
"""


@pytest.mark.slow
def test_the_same_notebook_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    notebook = samples.report()
    nbformat.write(notebook, tmp_path / "sample.ipynb")
    digests = {
        subprocess.run(
            [sys.executable, "-c", RENDER, str(tmp_path / "sample.ipynb")],
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for zone, seed in (("America/New_York", "1"), ("Asia/Tokyo", "2"))
    }
    assert digests == {hashlib.sha256(rendered(notebook)).hexdigest()}


def test_the_exporter_is_registered() -> None:
    found = [point for point in entry_points(group="nbconvert.exporters") if point.name == "analytics_pdf"]
    assert [point.value for point in found] == ["scheduler.exporters.pdf:PdfReport"]
    assert PdfReport().file_extension == ".pdf"
    assert PdfReport().output_mimetype == "application/pdf"


# What is refused


def test_strict_refuses_a_chart_without_alternative_text() -> None:
    chart = samples.cell(samples.display({samples.VEGALITE: samples.plain_chart(title="Fruit")}))
    with pytest.raises(RunError, match="The chart 'Fruit' has no alternative text"):
        rendered(samples.document(nb.new_markdown_cell("# Title"), chart), strict=True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# Title\n\n#### Deep", "skips a level"),
        ("# Title in 한국", r"glyphs that its font lacks: replace 국 \(U\+AD6D\), 한 \(U\+D55C\)"),
        ("# Title\n\n$x^2$", "equation"),
        ("# Title\n\n![](data:image/png;base64,AAAA)", "alternative text"),
    ],
)
def test_strict_refuses_what_some_readers_would_miss(text: str, reason: str) -> None:
    with pytest.raises(RunError, match=reason) as caught:
        rendered(samples.document(nb.new_markdown_cell(text)), strict=True)
    assert "\n" not in str(caught.value)


def test_strict_refuses_an_empty_notebook() -> None:
    with pytest.raises(RunError, match="shows nothing"):
        rendered(samples.document(), strict=True)
