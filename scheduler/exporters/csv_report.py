"""`jupyter nbconvert --to analytics_csv`: the numbers of an executed notebook as one tidy CSV file.

One row is one number. The file is UTF-8 with a byte order mark, without which Excel misreads every
letter outside ASCII; pandas, DuckDB and R know the mark and drop it. Numbers have a decimal point and
no grouping, in every locale.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from traitlets import default

from analytics_lib.csv_cells import harmless
from scheduler.exporters.notebook_numbers import AMOUNTS, Answer, Numbers
from scheduler.exporters.numbers_report import NumbersReport

_FIRST = ("section", "answer", "period", "compared", "metric", "title", "unit", "group")
_LAST = ("bucket", *AMOUNTS, "quality", "reason")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class CsvReport(NumbersReport):
    """A row for each number, with its section and answer, its metric, its group and its bucket.

    `group` joins the values of all dimensions; each dimension that occurs also has a column of its own.
    """

    output_mimetype = "text/csv"
    export_from_notebook = "Numbers (CSV)"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".csv"

    def written(self, numbers: Numbers) -> str:
        occurring = dict.fromkeys(name for answer in numbers.answers for name in answer.dimensions)
        dimensions = [name for name in occurring if name not in _FIRST]
        columns = [*_FIRST, *dimensions, *_LAST]
        file = io.StringIO()
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writerow({name: harmless(name) for name in columns})
        for answer in numbers.answers:
            for row in answer.rows:
                cells = _cells(answer, row)
                writer.writerow({name: _written(name, cells.get(name)) for name in columns})
        return _MARK + file.getvalue()


def _cells(answer: Answer, row: Mapping[str, Any]) -> dict[str, Any]:
    groups = {name: row.get(name) for name in answer.dimensions}
    return groups | {
        "section": answer.section,
        "answer": answer.title,
        "period": answer.numbers.get("period"),
        "compared": answer.numbers.get("compared"),
        "title": answer.metric_title(row),
        "group": " / ".join(str(value) for value in groups.values() if value is not None),
        **{name: row.get(name) for name in ("metric", "unit", *_LAST)},
    }


def _written(name: str, cell: Any) -> Any:
    """The cell as it stands in the file: amounts as they are, texts so that none is a formula."""
    if isinstance(cell, str) and name in AMOUNTS and _NUMBER.fullmatch(cell):
        return cell
    return harmless(cell)
