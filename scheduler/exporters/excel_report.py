"""`jupyter nbconvert --to analytics_xlsx`: the numbers of an executed notebook as one Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from traitlets import default

from analytics_lib.formatting import group_label
from scheduler.exporters.excel_cells import DAY, LONGEST_TEXT, amount, day_of, number_format
from scheduler.exporters.excel_sheets import sheet_names
from scheduler.exporters.notebook_numbers import AMOUNTS, FORECAST, Answer, Numbers
from scheduler.exporters.numbers_report import NumbersReport

_FRONT = "Report"
_UNDATED = datetime(2000, 1, 1)
_OPTIONS = {
    "in_memory": True,  # which also gives each part of the file a fixed time
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_HEADERS = {
    "title": "Metric",
    "metric": "Name",
    "unit": "Unit",
    "bucket": "When",
    "value": "Value",
    "previous": "Compared with",
    "change": "Change",
    "change_ratio": "Change, relative",
    "lower_80": "Lower (80 %)",
    "upper_80": "Upper (80 %)",
    "n": "Based on",
    "quality": "Quality",
    "reason": "Reason",
}
_OPTIONAL = {"bucket", "previous", "change", "change_ratio", *FORECAST}
_WIDTHS = {"title": 34, "metric": 26, "unit": 8, "quality": 12, "reason": 48}
_WIDTH = 18
_TOO_LONG = "Written as text, because Excel keeps only 15 digits of a number."


class ExcelReport(NumbersReport):
    """A first sheet that says what the report is, and a sheet of typed cells for each answer.

    Amounts of up to 15 digits are exact; fractions keep 16 digits, one more than Excel shows.
    """

    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    export_from_notebook = "Numbers (Excel)"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".xlsx"

    def written(self, numbers: Numbers) -> bytes:
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, _OPTIONS) as book:
            about = numbers.about
            made = _instant(about.get("data_as_of"))
            book.set_properties(
                {"title": about["title"], "subject": about["subtitle"], "author": "", "created": made}
            )
            writer = _Writer(book)
            names = sheet_names([answer.title for answer in numbers.answers], taken=[_FRONT])
            writer.front(numbers, names)
            for answer, name in zip(numbers.answers, names, strict=True):
                writer.sheet(answer, name, numbers.locale)
        return file.getvalue()


class _Writer:
    """A workbook that is being written, with its cell formats made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[str, Any] = {}
        self._heading = book.add_format({"bold": True, "font_size": 16})
        self._header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._label = book.add_format({"font_color": "#6B7280"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def front(self, numbers: Numbers, names: list[str]) -> None:
        """The first sheet: title, subtitle, where the numbers come from, and a link to each other sheet."""
        about = numbers.about
        sheet = self._book.add_worksheet(_FRONT)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 2, 60)
        _text(sheet, 0, 0, about["title"], self._heading)
        _text(sheet, 1, 0, about["subtitle"])
        line = 3
        for label, text in (("Period", about.get("period") or ""), *numbers.footer):
            _text(sheet, line, 0, label, self._label)
            _text(sheet, line, 1, text)
            line += 1
        line += 1
        for place, header in enumerate(("Sheet", "What it shows", "Section")):
            _text(sheet, line, place, header, self._header)
        for answer, name in zip(numbers.answers, names, strict=True):
            line += 1
            quoted = name.replace("'", "''")
            sheet.write_url(line, 0, f"internal:'{quoted}'!A1", string=name)
            _text(sheet, line, 1, answer.title, self._wrapped)
            _text(sheet, line, 2, answer.section, self._wrapped)
        if not numbers.answers:
            _text(sheet, line + 1, 0, "The notebook carries no numbers.")

    def sheet(self, answer: Answer, name: str, locale: str) -> None:
        """The rows of an answer below a frozen header."""
        rows = [_cells(answer, row, locale) for row in answer.rows]
        columns = _columns(answer, rows)
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS.get(column, _WIDTH))
            _text(sheet, 0, place, _HEADERS.get(column, column.replace("_", " ").capitalize()), self._header)
        for line, cells in enumerate(rows, start=1):
            for place, column in enumerate(columns):
                self._cell(sheet, line, place, column, cells)

    def _cell(self, sheet: Any, line: int, place: int, column: str, cells: Mapping[str, Any]) -> None:
        value = cells.get(column)
        if isinstance(value, int | float) and not isinstance(value, bool):
            shown = number_format(column, str(cells.get("unit") or "")) if column in AMOUNTS else "General"
            sheet.write_number(line, place, value, self._format(shown))
        elif column == "bucket" and (day := day_of(value)) is not None:
            sheet.write_datetime(line, place, day, self._format(DAY))
        elif value is not None:
            _text(sheet, line, place, value)

    def _format(self, number: str) -> Any:
        if number not in self._formats:
            self._formats[number] = self._book.add_format({"num_format": number})
        return self._formats[number]


def _columns(answer: Answer, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns of an answer's sheet: those that do not apply to any of its rows are left out.

    A dimension's values are as people read them; where a code says it otherwise, as CSV and JSON do, it has
    a column at the end.
    """
    dimensions = _dimensions(answer)
    codes = [name for name in dimensions if any(row[name] != row[_code(name)] for row in rows)]
    columns = ["title", *dimensions, "bucket", *AMOUNTS, "unit", "quality", "reason", "metric"]
    occurring = {name for row in answer.rows for name, value in row.items() if value is not None}
    return [name for name in columns if name not in _OPTIONAL or name in occurring] + list(map(_code, codes))


def _dimensions(answer: Answer) -> list[str]:
    return [name for name in answer.dimensions if name != "title"]


def _code(dimension: str) -> str:
    """The column with a dimension's values as they stand in the data."""
    return f"{dimension}, code"


def _cells(answer: Answer, row: Mapping[str, Any], locale: str) -> dict[str, Any]:
    cells = {**row, "title": answer.metric_title(row)}
    for name in _dimensions(answer):
        value = row.get(name)
        said = group_label(value, name, locale) if isinstance(value, str) else value
        cells |= {name: said, _code(name): value}
    cells |= {name: amount(row.get(name)) for name in AMOUNTS}
    if any(isinstance(cells[name], str) for name in AMOUNTS):
        cells["reason"] = " ".join(filter(None, (row.get("reason"), _TOO_LONG)))
    return cells


def _text(sheet: Any, line: int, place: int, value: Any, shape: Any = None) -> None:
    sheet.write_string(line, place, str(value)[:LONGEST_TEXT], shape)


def _instant(text: Any) -> datetime:
    """The naive UTC instant of an ISO text; a fixed one for a notebook that does not say, never the clock."""
    try:
        value = datetime.fromisoformat(str(text))
    except ValueError:
        return _UNDATED
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
