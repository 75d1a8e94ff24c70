"""One look for every chart: colours that hold in light, dark and for the colour-blind, one sans font.

Importing `analytics_lib.charts` enables the theme and the renderer in a kernel. The renderer hands
out the specification and its alternative text only: drawing needs no network and is the reader's work.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from analytics_lib.formatting import page_colours, palette

FONT = "Inter"
INK, GREY, GRID = page_colours().ink, page_colours().quiet, page_colours().line
CATEGORIES = palette("categorical")
ACCENT = CATEGORIES[0]
LIGHTER = palette("diverging")[3]
"""Bars of the period before: the grey that stands out from light and dark paper alike."""
VEGALITE_MIME = "application/vnd.vegalite.v6+json"

WIDTH = 680
NAME = "analytics"


def _theme() -> Any:
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": GREY, "titleColor": GREY}
    return {
        "config": {
            "font": FONT,
            "background": "transparent",
            "view": {"stroke": None, "continuousWidth": WIDTH, "continuousHeight": 240},
            "title": {
                "font": FONT,
                "fontSize": 16,
                "fontWeight": 600,
                "color": INK,
                "anchor": "start",
                "subtitleFont": FONT,
                "subtitleFontSize": 13,
                "subtitleColor": GREY,
                "offset": 12,
            },
            "axis": {
                **text,
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": 400,
                "domainColor": GRID,
                "tickColor": GRID,
                "gridColor": GRID,
                "labelPadding": 6,
            },
            "legend": {**text, "labelFontSize": 12, "titleFontSize": 12, "orient": "top"},
            "text": {"font": FONT, "fontSize": 12, "color": INK},
            "range": {
                "category": list(CATEGORIES),
                "ordinal": list(palette("sequential")),
                "ramp": list(palette("sequential")),
                "heatmap": list(palette("sequential")),
                "diverging": list(palette("diverging")),
            },
        }
    }


def _render(spec: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {VEGALITE_MIME: spec, "text/plain": spec.get("description", "A chart without a description.")}


def enable() -> None:
    """Make the theme and the renderer those of this process."""
    alt.theme.register(NAME, enable=True)(_theme)
    alt.renderers.register(NAME, _render)
    alt.renderers.enable(NAME)
