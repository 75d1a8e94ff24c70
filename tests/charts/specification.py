"""What a chart's specification says and draws."""

from __future__ import annotations

import json
import re
from typing import Any


def spec_of(chart: Any) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict(validate=True)
    return spec


def words_of(chart: Any) -> dict[str, Any]:
    """What our own charts carry beside the drawing: title, alternative text, table twin, reason if empty."""
    words: dict[str, Any] = spec_of(chart)["usermeta"]["analytics"]
    return words


def drawn(chart: Any) -> list[dict[str, Any]]:
    """The rows behind the lines or bars, without those that only name a line's end."""
    spec = spec_of(chart)
    return rows_of(chart, spec["layer"][0] if "layer" in spec else spec)


def rows_of(chart: Any, layer: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows behind one layer of a chart."""
    spec = spec_of(chart)
    data = layer.get("data") or spec["data"]
    rows: list[dict[str, Any]] = data["values"] if "values" in data else spec["datasets"][data["name"]]
    return rows


def layers_of(chart: Any, mark: str) -> list[dict[str, Any]]:
    """The layers that are drawn with a mark."""
    return [layer for layer in spec_of(chart)["layer"] if layer["mark"]["type"] == mark]


def axis_texts(chart: Any, channel: str) -> list[str]:
    """The labels that an axis looks up, in their order."""
    spec = spec_of(chart)
    encoding = (spec["layer"][0] if "layer" in spec else spec)["encoding"]
    found = re.search(r"(\[[^\[\]]*\])\[indexof", encoding[channel]["axis"]["labelExpr"])
    assert found, encoding[channel]["axis"]
    texts: list[str] = json.loads(found[1])
    return texts
