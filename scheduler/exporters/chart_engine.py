"""Vega in a V8 of our own: the drawing code loaded once a process, text measured by our fonts' own tables.

vl-convert draws the same, but measures each label anew through a font that it maps and unmaps for every
letter, which took four fifths of a page's time. A chart is drawn for the desk, for the telephone, and again
where its text needs more room. Vega-Lite compiles to the same Vega each time, but for width and padding,
which are put in afterwards; nor is that parsed again.
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
            room = _take(spec)
            _engine().eval(f"draw({json.dumps(room)}, {json.dumps(locale)})")
            drawn = json.loads(str(_engine().eval("taken()")))
    except JSEvalException as error:
        raise ValueError(str(error)) from error
    if drawn["faults"] or not drawn["svg"]:
        raise ValueError(f"Error: {next(iter(drawn['faults']), 'nothing was drawn')}")
    return str(drawn["svg"])


class _Engine(MiniRacer):
    """V8, and the chart that it took last."""

    taken = ""
    width: Any = None


@functools.cache
def _engine() -> _Engine:
    """V8 with the drawing code, its clock on UTC: a chart's ticks must not depend on where it is drawn.

    V8 reads TZ once, at its first date, and keeps it. It is closed before Python ends: left to the end, it
    may wait for ever for a thread of its own that Python has ended first.
    """
    engine = _Engine()
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


def _take(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Have the engine take the chart as Vega; the width and padding that go in when it draws."""
    match = _MAJOR.search(str(spec.get("$schema", "")))
    if match and match[1] == "vega":
        _taken_width(json.dumps(spec), is_lite=False)
        return {}
    if match and match[2] in _OLDER:
        vega = vl_convert.vegalite_to_vega(dict(spec), vl_version=_OLDER[match[2]])
        _taken_width(json.dumps(vega), is_lite=False)
        return {}
    room = {key: spec[key] for key in ("width", "padding") if key in spec}
    if isinstance(room.get("width"), int | float):
        anywhere = {**spec, **dict.fromkeys(room, 0), "width": _ANY_WIDTH}
        # The width of a facet is not that of the whole.
        if _taken_width(json.dumps(anywhere, sort_keys=True)) == _ANY_WIDTH:
            return room
    _taken_width(json.dumps(spec, sort_keys=True))
    return {}


def _taken_width(chart: str, *, is_lite: bool = True) -> Any:
    """The width of a chart that the engine has taken; what it took last is not handed over again."""
    engine = _engine()
    if engine.taken != chart:
        engine.taken = ""
        engine.width = engine.eval(f"take({json.dumps(chart)}, {json.dumps(is_lite)})")
        engine.taken = chart
    return engine.width


def _locale(given: Any, named: Any) -> Any:
    return named(given) if isinstance(given, str) else given
