"""Groups side by side: sorted bars with their values written at their ends, and what they were before."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.bars import bars
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    group_twin,
    is_compared,
    is_without_groups,
    lighter,
    nothing_to_draw,
    one_metric,
    period_of,
    plotted,
    subtitle_of,
    why_missing,
)
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import group_label, spoken


def ranking(
    frame: pd.DataFrame,
    *,
    most: int = 12,
    in_order: bool = False,
    locale: str = "en",
    title: str | None = None,
) -> AnyChart:
    """One metric by one dimension, from `measure(..., by=[...])`: the `most` largest groups, largest first.

    A compared answer shows the period before as a thinner, lighter bar above. `in_order` keeps the order
    of the groups (for bands such as lead times). The table twin holds all.
    """
    words, unit = one_metric(frame)
    dimension = frame.attrs["dimensions"][0]
    known = frame[frame["value"].notna()]
    order = known["value"].map(float)
    ranked = known if in_order else known.loc[order.sort_values(ascending=False, kind="stable").index]
    now = period_of(frame.attrs["scope"], locale)
    subtitle = subtitle_of(frame, locale)
    twin = group_twin(ranked, frame, dimension, locale)
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(title or words["title"], subtitle, why_missing(frame), twin, [frame])
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
    if is_compared(frame):
        alt_text += f" Thinner, lighter bars show {period_of(frame.attrs['compared'], locale)}."
    most_text = formatting.quantity(high["value"], unit, locale, is_compact=True)
    leader = group_label(high[dimension], dimension)
    message = f"{leader[:1].upper()}{leader[1:]}: highest {words['title'].lower()}, {most_text}"
    return dressed(
        bars([_bar(row, dimension, unit, locale) for row in shown.to_dict("records")]),
        title=title or message,
        subtitle=subtitle + of_all + lighter(frame, locale),
        alt_text=alt_text,
        twin=twin,
        frames=[frame],
    )


def _bar(row: Any, dimension: str, unit: str, locale: str) -> dict[str, Any]:
    return {
        "group": group_label(row[dimension], dimension),
        "value": plotted(row["value"]),
        "previous": plotted(row.get("previous")),
        "shown": formatting.quantity(row["value"], unit, locale, is_compact=True),
        "full": formatting.quantity(row["value"], unit, locale),
        "kind": "quiet" if row[dimension] == UNKNOWN else "named",
    }
