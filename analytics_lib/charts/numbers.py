"""The machine-readable answer beside a picture: every row of the frames that it was drawn from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from analytics_lib import wire
from analytics_lib.frame_rows import frame_rows
from analytics_lib.scope import Scope


def numbers_of(*frames: pd.DataFrame, title: str) -> dict[str, Any]:
    """What exporters write as CSV, JSON and sheets: all groups, not only those drawn.

    The frames are of `measure`, `models.outlook` or `models.causes`; the first says period and dimensions.
    Keys: title, metrics (name -> title and unit), dimensions, over, period, compared, rows. Rows are those
    of `analytics_lib.wire`; what is expected has `lower_80` and `upper_80` besides and quality "forecast".
    """
    first = frames[0].attrs
    scope: Scope = first["scope"]
    compared: Scope | None = first.get("compared")
    dimensions = _dimensions(frames[0])
    over = next((frame.attrs["over"] for frame in frames if frame.attrs.get("over") is not None), None)
    metrics = {name: words for frame in frames for name, words in _metrics(frame).items()}
    return {
        "title": title,
        "metrics": {name: {"title": each["title"], "unit": each["unit"]} for name, each in metrics.items()},
        "dimensions": dimensions,
        "over": None if over is None else str(over),
        "period": scope.period.name,
        "compared": None if compared is None else compared.period.name,
        "rows": [row for frame in frames for row in _rows(frame, dimensions)],
    }


def _metrics(frame: pd.DataFrame) -> dict[str, Any]:
    """The words of the metrics that the frame still has; a notebook may have picked one of several."""
    asked: dict[str, Any] = frame.attrs["metrics"]
    if "metric" not in frame:
        return asked
    there = set(frame["metric"])
    return {name: words for name, words in asked.items() if name in there}


def _dimensions(frame: pd.DataFrame) -> list[str]:
    return [frame.attrs["by"]] if "total_effect" in frame else list(frame.attrs.get("dimensions", ()))


def _rows(frame: pd.DataFrame, dimensions: list[str]) -> Iterable[dict[str, Any]]:
    if "total_effect" in frame:
        return _cause_rows(frame)
    if "mean" in frame:
        return _expected_rows(frame, dimensions)
    return wire.rows(frame, dimensions)


def _expected_rows(frame: pd.DataFrame, dimensions: list[str]) -> list[dict[str, Any]]:
    empty: dict[str, Any] = dict.fromkeys(wire.fields_of(dimensions))
    return [
        {
            **empty,
            "metric": row["metric"],
            "value": wire.plain(row["mean"]),
            "unit": row["unit"],
            "bucket": row["bucket"],
            "quality": "forecast",
            "lower_80": wire.plain(row["lower_80"]),
            "upper_80": wire.plain(row["upper_80"]),
        }
        for row in frame_rows(frame)
    ]


def _cause_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    by = frame.attrs["by"]
    empty: dict[str, Any] = dict.fromkeys(wire.fields_of([by]))
    return [
        {
            **empty,
            "metric": frame.attrs["metric"],
            "value": wire.plain(row["after"]),
            "unit": frame.attrs["unit"],
            by: row["group"],
            "previous": wire.plain(row["before"]),
            "change": wire.plain(row["total_effect"]),
            "quality": "ok",
        }
        for row in frame_rows(frame)
    ]
