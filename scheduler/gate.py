"""What may not be published: a chart that shows nothing and does not say why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import nbformat

from analytics_lib.errors import RunError


def refuse_empty_charts(notebook: nbformat.NotebookNode) -> None:
    """Raise `RunError` for the first chart without a single value, unless it states its reason."""
    for place, cell in enumerate(notebook.cells, start=1):
        for spec in _charts(cell):
            reason = spec.get("usermeta", {}).get("analytics", {}).get("empty")
            if not reason and not any(_holds_values(rows) for rows in _tables(spec)):
                raise RunError(f"cell {place} shows an empty chart: {_title(spec)}.")


def _charts(cell: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for output in cell.get("outputs", ()):
        for mime, content in output.get("data", {}).items():
            if mime.startswith("application/vnd.vegalite.") and isinstance(content, Mapping):
                yield content


def _tables(spec: Any) -> Iterator[Any]:
    """All data of a specification: inline, named, or by address (which cannot be looked into)."""
    if isinstance(spec, Mapping):
        yield from spec.get("datasets", {}).values()
        data = spec.get("data")
        if isinstance(data, Mapping):
            yield data.get("values", "" if "url" not in data else [{"url": 1}])
        for name in ("layer", "hconcat", "vconcat", "concat", "spec"):
            part = spec.get(name)
            for each in part if isinstance(part, list) else [part]:
                yield from _tables(each)


def _holds_values(rows: Any) -> bool:
    """Whether any row has a number, or, if no column holds numbers at all, whether there is any row."""
    if not isinstance(rows, list):
        return bool(rows)
    cells = [
        cell for row in rows if isinstance(row, Mapping) for name, cell in row.items() if name == "value"
    ]
    return any(cell is not None for cell in cells) if cells else bool(rows)


def _title(spec: Mapping[str, Any]) -> str:
    title = spec.get("title", "without a title")
    return str(title.get("text", title)) if isinstance(title, Mapping) else str(title)
