"""Cells of one hue, light to dark in a few steps, with their numbers written on them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

import altair as alt

from analytics_lib import formatting
from analytics_lib.charts.axes import ticks_of
from analytics_lib.charts.drawing import Chart, Layers, Rows
from analytics_lib.charts.figure import AnyChart
from analytics_lib.formatting import page_colours, palette, texts

# Those steps of both palettes on which one of the two papers can be read as text; a page's colours
# may change around them, so that they must hold on light and on dark.
STEPS = (*reversed(palette("sequential", "dark")[1:]), *palette("sequential")[2:4])
DARK_TEXT, LIGHT_TEXT = page_colours("dark").paper, page_colours().paper
_FIRST_DARK = len(STEPS) - 2
_CELL = 26
_DIGIT, _ROOM = 6.5, 6


def text_on(step: int) -> str:
    """The colour of a number on the cells of a step."""
    return LIGHT_TEXT if step >= _FIRST_DARK else DARK_TEXT


def heat(
    cells: Sequence[dict[str, Any]],
    *,
    across: Sequence[str],
    down: Sequence[str],
    unit: str,
    every: int = 1,
) -> AnyChart:
    """A cell for each of `cells`, which have `across`, `down`, `value`, `shown` and `full`.

    Numbers are written where all cells are wide enough for them; `every` so many names stand above the
    columns.
    """
    steps = list(range(len(STEPS)))
    bounds = _bounds([float(cell["value"]) for cell in cells], unit)
    rows = [{**cell, "step": (step := _step(cell, bounds)), "ink": text_on(step)} for cell in cells]
    named = alt.Axis(
        orient="top", labelAngle=0, domain=False, ticks=False, values=list(across[::every]), labelOverlap=True
    )
    base = Chart(Rows(values=rows), height=_CELL * len(down)).encode(
        x=alt.X("across:N", sort=list(across), scale=_places(across), title=None, axis=named),
        y=alt.Y(
            "down:N",
            sort=list(down),
            scale=_places(down),
            title=None,
            axis=alt.Axis(domain=False, ticks=False, labelLimit=160),
        ),
        tooltip=[
            alt.Tooltip("down:N", title="row"),
            alt.Tooltip("across:N", title="column"),
            alt.Tooltip("full:N", title="value"),
        ],
    )
    colour = alt.Color(
        "step:O", scale=alt.Scale(domain=steps, range=[STEPS[step] for step in steps]), legend=None
    )
    longest = max(len(cell["shown"]) for cell in cells)
    is_wide = f"width >= {(_DIGIT * longest + _ROOM) * len(across):g} ? 1 : 0"
    return Layers(
        layer=[
            base.mark_rect().encode(color=colour),
            base.mark_text(fontSize=11, opacity=alt.ExprRef(is_wide)).encode(
                text=alt.Text("shown:N"), color=alt.Color("ink:N", scale=None)
            ),
        ]
    )


def _places(names: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(names), paddingInner=0.04, paddingOuter=0)


def key(values: Sequence[float], unit: str, locale: str) -> str:
    """What light and dark mean, for the end of a subtitle: narrow cells have no room for their numbers."""
    low, high = (
        formatting.quantity(value, unit, locale, is_compact=True) for value in (min(values), max(values))
    )
    text = texts(locale)("from light, {low}, to dark, {high}").format(low=low, high=high)
    return f" · {text}" if low != high else ""


def _bounds(values: Sequence[float], unit: str) -> list[float]:
    """Round limits from below the least value to above the greatest, no more steps than colours."""
    low, high = min(values), max(values)
    if low == high:
        return [low, low]
    bounds = ticks_of(low, high, unit, most=len(STEPS), covering=True)
    return bounds if len(bounds) <= len(STEPS) + 1 else [*bounds[:-1:2], bounds[-1]]


def _step(cell: dict[str, Any], bounds: Sequence[float]) -> int:
    """The colour of a cell; where there are fewer ranges than colours, they are spread over them."""
    ranges = max(1, len(bounds) - 1)
    place = min(max(0, bisect_right(bounds, float(cell["value"])) - 1), ranges - 1)
    return round(place * (len(STEPS) - 1) / (ranges - 1)) if ranges > 1 else 0
