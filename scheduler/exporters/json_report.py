"""`jupyter nbconvert --to analytics_json`: the numbers of an executed notebook as one JSON document."""

from __future__ import annotations

import json

from traitlets import default

from scheduler.exporters.notebook_numbers import Numbers
from scheduler.exporters.numbers_report import NumbersReport


class JsonReport(NumbersReport):
    """What the report is (`report`), and its `answers` in order, each in the wire format."""

    output_mimetype = "application/json"
    export_from_notebook = "Numbers (JSON)"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".json"

    def written(self, numbers: Numbers) -> str:
        answers = [
            {**answer.numbers, "section": answer.section, "title": answer.title, "kind": answer.kind}
            for answer in numbers.answers
        ]
        document = {"report": numbers.about, "answers": answers}
        return f"{json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2, sort_keys=True)}\n"
