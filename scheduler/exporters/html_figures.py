"""Charts and pictures as figures: seen without JavaScript, named for screen readers, with their numbers."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from analytics_lib.errors import RunError
from scheduler.exporters.chart_words import inline_table, is_vega, titles
from scheduler.exporters.html_blocks import Chart, Picture
from scheduler.exporters.svg import draws_nothing
from scheduler.exporters.svg_extent import render_whole

# px: a chart across the page, one of two side by side, and either on a telephone
FULL, HALF, NARROW = 1000, 520, 340
_LEGIBLE = 760  # px: a wide drawing that has no narrow twin scrolls in its box rather than shrink further
_COMPOSED = ("hconcat", "vconcat", "concat", "facet", "repeat")
_FACETS = ("row", "column", "facet")
_MOST_ROWS = 500
_MOST_NARROW = 40_000  # characters: a heavier drawing is not put into the page twice
_MARK_NAME = re.compile(r' (?:aria-label|aria-roledescription|role)="[^"]*"')
_SIZE = re.compile(r' (?:width|height)="[^"]*"')
_FAR_LINK = re.compile(r' (?:xlink:)?href="(?!#|data:image/)[^"]*"')


def render_chart(chart: Chart, number: int, fallback: str, *, half: bool, strict: bool) -> str:
    """One `<figure>`: drawing, caption, table twin, and the specification that makes it interactive.

    `fallback` is the alternative text where the chart has none. With `strict`, such a
    chart raises RunError. An empty one shows the reason that it gives.
    """
    ours = (chart.spec.get("usermeta") or {}).get("analytics") or {}
    title, subtitle = titles(chart.spec)
    title = str(ours.get("title") or title)
    alt = str(ours.get("alt") or chart.spec.get("description") or "").strip()
    name = f"The chart '{title}'" if title else f"Chart {number}"
    if strict and not alt:
        raise RunError(f"{name} has no alternative text: give it a description that says what it shows.")
    caption = _caption(title, subtitle)
    if ours.get("empty"):
        return _figure(number, f'<p class="missing">No data: {escape(str(ours["empty"]))}</p>', caption)
    spec = page_spec(chart.spec)
    width = None if is_vega(spec) or _is_composed(spec) else HALF if half else FULL
    wide = _static(spec, alt or title or fallback, width)
    if strict and draws_nothing(wide):
        raise RunError(
            f"The chart '{title or alt}' shows nothing: check its fields and filters, or say why it is empty."
        )
    svg = _still(wide, "wide alone")
    if width is not None:
        narrow = _static(spec, alt or title or fallback, NARROW)
        if len(narrow) <= _MOST_NARROW:
            svg = _still(wide, "wide") + _still(narrow, "narrow")
    drawing = (
        f'<div class="drawing" role="img" tabindex="0" aria-label="{escape(alt or title or fallback)}">'
        f"{svg}</div>"
    )
    twin = _twin(ours.get("table") or inline_table(chart.spec), title or fallback)
    live = (
        f'<script type="application/json" class="chart-spec">{_script_json(_live(chart.spec, spec))}</script>'
    )
    return _figure(number, drawing, caption, twin, live)


def render_picture(picture: Picture, number: int, fallback: str, *, strict: bool) -> str:
    """One `<figure>` around a picture; with `strict`, one without alternative text raises RunError."""
    if strict and not picture.alt:
        raise RunError(f"Picture {number} has no alternative text: set 'alt' in its output's metadata.")
    alt = picture.alt or picture.caption or fallback
    image = f'<img src="{escape(picture.address)}" alt="{escape(alt)}">'
    return _figure(number, f'<div class="picture">{image}</div>', _caption(picture.caption, ""))


def page_spec(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The specification as the page draws it: title left to the caption, paper showing through."""
    page = {key: value for key, value in spec.items() if key not in ("title", "usermeta", "background")}
    page["background"] = "transparent"
    if not _is_composed(spec):
        page.pop("autosize", None)
    return copy.deepcopy(page)


def _is_composed(spec: Mapping[str, Any]) -> bool:
    channels = spec.get("encoding") or {}
    return any(key in spec for key in _COMPOSED) or any(key in channels for key in _FACETS)


def _static(spec: Mapping[str, Any], alt: str, width: int | None) -> str:
    svg = render_whole({**spec, "description": alt}, width=width)
    head, mark, rest = svg.partition(">")
    # The drawing as a whole carries the name; one on each of its marks only weighs.
    return head + mark + _FAR_LINK.sub("", _MARK_NAME.sub("", rest))


def _still(svg: str, kind: str) -> str:
    """The drawing as wide as its place, by its viewBox alone, but neither blown up nor illegibly small."""
    head, mark, rest = svg.partition(">")
    width = float(head.partition(' width="')[2].partition('"')[0])
    limits = f"max-width:{width * (1 if 'alone' in kind else 1.5):g}px"
    if "alone" in kind:
        limits += f";min-width:{min(width, _LEGIBLE):g}px"
    head = _SIZE.sub("", head).replace(' class="marks"', f' class="marks still {kind}" style="{limits}"', 1)
    return head + mark + rest


def _live(spec: Mapping[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    live = dict(page)
    if not _is_composed(spec) and not is_vega(spec) and not isinstance(spec.get("width"), Mapping):
        live["width"] = "container"
    options = (spec.get("usermeta") or {}).get("embedOptions") or {}
    locales = {key: options[key] for key in ("formatLocale", "timeFormatLocale") if key in options}
    mode = "vega" if is_vega(spec) else "vega-lite"
    return {"mode": mode, "locales": locales, "spec": live}


def _script_json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _caption(title: str, subtitle: str) -> str:
    if not title and not subtitle:
        return ""
    below = f' <span class="subtitle">{escape(subtitle)}</span>' if subtitle else ""
    return f"<figcaption>{escape(title)}{below}</figcaption>"


def _figure(number: int, drawing: str, caption: str, twin: str = "", live: str = "") -> str:
    return f'<figure class="chart" id="figure-{number}">{caption}{drawing}{twin}{live}</figure>'


def _twin(table: Mapping[str, Any] | None, name: str) -> str:
    if not table or not table.get("rows"):
        return ""
    classes = [' class="num"' if column.get("align") == "right" else "" for column in table["columns"]]
    head = "".join(
        f'<th scope="col"{css}>{escape(str(column["name"]))}</th>'
        for css, column in zip(classes, table["columns"], strict=True)
    )
    rows = table["rows"]
    body = "".join(
        "<tr>"
        + "".join(f"<td{css}>{escape(str(cell))}</td>" for css, cell in zip(classes, row, strict=True))
        + "</tr>"
        for row in rows[:_MOST_ROWS]
    )
    cut = f"<p>The first {_MOST_ROWS} of {len(rows)} rows.</p>" if len(rows) > _MOST_ROWS else ""
    return (
        "<details><summary>Show as table</summary>"
        f'<div class="table-box" tabindex="0" role="group" aria-label="{escape("Table: " + name)}">'
        f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        f"{cut}</details>"
    )
