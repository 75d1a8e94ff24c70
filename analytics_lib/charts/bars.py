"""Horizontal bars as IBCS has them: actual solid, what was before thinner and lighter, forecast outlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from analytics_lib.charts.drawing import Chart, Layers, Rows
from analytics_lib.charts.figure import AnyChart
from analytics_lib.charts.theme import ACCENT, GREY, LIGHTER

_COLOUR = alt.Color(
    "kind:N",
    scale=alt.Scale(
        domain=["named", "quiet", "before", "forecast"], range=[ACCENT, GREY, LIGHTER, "transparent"]
    ),
    legend=None,
)

ROW = 28
"""Pixels from one bar to the next."""


def bars(rows: Sequence[dict[str, Any]], *, row: int = ROW) -> AnyChart:
    """One bar a row with its number at its end, in the order given.

    Rows have `group`, `value`, `previous` (or None), `shown` (at the end), `full` (in the tooltip) and
    `kind`: named, quiet (what is unknown), before or forecast.
    """
    base = _base(rows, row, rows)
    compared = any(each["previous"] is not None for each in rows)
    thick = base.mark_bar(height=13 if compared else 16, yOffset=3 if compared else 0).encode(
        x=_length("value", rows),
        color=_COLOUR,
        stroke=alt.StrokeValue(
            "transparent", condition=[{"test": "datum.kind === 'forecast'", "value": ACCENT}]
        ),
    )
    layers = [thick]
    if compared:
        thin = base.transform_filter("datum.previous !== null")
        layers.append(thin.mark_bar(height=5, yOffset=-9, color=LIGHTER).encode(x=_length("previous", rows)))
    return Layers(layer=[*layers, *_labels(rows, row, 3 if compared else 0)])


def _base(rows: Sequence[dict[str, Any]], row: int, drawn: Sequence[dict[str, Any]]) -> alt.Chart:
    """What marks for some of the rows, in the places of all of them, have in common."""
    order = [each["group"] for each in rows]
    return Chart(Rows(values=list(drawn)), height=row * len(rows)).encode(
        y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=180)),
        tooltip=[alt.Tooltip("group:N", title="group"), alt.Tooltip("full:N", title="value")],
    )


def _length(field: str, rows: Sequence[dict[str, Any]]) -> alt.X:
    return alt.X(f"{field}:Q", title=None, axis=None, scale=alt.Scale(domain=_reach(rows)))


def _reach(rows: Sequence[dict[str, Any]]) -> list[float]:
    """From zero to beyond the longest bar, with room for the number at its end."""
    known = [each[field] for each in rows for field in ("value", "previous") if each[field] is not None]
    low, high = min(0.0, *known), max(0.0, *known)
    return [low * 1.2, high * 1.2 or (0.0 if low else 1.0)]


def _labels(rows: Sequence[dict[str, Any]], row: int, down: int) -> list[alt.Chart]:
    """The numbers, beyond the ends of their bars: right of zero to the right, left of it to the left."""
    right, left = (
        [each for each in rows if each["value"] is not None and (each["value"] < 0) is is_left]
        for is_left in (False, True)
    )
    sides: list[tuple[list[dict[str, Any]], Any, int]] = [(right, "left", 6), (left, "right", -6)]
    return [
        _base(rows, row, its)
        .encode(x=_length("value", rows), text=alt.Text("shown:N"))
        .mark_text(align=align, dx=dx, dy=down)
        for its, align, dx in sides
        if its
    ]
