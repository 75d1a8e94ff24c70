"""An executed notebook as a page or as a file of its numbers: format -> exporter."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import nbformat
import nbformat.v4

from scheduler.exporters.csv_report import CsvReport
from scheduler.exporters.excel_report import ExcelReport
from scheduler.exporters.html import HtmlReport
from scheduler.exporters.json_report import JsonReport
from scheduler.exporters.numbers_report import NumbersReport
from scheduler.exporters.pdf import PdfReport

EXPORTERS: dict[str, type[HtmlReport | PdfReport | NumbersReport]] = {
    "html": HtmlReport,
    "pdf": PdfReport,
    "csv": CsvReport,
    "json": JsonReport,
    "xlsx": ExcelReport,
}


def render(notebook: nbformat.NotebookNode, kind: str, name: str) -> bytes:
    """The bytes of a report in one format. Raises `RunError` for what not every reader could read."""
    if kind == "ipynb":
        return f"{nbformat.writes(notebook)}\n".encode()
    # nbconvert would copy the notebook twice and validate it a dozen times, for preprocessors that are off.
    content = EXPORTERS[kind](strict=True).content(notebook, name)
    return content if isinstance(content, bytes) else content.encode()


def warm(formats: Iterable[str]) -> None:
    """Have done, once a process, what the first report in these formats would wait for.

    The drawing code is loaded, fonts and templates are read. It sets TZ for a moment, so no process may
    be started meanwhile; and it holds the interpreter for most of its second, so in a thread it hinders
    what else goes on. Best is to call it while a kernel is at work that has been given its cells.
    """
    for kind in formats:
        if kind in EXPORTERS:
            _warm(kind)


@cache
def _warm(kind: str) -> None:
    EXPORTERS[kind]().content(_specimen(), "specimen")


def _specimen() -> nbformat.NotebookNode:
    """A report of a chart, a table and a heading, for which nobody has to ask a database."""
    chart = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"day": 1, "bookings": 2}, {"day": 2, "bookings": 3}]},
        "mark": "line",
        "encoding": {
            "x": {"field": "day", "type": "quantitative"},
            "y": {"field": "bookings", "type": "quantitative"},
        },
    }
    table = "<table><tr><th>day</th><th>bookings</th></tr><tr><td>1</td><td>2</td></tr></table>"
    shown = [
        nbformat.v4.new_output("display_data", data=data)
        for data in ({"application/vnd.vegalite.v6+json": chart}, {"text/html": table})
    ]
    cells = [nbformat.v4.new_markdown_cell("# Specimen"), nbformat.v4.new_code_cell(outputs=shown)]
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=cells)
    return notebook
