"""KPI tiles: label, value, change against a named period, the course of the period, and what to mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.figure import plotted, relative
from analytics_lib.charts.numbers import numbers_of
from analytics_lib.formatting import compared_name, texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.tile_markup import STYLE, render_tiles

TILES_MIME = "application/vnd.analytics.tiles+json"

_VERDICTS = {
    ("higher", "up"): "good",
    ("higher", "down"): "bad",
    ("lower", "up"): "bad",
    ("lower", "down"): "good",
}


@dataclass(frozen=True)
class Tiles:
    """A row of tiles that notebooks display; exporters draw them from their values."""

    tiles: tuple[Mapping[str, Any], ...]
    numbers: Mapping[str, Any]
    """The rows behind them, for exporters: see `charts.numbers`."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            TILES_MIME: {"tiles": list(self.tiles), "numbers": dict(self.numbers)},
            "text/html": STYLE + render_tiles(self.tiles),
            "text/plain": "\n".join(_line(tile) for tile in self.tiles),
        }


def tiles(
    frame: pd.DataFrame,
    course: pd.DataFrame | None = None,
    *,
    locale: str = "en",
    title: str | None = None,
) -> Tiles:
    """One tile per metric of a compared answer; `course` holds the same metrics over buckets.

    `title` names the numbers for exporters; the tiles themselves show none.
    """
    titles = [words["title"] for words in frame.attrs["metrics"].values()]
    return Tiles(
        tuple(_tile(row, frame, course, locale) for row in frame_rows(frame)),
        numbers_of(frame, title=title or ", ".join(titles)),
    )


def _tile(
    row: Mapping[Any, Any], frame: pd.DataFrame, course: pd.DataFrame | None, locale: str
) -> dict[str, Any]:
    words, unit = frame.attrs["metrics"][row["metric"]], row["unit"]
    missing = row["value"] is None
    return {
        "label": words["title"],
        "value": formatting.quantity(row["value"], unit, locale, is_compact=True),
        "delta": None if missing else _delta(row, frame, words, locale),
        "spark": [] if course is None else _spark(course, row["metric"]),
        "note": "" if missing else row["reason"] or "",
        "missing": (row["reason"] or texts(locale)("no data")) if missing else None,
    }


def _delta(row: Mapping[Any, Any], frame: pd.DataFrame, words: Mapping[str, Any], locale: str) -> Any:
    compared = frame.attrs["compared"]
    if compared is None or row.get("change") is None:
        return None
    say = texts(locale)
    step, unit = float(row["change"]), row["unit"]
    direction = "up" if step > 0 else "down" if step < 0 else "flat"
    verdict = _VERDICTS.get((words["better"], direction), "neutral")
    if formatting.hardly_moved(step, unit):
        verdict = "neutral"
    small = min(row["n"], abs(row["previous"]) if unit == "count" else row["n"]) < words["small_base"]
    text = formatting.change(row["change"], None if small else relative(row), unit, locale, is_compact=True)
    return {
        "text": say("unchanged") if direction == "flat" else text,
        "against": say("vs {period}").format(period=compared_name(compared, locale)),
        "direction": direction,
        "verdict": verdict,
        "word": {"good": say("better"), "bad": say("worse")}.get(verdict, ""),
    }


def _spark(course: pd.DataFrame, metric: str) -> list[float | None]:
    return [plotted(value) for value in course.loc[course["metric"] == metric, "value"]]


def _line(tile: Mapping[str, Any]) -> str:
    if tile["missing"]:
        return f"{tile['label']}: {tile['missing']}"
    delta = tile["delta"]
    return f"{tile['label']}: {tile['value']}" + (f", {delta['text']} {delta['against']}" if delta else "")
