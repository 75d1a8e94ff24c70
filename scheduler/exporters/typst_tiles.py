"""KPI tiles for paper: label, value, change against a named period, sparkline, note."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scheduler.exporters.typst_glyphs import text_width
from scheduler.exporters.typst_manuscript import Manuscript, Node
from scheduler.exporters.typst_tables import PORTRAIT

_ARROWS = {"up": "▲", "down": "▼", "flat": "■"}
_GUTTER = 16.0
_VALUE, _SMALLEST = 20.0, 11.0  # pt


def tiles_node(manuscript: Manuscript, tiles: Sequence[Mapping[str, Any]]) -> Node:
    """A row (or rows) of tiles, every value on one line at one size."""
    columns = _columns(len(tiles))
    room = (PORTRAIT - _GUTTER * (columns - 1)) / columns
    values = [_value(tile) for tile in tiles]
    widest = max((text_width(value, 1.0) for value in values), default=1.0) or 1.0
    return {
        "is": "tiles",
        "columns": columns,
        "size": round(max(_SMALLEST, min(_VALUE, room / widest)), 1),
        "tiles": [_tile(manuscript, tile) for tile in tiles],
    }


def _columns(count: int) -> int:
    """As many beside each other as leaves the rows even."""
    if count <= 4:
        return max(count, 2)
    return 3 if count in (5, 6, 9) else 4


def _value(tile: Mapping[str, Any]) -> str:
    return "missing" if tile.get("missing") else str(tile.get("value", ""))


def _tile(manuscript: Manuscript, tile: Mapping[str, Any]) -> Node:
    text = manuscript.text
    missing = tile.get("missing")
    delta = None if missing else tile.get("delta")
    return {
        "label": text(tile.get("label", "")),
        "value": text(_value(tile)),
        "missing": text(missing or ""),
        "delta": _delta(manuscript, delta) if delta else None,
        "spark": [] if missing else _spark(tile.get("spark") or []),
        "note": text(tile.get("note") or ""),
    }


def _delta(manuscript: Manuscript, delta: Mapping[str, Any]) -> Node:
    verdict = delta.get("verdict")
    return {
        "verdict": verdict if verdict in ("good", "bad") else "neutral",
        "arrow": _ARROWS.get(str(delta.get("direction")), ""),
        "text": manuscript.text(delta.get("text") or ""),
        "word": manuscript.text(delta.get("word") or ""),
        "against": manuscript.text(delta.get("against") or ""),
    }


def _spark(values: Sequence[float | None]) -> list[list[list[float]]]:
    """Runs of known values as points between 0 and 1, top down; a gap where one is missing."""
    known = [float(value) for value in values if value is not None and math.isfinite(value)]
    if len(known) < 2:
        return []
    low, span = min(known), (max(known) - min(known)) or 1.0
    runs: list[list[list[float]]] = [[]]
    for place, value in enumerate(values):
        if value is None or not math.isfinite(value):
            runs.append([])
        else:
            across = place / (len(values) - 1)
            runs[-1].append([round(across, 4), round(1 - (float(value) - low) / span, 4)])
    return [run for run in runs if run]
