"""Vega in a V8 of our own: the drawing code loaded once a process, text measured by our fonts' own tables.

vl-convert draws the same, but measures each label anew through a font that it maps and unmaps for every
letter, which took four fifths of a page's time. A chart is drawn for the desk, for the telephone, and again
where its text needs more room. Vega-Lite compiles to the same Vega each time, but for width and padding,
which are put in afterwards.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import re
import threading
from collections.abc import Mapping
from typing import Any

import vl_convert
from py_mini_racer import JSEvalException, MiniRacer

from scheduler.exporters.html_vega import drawing_code
from scheduler.exporters.typst_glyphs import letter_widths
from scheduler.page_parts import text_of

_MAJOR = re.compile(r"/(vega-lite|vega)/v(\d+)")
_OLDER = {"4": "5.8", "5": "5.21"}
_ANY_WIDTH = 640  # px: a width must be there to compile for, or bands would get a step of their own
_ONE_AT_A_TIME = threading.Lock()


def draw(spec: Mapping[str, Any]) -> str:
    """The SVG of a Vega-Lite (or Vega) specification, as Vega writes it.

    Raises ValueError with Vega's own words where it cannot be drawn.
    """
    options = (spec.get("usermeta") or {}).get("embedOptions") or {}
    locale = {
        "number": _locale(options.get("formatLocale"), vl_convert.get_format_locale),
        "time": _locale(options.get("timeFormatLocale"), vl_convert.get_time_format_locale),
    }
    try:
        with _ONE_AT_A_TIME:
            vega, room = _as_vega(spec)
            _engine().eval(f"draw({vega}, {json.dumps(room)}, {json.dumps(locale)})")
            drawn = json.loads(str(_engine().eval("taken()")))
    except JSEvalException as error:
        raise ValueError(str(error)) from error
    if drawn["faults"] or not drawn["svg"]:
        raise ValueError(f"Error: {next(iter(drawn['faults']), 'nothing was drawn')}")
    return str(drawn["svg"])


@functools.cache
def _engine() -> MiniRacer:
    """V8 with the drawing code, its clock on UTC: a chart's ticks must not depend on where it is drawn.

    V8 reads TZ once, at its first date, and keeps it. It is closed before Python ends: left to the end, it
    may wait for ever for a thread of its own that Python has ended first.
    """
    engine = MiniRacer()
    atexit.register(_close, engine, os.getpid())
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    try:
        engine.eval("new Date(2026, 0).getTimezoneOffset()")
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
    engine.eval(text_of("drawing", "browser.js"))
    engine.eval(drawing_code())
    engine.eval(f"const widths = {json.dumps(letter_widths())};")
    engine.eval(text_of("drawing", "draw.js"))
    return engine


def _close(engine: MiniRacer, owner: int) -> None:
    # A fork has the handler, but none of the threads that closing waits for.
    if os.getpid() == owner:
        engine.close()


def _as_vega(spec: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """What in the engine is the chart as Vega, and the width and padding that go in afterwards."""
    match = _MAJOR.search(str(spec.get("$schema", "")))
    if match and match[1] == "vega":
        return json.dumps(spec), {}
    room = {key: spec[key] for key in ("width", "padding") if key in spec}
    if match and match[2] in _OLDER:
        return json.dumps(vl_convert.vegalite_to_vega(dict(spec), vl_version=_OLDER[match[2]])), {}
    if isinstance(room.get("width"), int | float):
        anywhere = {**spec, **dict.fromkeys(room, 0), "width": _ANY_WIDTH}
        vega = _compiling(anywhere)
        # The width of a facet is not that of the whole.
        if _engine().eval(f"widthOf({vega})") == _ANY_WIDTH:
            return vega, room
    return _compiling(spec), {}


def _compiling(spec: Mapping[str, Any]) -> str:
    return f"compile({json.dumps(json.dumps(spec, sort_keys=True))})"


def _locale(given: Any, named: Any) -> Any:
    return named(given) if isinstance(given, str) else given
