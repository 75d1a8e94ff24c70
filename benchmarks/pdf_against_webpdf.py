"""How much faster is our PDF than nbconvert's `webpdf`, each in a warm process, on the same notebook?

Two notebooks, each with a headline, six tiles and eight sections: one has a table of 40 rows in each
section, the other a chart of 104 points as well, in the form that we draw and in the only one that
webpdf can draw without a network (a page with its own copy of Vega). Every round changes a number in
each part, so that neither side can answer from a cache. Both PDFs must hold every section's number.

Needs Chromium for the rival: its path as the first argument, else /usr/bin/chromium.
Goal: at least 10 times faster. Run: .venv/bin/python benchmarks/pdf_against_webpdf.py [CHROMIUM] [ROUNDS]
"""

from __future__ import annotations

import asyncio
import io
import logging
import math
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat.v4 as nb
import pypdf
import vl_convert

SECTIONS, POINTS, ROWS = 8, 104, 40


def notebook(round_number: int, *, charts: bool) -> Any:
    cells = [nb.new_markdown_cell(f"# Bookings rose to {number(round_number, 0)}"), tiles(round_number)]
    for section in range(1, SECTIONS + 1):
        value = number(round_number, section)
        cells.append(nb.new_markdown_cell(f"## Section {section}\n\nThere were **{value}** bookings."))
        if charts:
            spec = chart(value)
            page = vl_convert.vegalite_to_html(spec, bundle=True)
            cells.append(shown({"application/vnd.vegalite.v6+json": spec, "text/html": page}))
        cells.append(shown({"text/html": table(value), "text/plain": "table"}))
    return nb.new_notebook(cells=cells)


def number(round_number: int, section: int) -> int:
    return 10_000 + 100 * round_number + section


def shown(data: dict[str, Any]) -> Any:
    return nb.new_code_cell("code", outputs=[nb.new_output("display_data", data=data)])


def tiles(round_number: int) -> Any:
    values = [
        {
            "label": f"Tile {n}",
            "value": str(number(round_number, n)),
            "delta": None,
            "spark": [1, 3, 2],
            "note": "",
        }
        for n in range(6)
    ]
    markup = "".join(f"<div>{tile['label']} {tile['value']}</div>" for tile in values)
    return shown({"application/vnd.analytics.tiles+json": {"tiles": values}, "text/html": markup})


def chart(value: int) -> dict[str, Any]:
    points = [{"week": week, "bookings": value + 40 * math.sin(week / 4)} for week in range(POINTS)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"Bookings by week around {value}.",
        "height": 260,
        "data": {"values": points},
        "mark": "line",
        "encoding": {
            "x": {"field": "week", "type": "quantitative"},
            "y": {"field": "bookings", "type": "quantitative"},
        },
    }


def table(value: int) -> str:
    rows = "".join(f"<tr><td>Hotel {n}</td><td>{value + n}</td></tr>" for n in range(ROWS))
    return f"<table><thead><tr><th>Hotel</th><th>Bookings</th></tr></thead><tbody>{rows}</tbody></table>"


def check(pdf: bytes, round_number: int) -> None:
    words = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    for section in range(SECTIONS + 1):
        assert str(number(round_number, section)) in words, f"section {section} is missing"


def link_chromium(browser: str, folder: str) -> None:
    """Put a link to the browser where Playwright, as nbconvert uses it, looks for its own."""
    from playwright.async_api import Error, async_playwright

    async def missing() -> str:
        async with async_playwright() as playwright:
            try:
                await (await playwright.chromium.launch()).close()
            except Error as error:
                found = re.search(r"Executable doesn't exist at (\S+)", str(error))
                return found[1] if found else ""
        return ""

    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = folder
    if path := asyncio.run(missing()):
        Path(path).parent.mkdir(parents=True)
        Path(path).symlink_to(browser)


def seconds(render: Callable[[Any], bytes], round_number: int, charts: bool) -> float:
    question = notebook(round_number, charts=charts)
    start = time.perf_counter()
    pdf = render(question)
    took = time.perf_counter() - start
    check(pdf, round_number)
    return took


def main(browser: str = "/usr/bin/chromium", rounds: str = "5") -> None:
    from nbconvert.exporters import WebPDFExporter

    from scheduler.exporters.pdf import PdfReport

    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        link_chromium(browser, folder)
        ours_exporter = PdfReport()
        rival_exporter = WebPDFExporter(disable_sandbox=True, exclude_input=True)

        def ours(question: Any) -> bytes:
            return bytes(ours_exporter.from_notebook_node(question)[0])

        def rival(question: Any) -> bytes:
            return bytes(rival_exporter.from_notebook_node(question)[0])

        for charts in (False, True):
            seconds(ours, 0, charts)
            seconds(rival, 0, charts)
            times = [(seconds(ours, n, charts), seconds(rival, n, charts)) for n in range(1, int(rounds) + 1)]
            our_time, rival_time = (statistics.median(side) for side in zip(*times, strict=True))
            print(
                f"{'with charts' if charts else 'tables only'}: PdfReport {our_time:.3f} s, "
                f"webpdf {rival_time:.3f} s, {rival_time / our_time:.1f} times faster (goal: 10)"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
