"""Charts and pictures for paper: vector drawings with alternative text, and their numbers as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics_lib.errors import RunError
from scheduler.exporters.chart_words import inline_table, is_vega, titles
from scheduler.exporters.html_blocks import Chart, Picture
from scheduler.exporters.svg import draws_nothing
from scheduler.exporters.svg_extent import render_whole
from scheduler.exporters.typst_manuscript import Manuscript, Node
from scheduler.exporters.typst_prose import picture_file
from scheduler.exporters.typst_tables import grid_of, table_nodes

_WIDTH = 640  # px: at the width of the text a 12 px label is 9 pt high
_MOST_ROWS, _MOST_FOREIGN_ROWS = 500, 60


@dataclass(frozen=True)
class Figure:
    """A figure's node, and the node of the table that holds its numbers, if there is one."""

    node: Node
    twin: Node | None = None


def chart_figure(manuscript: Manuscript, chart: Chart, number: int, fallback: str, *, strict: bool) -> Figure:
    """The chart as a figure; `fallback` is its alternative text where it has none.

    A chart that cannot be drawn becomes a sentence that says so. With `strict`, it raises RunError, and
    so does a chart without alternative text. An empty one shows the reason that it gives.
    """
    ours = (chart.spec.get("usermeta") or {}).get("analytics") or {}
    title, subtitle = titles(chart.spec)
    title = str(ours.get("title") or title)
    alt = str(ours.get("alt") or chart.spec.get("description") or "").strip()
    name = f"The chart '{title}'" if title else f"Chart {number}"
    if strict and not alt:
        raise RunError(f"{name} has no alternative text: give it a description that says what it shows.")
    node = _figure(manuscript, number, title, subtitle)
    if ours.get("empty"):
        return Figure({**node, "missing": manuscript.text(f"No data: {ours['empty']}")})
    spec = {
        key: value for key, value in chart.spec.items() if key not in ("title", "usermeta", "description")
    }
    spec["usermeta"] = {"embedOptions": (chart.spec.get("usermeta") or {}).get("embedOptions") or {}}
    spec["background"] = "transparent"
    try:
        drawing = render_whole(spec, width=None if is_vega(spec) else _WIDTH)
    except RunError:
        if strict:
            raise
        return Figure({**node, "missing": "This chart cannot be drawn from what the notebook holds."})
    if strict and draws_nothing(drawing):
        raise RunError(
            f"The chart '{title or alt}' shows nothing: check its fields and filters, or say why it is empty."
        )
    drawing = manuscript.glyphs.shown(drawing, boxes=False)
    node["file"] = manuscript.keep(drawing.encode(), "svg")
    node["alt"] = manuscript.text(alt or title or fallback)
    twin = _twin(manuscript, number, title, _numbers(chart.spec, ours))
    node["twin"] = twin is not None
    return Figure(node, twin)


def picture_figure(
    manuscript: Manuscript, picture: Picture, number: int, fallback: str, *, strict: bool
) -> Figure:
    """The picture as a figure; with `strict`, one without alternative text, or damaged, raises RunError."""
    if strict and not picture.alt:
        raise RunError(f"Picture {number} has no alternative text: set 'alt' in its output's metadata.")
    node = _figure(manuscript, number, picture.caption, "")
    node["alt"] = manuscript.text(picture.alt or picture.caption or fallback)
    node["file"] = picture_file(manuscript, picture.address)
    if not node["file"]:
        if strict:
            raise RunError(f"Picture {number} is damaged or of an unknown kind: save it as PNG or SVG.")
        node["missing"] = "This picture is damaged or of a kind that paper cannot show."
    return Figure(node)


def _figure(manuscript: Manuscript, number: int, title: str, subtitle: str) -> Node:
    return {
        "is": "figure",
        "number": number,
        "title": manuscript.text(title),
        "subtitle": manuscript.text(subtitle),
        "file": "",
        "alt": "",
        "missing": "",
        "twin": False,
    }


def _twin(manuscript: Manuscript, number: int, title: str, table: Mapping[str, Any] | None) -> Node | None:
    if not table or not table.get("rows") or not table.get("columns"):
        return None
    most = table.get("most", _MOST_ROWS)
    rows = table["rows"]
    grid = grid_of(manuscript, {**table, "rows": rows[:most]})
    note = f"The first {most} of {len(rows)} rows." if len(rows) > most else ""
    return {"number": number, "title": manuscript.text(title), "tables": table_nodes(grid), "note": note}


def _numbers(spec: Mapping[str, Any], ours: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The table that our charts carry, or the rows that a chart by others plainly holds in itself."""
    if ours.get("table"):
        table: Mapping[str, Any] = ours["table"]
        return table
    rows = inline_table(spec)
    return None if rows is None else {**rows, "most": _MOST_FOREIGN_ROWS}
