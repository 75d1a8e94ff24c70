"""What may not be published: a chart that shows nothing and does not say why.

This is the early and simple part, which knows the cell; what transforms leave of the data is seen when
the chart is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import nbformat

from analytics_lib.errors import RunError
from scheduler.exporters.html_blocks import read_specs

_DRAWN = (
    *("x", "y", "x2", "y2", "xOffset", "yOffset", "theta", "theta2", "radius", "radius2"),
    *("longitude", "latitude", "longitude2", "latitude2", "size", "text", "color", "fill", "stroke"),
)
"""The channels without which a mark is not where, or what, it should be."""

_COMPOSED = ("layer", "hconcat", "vconcat", "concat", "spec")
_PLAIN_FIELD = re.compile(r"[^.\[\]\\]+")


@dataclass(frozen=True)
class _Marks:
    """Marks of one kind: the fields that they draw, and their rows, None if not to be looked into."""

    fields: frozenset[str]
    rows: tuple[Any, ...] | None
    transformed: bool

    @property
    def misspelt(self) -> list[str]:
        """Fields that no row has, not even without a value."""
        if self.transformed or not self.rows:
            return []
        return sorted(field for field in self.fields if not any(field in row for row in self.rows))

    @property
    def are_seen(self) -> bool:
        if self.rows is None or self.transformed:
            return self.rows != ()
        return any(all(_is_value(row.get(field)) for field in self.fields) for row in self.rows)


def refuse_empty_charts(notebook: nbformat.NotebookNode) -> None:
    """Raise `RunError` for the first chart without a row to draw, unless the chart states its reason."""
    for place, cell in enumerate(notebook.cells, start=1):
        for spec in read_specs(cell):
            if spec.get("usermeta", {}).get("analytics", {}).get("empty"):
                continue
            marks = list(_marks(spec, spec.get("datasets", {})))
            for field in (field for each in marks for field in each.misspelt):
                raise RunError(
                    f"cell {place} shows a chart of '{field}', which its data lacks: {_title(spec)}."
                )
            # A line at a fixed height says nothing beside bars that are not there.
            if marks and not any(each.are_seen for each in [each for each in marks if each.fields] or marks):
                raise RunError(f"cell {place} shows an empty chart: {_title(spec)}.")


def _marks(
    spec: Mapping[str, Any],
    datasets: Mapping[str, Any],
    data: Any = None,
    encoding: Mapping[str, Any] | None = None,
    transformed: bool = False,
) -> Iterator[_Marks]:
    """All marks of a specification, each with what it takes over from the parts around it."""
    data = spec.get("data") or data
    encoding = {**(encoding or {}), **spec.get("encoding", {})}
    transformed = transformed or bool(spec.get("transform"))
    for name in _COMPOSED:
        part = spec.get(name)
        for each in part if isinstance(part, list) else [part]:
            if isinstance(each, Mapping):
                yield from _marks(each, datasets, data, encoding, transformed)
    if "mark" in spec:
        fields = frozenset(_fields(encoding))
        yield _Marks(fields, _rows(data, datasets), transformed)


def _fields(encoding: Mapping[str, Any]) -> Iterator[str]:
    for channel, definition in encoding.items():
        field = definition.get("field") if isinstance(definition, Mapping) else None
        # Paths into nested rows, and the fields of repeated charts, are left to the drawing.
        if channel in _DRAWN and isinstance(field, str) and _PLAIN_FIELD.fullmatch(field):
            yield field


def _rows(data: Any, datasets: Mapping[str, Any]) -> tuple[Any, ...] | None:
    if not isinstance(data, Mapping):
        return None
    values = data.get("values", datasets.get(str(data.get("name"))))
    if not isinstance(values, list) or not all(isinstance(row, Mapping) for row in values):
        return None
    return tuple(values)


def _is_value(cell: Any) -> bool:
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell))


def _title(spec: Mapping[str, Any]) -> str:
    title = spec.get("title") or "without a title"
    if isinstance(title, Mapping):
        title = title.get("text", "without a title")
    words = " ".join(map(str, title)) if isinstance(title, list) else str(title)
    return words.rstrip(".")
