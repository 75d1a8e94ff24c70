"""Groups side by side: sorted bars with their values written at their ends, and what they were before."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.bars import bars
from analytics_lib.charts.drawing import unchecked
from analytics_lib.charts.extremes import highest_and_lowest, leading_group, named_groups
from analytics_lib.charts.figure import (
    AnyChart,
    before_of,
    dressed,
    first_of,
    group_twin,
    is_compared,
    is_without_groups,
    lighter,
    nothing_to_draw,
    one_metric,
    plotted,
    ranked_groups,
    subtitle_of,
    why_missing,
)
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import group_label, lowered, period_name, spoken, texts
from analytics_lib.frame_rows import frame_rows


@unchecked
def ranking(
    frame: pd.DataFrame,
    *,
    most: int = 12,
    locale: str = "en",
    title: str | None = None,
) -> AnyChart:
    """One metric by one dimension, from `measure(..., by=[...])`: the `most` largest groups, largest first.

    A compared answer shows the period before as a thinner, lighter bar above. What has no known group
    comes last. The table twin holds all.
    """
    say = texts(locale)
    words, unit = one_metric(frame)
    dimension = frame.attrs["dimensions"][0]
    known = frame[frame["value"].notna()]
    ranked = ranked_groups(known, dimension)
    now = period_name(frame.attrs["scope"], locale)
    subtitle = subtitle_of(frame, locale)
    twin = group_twin(ranked, frame, dimension, locale)
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(
            title or words["title"], subtitle, why_missing(frame, locale), twin, [frame], locale=locale
        )
    rows: list[Any] = frame_rows(ranked)
    shown = _shown(rows, dimension, most)
    of_all = first_of(len(shown), len(rows), locale)
    alt_text = say("Bar chart of {title} by {dimension}, {period}{of_all}: {extremes}.").format(
        title=lowered(words["title"]),
        dimension=spoken(dimension),
        period=now,
        of_all=of_all,
        extremes=_extremes(rows, dimension, unit, locale),
    )
    if is_compared(frame):
        lighter_ones = say("Thinner, lighter bars show {period}.")
        alt_text += f" {lighter_ones.format(period=before_of(frame, locale))}"
    return dressed(
        bars([_bar(row, dimension, unit, locale) for row in shown]),
        title=title or leading_group(rows, dimension, words, unit, locale),
        subtitle=subtitle + of_all + lighter(frame, locale),
        alt_text=alt_text,
        twin=twin,
        frames=[frame],
    )


def _shown(rows: list[Any], dimension: str, most: int) -> list[Any]:
    """The `most` largest groups; what is unknown keeps its bar among them."""
    if len(rows) <= most or rows[-1][dimension] != UNKNOWN:
        return rows[:most]
    return [*rows[: most - 1], rows[-1]]


def _extremes(rows: list[Any], dimension: str, unit: str, locale: str) -> str:
    """The highest and the lowest of the named groups, or the one number of all."""
    say, named = texts(locale), named_groups(rows, dimension)
    high, low = highest_and_lowest(named)
    said = {
        "high": formatting.quantity(high["value"], unit, locale),
        "low": formatting.quantity(low["value"], unit, locale),
        "first": group_label(high[dimension], dimension),
        "last": group_label(low[dimension], dimension),
    }
    if len(named) == 1:
        return say("{first} with {high}").format(**said)
    if said["high"] == said["low"]:
        return say("{high} each").format(**said)
    return say("highest {first} with {high}, lowest {last} with {low}").format(**said)


def _bar(row: Any, dimension: str, unit: str, locale: str) -> dict[str, Any]:
    return {
        "group": group_label(row[dimension], dimension),
        "value": plotted(row["value"]),
        "previous": plotted(row.get("previous")),
        "shown": formatting.quantity(row["value"], unit, locale, is_compact=True),
        "full": formatting.quantity(row["value"], unit, locale),
        "kind": "quiet" if row[dimension] == UNKNOWN else "named",
    }
