"""An executed notebook as a page or as a file of its numbers: format -> exporter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
from nbconvert.exporters.exporter import Exporter

from scheduler.exporters.csv_report import CsvReport
from scheduler.exporters.excel_report import ExcelReport
from scheduler.exporters.html import HtmlReport
from scheduler.exporters.json_report import JsonReport
from scheduler.exporters.pdf import PdfReport

EXPORTERS: dict[str, Callable[..., Exporter]] = {
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
    page: Any = EXPORTERS[kind](strict=True).from_notebook_node(notebook, {"metadata": {"name": name}})[0]
    return bytes(page) if isinstance(page, bytes) else str(page).encode()


def warm() -> None:
    """Nothing to warm yet."""
