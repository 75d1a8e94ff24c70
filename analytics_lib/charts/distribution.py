"""How numbers spread over ordered bands: a column a band, what it was before lighter beside it."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.axes import reach
from analytics_lib.charts.drawing import Chart, Layers, Rows, unchecked
from analytics_lib.charts.extremes import leading_group
from analytics_lib.charts.figure import (
    AnyChart,
    before_of,
    dressed,
    group_twin,
    is_compared,
    is_without_groups,
    lighter,
    nothing_to_draw,
    one_metric,
    plotted,
    subtitle_of,
    why_missing,
)
from analytics_lib.charts.labels import width_of
from analytics_lib.charts.theme import ACCENT, GREY, LIGHTER
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import group_label, lowered, period_name, spoken, texts
from analytics_lib.frame_rows import frame_rows

_HEIGHT = 220
_APART = 12
"""Pixels between the names of two bands on one line; narrower columns have them word by word."""


@unchecked
def distribution(frame: pd.DataFrame, *, locale: str = "en", title: str | None = None) -> AnyChart:
    """A count or share by bands, from `measure(..., by=["lead_time_band"])`, in the order of the bands."""
    say = texts(locale)
    words, unit = one_metric(frame)
    dimension = frame.attrs["dimensions"][0]
    now, subtitle = period_name(frame.attrs["scope"], locale), subtitle_of(frame, locale)
    ordered = frame.loc[frame[dimension].map(_rank).sort_values(kind="stable").index]
    twin = group_twin(ordered, frame, dimension, locale)
    known = ordered[ordered["value"].notna()]
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(
            title or words["title"], subtitle, why_missing(frame, locale), twin, [frame], locale=locale
        )
    rows: list[Any] = frame_rows(known)
    said = ", ".join(
        f"{group_label(row[dimension], dimension)} {formatting.quantity(row['value'], unit, locale)}"
        for row in rows
    )
    alt_text = say("Column chart of {title} by {dimension}, {period}: {numbers}.").format(
        title=lowered(words["title"]), dimension=spoken(dimension), period=now, numbers=said
    )
    if is_compared(frame):
        alt_text += f" {say('Lighter columns show {period}.').format(period=before_of(frame, locale))}"
    return dressed(
        _columns(rows, dimension, unit, locale),
        title=title or leading_group(rows, dimension, words, unit, locale),
        subtitle=subtitle + lighter(frame, locale),
        alt_text=alt_text,
        twin=twin,
        frames=[frame],
    )


def _rank(band: object) -> float:
    """The number before a band that says its place; what is unknown comes last."""
    first = str(band).partition(" ")[0]
    return float("inf") if band == UNKNOWN else float(first) if first.isdigit() else 0.0


def _columns(rows: list[Any], dimension: str, unit: str, locale: str) -> AnyChart:
    values = [value for row in rows for value in _values(row, dimension, unit, locale)]
    order = list(dict.fromkeys(value["group"] for value in values))
    compared = any(value["when"] == "before" for value in values)
    low, high = reach([value["value"] for value in values], from_zero=True)
    scale = alt.Scale(domain=[low * 1.12, high * 1.12])
    legible = (max(map(width_of, order)) + _APART) * len(order)
    names = alt.Axis(
        labelAngle=0,
        domain=False,
        ticks=False,
        labelExpr=f"width < {legible:.0f} ? split(datum.label, ' ') : datum.label",
    )
    base = Chart(Rows(values=values), height=_HEIGHT).encode(
        x=alt.X("group:N", sort=order, title=None, axis=names, scale=alt.Scale(paddingInner=0.3)),
        tooltip=[alt.Tooltip("group:N", title="group"), alt.Tooltip("full:N", title="value")],
    )
    if compared:
        beside = alt.Scale(domain=["before", "now"], paddingInner=0)
        base = base.encode(xOffset=alt.XOffset("when:N", sort=["before", "now"], scale=beside))
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=["named", "quiet", "before"], range=[ACCENT, GREY, LIGHTER]),
        legend=None,
    )
    y = alt.Y("value:Q", title=None, axis=None, scale=scale)
    layers = [base.mark_bar().encode(y=y, color=colour)]
    for sign, away, test in ((1, -8, "datum.value >= 0"), (-1, 8, "datum.value < 0")):
        if any((value["value"] < 0) == (sign < 0) for value in values):
            texts = base.transform_filter(f"datum.when === 'now' && {test}").mark_text(dy=away)
            layers.append(texts.encode(y=y, text=alt.Text("shown:N")))
    return Layers(layer=layers)


def _values(row: Any, dimension: str, unit: str, locale: str) -> list[dict[str, Any]]:
    """The column of a band and, before it, that of the period before."""
    pairs = [("before", row.get("previous")), ("now", row["value"])]
    quiet = row[dimension] == UNKNOWN
    return [
        {
            "group": group_label(row[dimension], dimension),
            "when": when,
            "value": plotted(value),
            "shown": formatting.quantity(value, unit, locale, is_compact=True),
            "full": formatting.quantity(value, unit, locale),
            "kind": "before" if when == "before" else "quiet" if quiet else "named",
        }
        for when, value in pairs
        if value is not None
    ]
