"""vl-convert as we use it: our fonts, the clock on UTC, nothing fetched, and each chart compiled once.

A chart is drawn for the desk, for the telephone, and again where its text needs more room. Vega-Lite
compiles to the same Vega each time, but for width and padding, which are put in afterwards.
"""

from __future__ import annotations

import functools
import json
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import vl_convert

FONTS = Path(__file__).resolve().parent.parent / "fonts"

_MAJOR = re.compile(r"/(vega-lite|vega)/v(\d+)")
_LATEST = {4: "5.8", 5: "5.21", 6: "6.4"}
_ANY_WIDTH = 640  # px: a width must be there to compile for, or bands would get a step of their own
_FIRST_USE = threading.Lock()


def draw(spec: Mapping[str, Any]) -> str:
    """The SVG of a Vega-Lite (or Vega) specification, as vl-convert writes it.

    Raises ValueError with the converter's own words where there is nothing to draw by.
    """
    with _FIRST_USE:
        _prepare_converter()
    options = (spec.get("usermeta") or {}).get("embedOptions") or {}
    return str(
        vl_convert.vega_to_svg(
            _as_vega(spec),
            format_locale=options.get("formatLocale"),
            time_format_locale=options.get("timeFormatLocale"),
            allowed_base_urls=[],
        )
    )


@functools.cache
def _prepare_converter() -> None:
    """Register our fonts and settle the converter's clock on UTC.

    The converter reads TZ once, at its first conversion, and keeps it; a chart's ticks must not
    depend on where the report is made.
    """
    vl_convert.register_font_directory(str(FONTS))
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    try:
        vl_convert.get_local_tz()
        vl_convert.vegalite_to_svg({"data": {"values": [{}]}, "mark": "point"})
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before


def _as_vega(spec: Mapping[str, Any]) -> dict[str, Any]:
    match = _MAJOR.search(str(spec.get("$schema", "")))
    if match and match[1] == "vega":
        return dict(spec)
    version = _LATEST.get(int(match[2])) if match else None
    room = {key: spec[key] for key in ("width", "padding") if key in spec}
    if isinstance(room.get("width"), int | float):
        anywhere = {**spec, **dict.fromkeys(room, 0), "width": _ANY_WIDTH}
        vega = _compiled(json.dumps(anywhere, sort_keys=True), version)
        # The width of a facet is not that of the whole.
        if vega.get("width") == _ANY_WIDTH:
            return {**vega, **room}
    return _compiled(json.dumps(spec, sort_keys=True), version)


@functools.lru_cache(maxsize=4)
def _compiled(canonical: str, version: str | None) -> dict[str, Any]:
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(canonical, vl_version=version)
    return vega
