"""A chart as SVG text: the same bytes in every process, our own fonts, a name for screen readers.

Vega drops the chart's description and role, and numbers clip paths by a counter that runs through
the whole process. Both are mended here.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from typing import Any

from analytics_lib.errors import RunError
from scheduler.exporters.chart_engine import draw

FONT = "Inter"

_SVG = "http://www.w3.org/2000/svg"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"
_RECTANGLE = re.compile(rf"M{_NUMBER[1:-1]},{_NUMBER[1:-1]}h{_NUMBER}v{_NUMBER}h{_NUMBER[1:-1]}Z")
_POINT = re.compile(rf"[ML]({_NUMBER[1:-1]},{_NUMBER[1:-1]})")

ET.register_namespace("", _SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


def render_svg(spec: Mapping[str, Any], *, width: int | None = None) -> str:
    """The chart that a Vega-Lite (or Vega) spec describes, as one `<svg>` element.

    `width` is the outer width in px of a single view; charts of several views keep their own, and so
    does every chart when it is None. The text carries no XML declaration, its ids are unique to its
    content, and `role`, `aria-label` and `<title>` hold the spec's `description`, if there is one.
    Nothing is fetched: data and images behind an address are refused. Raises RunError.
    """
    try:
        return _rendered(json.dumps(dict(spec), sort_keys=True), width)
    except ValueError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = next((line for line in lines if "Error: " in line), "the converter gave no reason")
        raise RunError(f"The chart {_name(spec)} cannot be drawn ({reason}); mend its spec.") from error


@functools.lru_cache(maxsize=64)
def _rendered(canonical: str, width: int | None) -> str:
    spec = json.loads(canonical)
    drawn = draw(_prepared(spec, width))
    return finished(ET.fromstring(drawn), str(spec.get("description") or ""))


def draws_nothing(svg: str) -> bool:
    """Whether a chart of Vega's has drawn no mark: axes, legends and titles may be there, data is not."""
    return not any(
        _is_seen(element) for group in _mark_groups(ET.fromstring(svg)) for element in group.iter()
    )


def _mark_groups(element: ET.Element) -> Iterator[ET.Element]:
    classes = element.get("class", "").split()
    if "NaN" in element.get("transform", ""):
        return
    if "role-mark" in classes and "mark-group" not in classes:
        yield element
        return
    for child in element:
        yield from _mark_groups(child)


def _is_seen(element: ET.Element) -> bool:
    if any("NaN" in element.get(key, "") for key in ("transform", "d", "x2", "y2")):
        return False
    kind = element.tag.removeprefix(f"{{{_SVG}}}")
    if kind == "path":
        return _has_extent(element.get("d", ""))
    if kind == "line":
        return any(float(element.get(key) or 0) for key in ("x2", "y2"))
    if kind == "image":
        return any(key.endswith("href") for key in element.attrib)
    return kind == "text" and bool("".join(element.itertext()).strip())


def _has_extent(outline: str) -> bool:
    """Whether a path covers more than a point; a bar without height or width is a line of no length."""
    if rectangle := _RECTANGLE.fullmatch(outline):
        return all(float(side) for side in rectangle.groups())
    return len(set(_POINT.findall(outline))) > 1 or any(curve in outline for curve in "AaCcQqhv")


def finished(root: ET.Element, alt: str) -> str:
    """Serialise an SVG tree with ids made from its content and, if `alt` is given, an accessible name."""
    _drop_invisible_text(root)
    _drop_outside_references(root)
    for element in root.iter():
        if "font-family" in element.attrib:
            element.set("font-family", FONT)
    _number_ids(root)
    if alt:
        root.set("role", "img")
        root.set("aria-label", alt)
        title = ET.Element(f"{{{_SVG}}}title")
        title.text = alt
        root.insert(0, title)
    return ET.tostring(root, encoding="unicode")


def _name(spec: Mapping[str, Any]) -> str:
    title = spec.get("title") or spec.get("description") or "without a title"
    if isinstance(title, Mapping):
        title = title.get("text", "without a title")
    return f"'{title}'"


def _prepared(spec: Mapping[str, Any], width: int | None) -> dict[str, Any]:
    prepared: dict[str, Any] = _with_our_font(dict(spec))
    config = dict(prepared.get("config") or {})
    config["font"] = FONT
    prepared["config"] = config
    single = "mark" in prepared or "layer" in prepared
    channels = prepared.get("encoding")
    faceted = isinstance(channels, Mapping) and bool({"row", "column", "facet"} & set(channels))
    if single and not faceted and not isinstance(prepared.get("width"), Mapping):
        if width is not None:
            prepared["width"] = width
            prepared["autosize"] = {"type": "fit-x", "contains": "padding"}
        elif prepared.get("width") == "container":
            prepared["width"] = 640
    return prepared


def _with_our_font(value: Any) -> Any:
    """A copy in which every named font is ours; data stays as it is."""
    if isinstance(value, Mapping):
        return {
            key: FONT
            if isinstance(inner, str) and (key == "font" or key.endswith("Font"))
            else (copy.copy(inner) if key in {"data", "datasets", "usermeta"} else _with_our_font(inner))
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_with_our_font(inner) for inner in value]
    return value


def _drop_invisible_text(root: ET.Element) -> None:
    # Vega hides overlapping labels by opacity 0; copied or read aloud they would still be there.
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{_SVG}}}text" and child.get("opacity") == "0":
                parent.remove(child)


def _drop_outside_references(root: ET.Element) -> None:
    for element in root.iter():
        for key in [key for key in element.attrib if key.endswith("href")]:
            if not element.attrib[key].startswith(("#", "data:")):
                del element.attrib[key]


def _number_ids(root: ET.Element) -> None:
    order = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    if not order:
        return
    _rename(root, {old: f"id{number}" for number, old in enumerate(order)})
    digest = hashlib.sha256(ET.tostring(root)).hexdigest()[:10]
    _rename(root, {f"id{number}": f"c{digest}-{number}" for number in range(len(order))})


def _rename(root: ET.Element, names: Mapping[str, str]) -> None:
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, names[value])
            elif value.startswith("#") and value[1:] in names and key.endswith("href"):
                element.set(key, f"#{names[value[1:]]}")
            elif "url(#" in value:
                element.set(key, _REFERENCE.sub(lambda m: f"url(#{names.get(m[1], m[1])})", value))
