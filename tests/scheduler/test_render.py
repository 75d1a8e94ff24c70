"""Rendering: what the executed notebook says stands in the page and in the PDF, and again byte for byte."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.html
import nbformat
import pikepdf
import pypdf
import pytest

from analytics_lib.charts.tiles import TILES_MIME
from analytics_lib.errors import RunError
from scheduler.formats import FORMATS
from scheduler.render import EXPORTERS, render, warm
from tests.small_platform import PUBLISHED, report_elsewhere

REPORTS = ("bookings", "executive")


def place(published: Path, name: str, kind: str) -> Path:
    return published / "2026-10" / name / f"all.{kind}"


def executed(published: Path, name: str) -> nbformat.NotebookNode:
    return nbformat.read(place(published, name, "ipynb"), as_version=4)


def outputs(notebook: nbformat.NotebookNode, mime: str) -> Iterator[Any]:
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if mime in output.get("data", {}):
                yield output["data"][mime]


def tiles(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    return [tile for row in outputs(notebook, TILES_MIME) for tile in row["tiles"]]


def squeezed(text: str) -> str:
    """Text without spaces of any kind and with ligatures taken apart, as a PDF may break lines anywhere."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def page_text(published: Path, name: str) -> str:
    tree = lxml.html.parse(str(place(published, name, "html"))).getroot()
    for hidden in list(tree.iter("script", "style")):
        hidden.drop_tree()
    return squeezed(tree.text_content())


def pdf_text(published: Path, name: str) -> str:
    return squeezed(
        "".join(page.extract_text() for page in pypdf.PdfReader(place(published, name, "pdf")).pages)
    )


def tagged(pdf: pikepdf.Pdf) -> Iterator[tuple[str, Any]]:
    """(kind, element) of every structure element."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        if isinstance(element, pikepdf.Array):
            waiting.extend(element)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                yield str(element.S).lstrip("/"), element
            if "/K" in element:
                waiting.append(element.K)


@pytest.mark.parametrize("name", REPORTS)
def test_every_tile_is_in_the_page_and_in_the_pdf(published: Path, name: str) -> None:
    found = tiles(executed(published, name))
    assert len(found) >= 5
    page, pdf = page_text(published, name), pdf_text(published, name)
    for tile in found:
        texts = [tile["label"], tile["missing"] or tile["value"], tile["note"]]
        texts += [tile["delta"]["text"], tile["delta"]["against"]] if tile["delta"] else []
        for text in filter(None, texts):
            assert squeezed(text) in page, (tile["label"], text)
            assert squeezed(text) in pdf, (tile["label"], text)


@pytest.mark.parametrize("name", REPORTS)
def test_every_chart_has_its_words_in_both(published: Path, name: str) -> None:
    specs = list(outputs(executed(published, name), "application/vnd.vegalite.v6+json"))
    assert specs
    page, pdf = page_text(published, name), pdf_text(published, name)
    with pikepdf.open(place(published, name, "pdf")) as document:
        told = {
            str(element.Alt) for kind, element in tagged(document) if kind == "Figure" and "/Alt" in element
        }
    markup = place(published, name, "html").read_text()
    for spec in specs:
        words = spec["usermeta"]["analytics"]
        assert squeezed(words["title"]) in page and squeezed(words["title"]) in pdf
        assert words["alt"] in told
        assert words["alt"] in lxml.html.fromstring(markup).text_content() or words["alt"] in markup
        for row in words["table"]["rows"]:
            assert all(squeezed(cell) in page for cell in row)


@pytest.mark.parametrize("name", REPORTS)
def test_every_heading_is_in_both_in_order(published: Path, name: str) -> None:
    texts = [cell.source for cell in executed(published, name).cells if cell.cell_type == "markdown"]
    texts += list(outputs(executed(published, name), "text/markdown"))
    headings = re.findall(r"^#{1,3} (.+)$", "\n".join(texts), re.MULTILINE)
    assert len(headings) >= 4
    page, pdf = page_text(published, name), pdf_text(published, name)
    for heading in headings:
        plain = squeezed(heading.replace("\\", ""))
        assert plain in page and plain in pdf, heading


@pytest.mark.parametrize("name", REPORTS)
def test_the_pdf_is_tagged(published: Path, name: str) -> None:
    with pikepdf.open(place(published, name, "pdf")) as document:
        elements = list(tagged(document))
        kinds = {kind for kind, _ in elements}
        figures = [element for kind, element in elements if kind == "Figure"]
        assert document.Root.MarkInfo.Marked
        assert "en" in str(document.Root.Lang)
        assert b"pdfuaid" in bytes(document.Root.Metadata.read_bytes())
    assert {"H1", "H2", "Table", "TR", "TH", "TD", "Figure", "P"} <= kinds
    assert figures and all(str(figure.Alt).strip() for figure in figures if "/Alt" in figure)
    assert all("/Alt" in figure for figure in figures)


@pytest.mark.parametrize("name", REPORTS)
def test_code_is_hidden_and_nothing_is_fetched(published: Path, name: str) -> None:
    page = place(published, name, "html").read_text()
    text, pdf = page_text(published, name), pdf_text(published, name)
    for piece in ("analytics.measure(", "importconnect", "scope=analytics"):
        assert piece not in text and piece not in pdf
    tree = lxml.html.fromstring(page)
    for element in tree.iter("script", "img", "iframe", "link"):
        address = element.get("src") or element.get("href") or ""
        assert not address.startswith(("http:", "https:", "//")), address


@pytest.mark.parametrize("name", REPORTS)
def test_pages_carry_run_version_and_moment(published: Path, name: str) -> None:
    stamp = executed(published, name).metadata["analytics"]
    page, pdf = page_text(published, name), pdf_text(published, name)
    for text in (page, pdf):
        assert stamp["run_id"] in text
        assert stamp["data_version"][:12] in text


@pytest.mark.slow
def test_equal_runs_on_machines_in_different_zones_give_equal_bytes(
    published: Path, small_url: str, tmp_path: Path
) -> None:
    report_elsewhere(small_url, tmp_path, "UTC", "bookings", "--period", "2026-10")
    for kind in PUBLISHED:
        here, there = place(tmp_path, "bookings", kind), place(published, "bookings", kind)
        assert here.read_bytes() == there.read_bytes(), kind


@pytest.mark.parametrize("kind", PUBLISHED)
def test_rendering_again_gives_the_published_bytes(published: Path, kind: str) -> None:
    notebook = executed(published, "executive")
    before = json.dumps(notebook, sort_keys=True)
    assert render(notebook, kind, "executive") == place(published, "executive", kind).read_bytes()
    assert json.dumps(notebook, sort_keys=True) == before


@pytest.mark.parametrize("kind", EXPORTERS)
def test_a_report_without_content_is_refused(kind: str) -> None:
    with pytest.raises(RunError):
        render(nbformat.v4.new_notebook(), kind, "empty")


def test_warming_takes_any_format_and_leaves_the_clock_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    warm(FORMATS)
    assert os.environ["TZ"] == "Asia/Tokyo"
