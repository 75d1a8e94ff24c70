"""What a chart's specification says in words and numbers, whatever format it is drawn for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def titles(spec: Mapping[str, Any]) -> tuple[str, str]:
    """Title and subtitle, empty where there is none."""
    title = spec.get("title")
    if isinstance(title, Mapping):
        return _joined(title.get("text")), _joined(title.get("subtitle"))
    return _joined(title), ""


def _joined(text: Any) -> str:
    return " ".join(map(str, text)) if isinstance(text, list) else text if isinstance(text, str) else ""


def inline_table(spec: Mapping[str, Any]) -> dict[str, Any] | None:
    """The rows that a chart by others carries in itself, if it says plainly where they are."""
    data = spec.get("data") or {}
    layers = spec.get("layer")
    if not data and isinstance(layers, list) and layers and isinstance(layers[0], Mapping):
        data = layers[0].get("data") or {}
    rows = data.get("values") if isinstance(data, Mapping) else None
    if rows is None and isinstance(data, Mapping):
        rows = (spec.get("datasets") or {}).get(data.get("name"))
    if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
        return None
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    return {
        "columns": [{"name": name, "align": _alignment(rows, name)} for name in names],
        "rows": [["" if row.get(name) is None else str(row[name]) for name in names] for row in rows],
    }


def _alignment(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    numeric = all(isinstance(row.get(name), int | float | None) for row in rows)
    return "right" if numeric else "left"


def is_vega(spec: Mapping[str, Any]) -> bool:
    """Whether it is Vega rather than Vega-Lite."""
    return "/vega/v" in str(spec.get("$schema", "")) or "marks" in spec
