"""An executed notebook as a page or as a file of its numbers: format -> exporter."""

from __future__ import annotations

import nbformat

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

FORMATS = (*EXPORTERS, "ipynb")


def render(notebook: nbformat.NotebookNode, kind: str, name: str) -> bytes:
    """The bytes of a report in one format. Raises `RunError` for what not every reader could read."""
    if kind == "ipynb":
        return f"{nbformat.writes(notebook)}\n".encode()
    # nbconvert would copy the notebook twice and validate it a dozen times, for preprocessors that are off.
    content = EXPORTERS[kind](strict=True).content(notebook, name)
    return content if isinstance(content, bytes) else content.encode()
