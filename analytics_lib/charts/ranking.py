"""Groups side by side: sorted bars with their values written at their ends, and their parts of the whole."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    is_without_groups,
    marked,
    nothing_to_draw,
    period_of,
    plotted,
    spoken,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.theme import ACCENT, GREY
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import group_label


def ranking(
    frame: pd.DataFrame,
    *,
    most: int = 12,
    in_order: bool = False,
    locale: str = "en",
    title: str | None = None,
) -> AnyChart:
    """One metric by one dimension, from `measure(..., by=[...])`: the `most` largest groups, largest first.

    `in_order` keeps the order of the groups (for bands such as lead times). The table twin holds all.
    """
    name, (dimension, *_) = frame["metric"].iloc[0], frame.attrs["dimensions"]
    words, unit = frame.attrs["metrics"][name], frame["unit"].iloc[0]
    compared = "previous" in frame and frame.attrs["compared"] is not None
    known = frame[frame["value"].notna()]
    order = known["value"].map(float)
    ranked = known if in_order else known.loc[order.sort_values(ascending=False, kind="stable").index]
    now = period_of(frame.attrs["scope"], locale)
    subtitle = subtitle_of(frame, locale)
    twin = _twin(ranked, frame, dimension, now, unit, locale, compared)
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(title or words["title"], subtitle, why_missing(frame), twin)
    rows: list[Any] = ranked.to_dict("records")
    high = max(rows, key=lambda row: float(row["value"]))
    low = min(rows, key=lambda row: float(row["value"]))
    shown = ranked.head(most)
    of_all = f" (the first {len(shown)} of {len(ranked)} shown)" if len(shown) < len(ranked) else ""
    high_text, low_text = (formatting.quantity(row["value"], unit, locale) for row in (high, low))
    alt_text = (
        f"Bar chart of {words['title'].lower()} by {spoken(dimension)}, {now}{of_all}: "
        f"highest {group_label(high[dimension], dimension)} with {high_text}, "
        f"lowest {group_label(low[dimension], dimension)} with {low_text}."
    )
    most_text = formatting.quantity(high["value"], unit, locale, is_compact=True)
    leader = group_label(high[dimension], dimension)
    message = f"{leader[:1].upper()}{leader[1:]}: highest {words['title'].lower()}, {most_text}"
    headline = title or message
    chart = _bars(shown, dimension, unit, locale)
    return dressed(chart, title=headline, subtitle=subtitle + of_all, alt_text=alt_text, twin=twin)


def _bars(shown: pd.DataFrame, dimension: str, unit: str, locale: str) -> AnyChart:
    values = [
        {
            "group": group_label(row[dimension], dimension),
            "value": plotted(row["value"]),
            "shown": formatting.quantity(row["value"], unit, locale, is_compact=True),
            "full": formatting.quantity(row["value"], unit, locale),
            "kind": "unknown" if row[dimension] == UNKNOWN else "named",
        }
        for row in shown.to_dict("records")
    ]
    order = [str(value["group"]) for value in values]
    base = alt.Chart(alt.InlineData(values=values), height=28 * len(values)).encode(
        y=alt.Y("group:N", sort=order, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=180)),
        x=alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=_reach(values))),
        tooltip=[alt.Tooltip("group:N", title="group"), alt.Tooltip("full:N", title="value")],
    )
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=["named", "unknown"], range=[ACCENT, GREY]), legend=None
    )
    labels = base.mark_text(align="left", dx=6).encode(text="shown:N")
    bars: AnyChart = base.mark_bar(height=16).encode(color=colour) + labels
    return bars


def _reach(values: list[dict[str, Any]]) -> list[float]:
    """From zero to beyond the longest bar, with room for the number at its end."""
    numbers = [float(value["value"]) for value in values]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    return [low * 1.2, high * 1.2 or 1.0]


def _twin(
    ranked: pd.DataFrame,
    frame: pd.DataFrame,
    dimension: str,
    now: str,
    unit: str,
    locale: str,
    compared: bool,
) -> dict[str, Any]:
    columns = [(spoken(dimension).capitalize(), "left"), (now, "right")]
    if compared:
        columns += [(period_of(frame.attrs["compared"], locale), "right"), ("Change", "right")]
    rows = []
    for row in ranked.to_dict("records"):
        cells = [group_label(row[dimension], dimension), marked(row["value"], row["quality"], unit, locale)]
        if compared:
            cells.append(marked(row["previous"], row["previous_quality"], unit, locale))
            cells.append(formatting.change(row["change"], row["change_ratio"], unit, locale))
        rows.append(cells)
    return twin_of(columns, rows)
