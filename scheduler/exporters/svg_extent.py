"""Charts with all of their text inside: what Vega would let run over the edge is measured and given room."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from scheduler.exporters.svg import render_svg
from scheduler.exporters.typst_glyphs import text_width

_SVG = "{http://www.w3.org/2000/svg}"
_MOVE = re.compile(r"translate\(\s*(-?[\d.]+)(?:[\s,]+(-?[\d.]+))?\s*\)")
_OPEN = re.compile(r'<svg[^>]* width="([\d.]+)"[^>]*>')
_TRIES = 4
_MORE = 1.2  # of what is missing: the plot shrinks by the room that is given, and its label with it
_UNSEEN = 0.5  # px by which a drawing may become wider than it was asked to be
_MOST = 0.6  # of the width: a plot squeezed further shows less than a drawing that is shrunk


def render_whole(spec: Mapping[str, Any], *, width: int | None = None) -> str:
    """`render_svg`, with room on the left and right for every text.

    A single view of a given width gets more padding, so that it stays as wide as it was asked to be;
    whatever then still lies outside widens the drawing. Raises RunError.
    """
    svg = render_svg(spec, width=width)
    left, right = overflow(svg)
    asked = [0.0, 0.0]
    for _ in range(_TRIES if width is not None else 0):
        more = [asked[0] + _MORE * left, asked[1] + _MORE * right]
        if max(left, right) <= _UNSEEN or sum(more) > _MOST * (width or 0):
            break
        asked = more
        svg = render_svg({**spec, "padding": _padding(spec, asked)}, width=width)
        left, right = overflow(svg)
    return _widened(svg, left, right) if max(left, right) > 0 else svg


def overflow(svg: str) -> tuple[float, float]:
    """How far, in px, text runs over the left and the right edge of a drawing; 0 if it does not."""
    root = ET.fromstring(svg)
    edge = float(root.get("width") or 0)
    spans = list(_spans(root, 0.0))
    return (
        max(0.0, -min((start for start, _ in spans), default=0.0)),
        max(0.0, max((end for _, end in spans), default=0.0) - edge),
    )


def _spans(element: ET.Element, offset: float) -> Iterator[tuple[float, float]]:
    transform = element.get("transform", "")
    if move := _MOVE.search(transform):
        offset += float(move[1])
    if element.tag == f"{_SVG}text":
        # Slanted text is never wider than it is long; upright text stays inside by Vega's own layout.
        if "rotate" not in transform:
            yield _span(element, offset)
        return
    for child in element:
        yield from _spans(child, offset)


def _span(text: ET.Element, offset: float) -> tuple[float, float]:
    size = float(text.get("font-size", "11px").removesuffix("px"))
    lines = [child.text or "" for child in text] or [text.text or ""]
    length = max(text_width(line, size) for line in lines)
    share = {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor", ""), 0.0)
    return offset - share * length, offset + (1 - share) * length


def _padding(spec: Mapping[str, Any], more: list[float]) -> dict[str, float]:
    config = spec.get("config") or {}
    given = spec.get("padding", config.get("padding", 5))
    sides = ("left", "top", "right", "bottom")
    padding = (
        {side: float(given.get(side, 0)) for side in sides}
        if isinstance(given, Mapping)
        else dict.fromkeys(sides, float(given))
    )
    return {**padding, "left": padding["left"] + more[0], "right": padding["right"] + more[1]}


def _widened(svg: str, left: float, right: float) -> str:
    root = ET.fromstring(svg)
    width, height = (float(root.get(key) or 0) for key in ("width", "height"))
    wide = round(width + left + right, 1)
    head = _OPEN.match(svg)
    if head is None:
        return svg
    opening = re.sub(r' width="[^"]*"', f' width="{wide:g}"', head[0], count=1)
    opening = re.sub(
        r' viewBox="[^"]*"', f' viewBox="{-round(left, 1):g} 0 {wide:g} {height:g}"', opening, count=1
    )
    return opening + svg[head.end() :]
