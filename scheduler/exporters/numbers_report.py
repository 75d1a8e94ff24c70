"""What the exports of numbers have in common: an nbconvert exporter of what a notebook's outputs carry."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import Exporter
from traitlets import Bool

from analytics_lib.errors import RunError
from scheduler.exporters.notebook_numbers import Numbers, read_numbers


class NumbersReport(Exporter):
    """One file of a report's numbers; a format is a subclass that writes them.

    Works on any executed notebook: what carries no numbers is left out. With `strict`, a notebook
    without any number raises RunError.
    """

    strict = Bool(False, help="Refuse a notebook without any number.").tag(config=True)

    def from_notebook_node(  # type: ignore[override]  # nbconvert types the content of a file as notebook
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str | bytes, dict[str, Any]]:
        """The file's content, and nbconvert's resources. Raises RunError (see `strict`)."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        resources["output_extension"] = self.file_extension
        return self.content(
            notebook, str((resources.get("metadata") or {}).get("name") or "Report")
        ), resources

    def content(self, notebook: Any, name: str) -> str | bytes:
        """The file of a notebook as it is, which `name` names if nothing else does. Raises RunError."""
        numbers = read_numbers(notebook, name)
        if self.strict and not numbers.answers:
            raise RunError(
                f"The report '{numbers.about['title']}' holds no numbers to export: show answers of "
                "measure in our tiles, charts or tables, or choose html or pdf."
            )
        return self.written(numbers)

    def written(self, numbers: Numbers) -> str | bytes:
        """The content of the file."""
        raise NotImplementedError
