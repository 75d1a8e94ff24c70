"""One small line a group on a shared scale, the largest group first."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.axes import time_axis, value_axis
from analytics_lib.charts.buckets import bucket_names
from analytics_lib.charts.drawing import Chart, Rows, unchecked
from analytics_lib.charts.extremes import highest_and_lowest, named_groups, whole_buckets
from analytics_lib.charts.figure import (
    AnyChart,
    before_of,
    dressed,
    first_of,
    is_compared,
    is_without_groups,
    lighter,
    marked,
    nothing_to_draw,
    one_metric,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.lines import points_of
from analytics_lib.charts.theme import ACCENT, FONT, GREY, INK
from analytics_lib.formatting import group_label, lowered, period_name, spoken, texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.local_time import TimeFrame

_ADDITIVE = ("count", "money")
_WIDTH, _HEIGHT = 280, 90
_COLUMNS = 3


@unchecked
def multiples(
    frame: pd.DataFrame, most: int = 6, *, locale: str = "en", title: str | None = None
) -> AnyChart:
    """One metric by one dimension over buckets, from `measure(..., by=[x], over=...)`.

    At most `most` groups, the largest of the period first; the numbers of all go with the chart.
    """
    say = texts(locale)
    words, unit = one_metric(frame)
    dimension = frame.attrs["dimensions"][0]
    now = period_name(frame.attrs["scope"], locale)
    before = before_of(frame, locale)
    over: TimeFrame = frame.attrs["over"]
    groups = _by_size(frame, dimension, words["unit"])
    names = bucket_names(frame_rows(frame), over, locale)
    twin = _twin(frame, groups[:most], dimension, names, unit, locale)
    subtitle = subtitle_of(frame, locale)
    known = frame[frame["value"].notna()]
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(
            title or words["title"], subtitle, why_missing(frame, locale), twin, [frame], locale=locale
        )
    shown = groups[:most]
    of_all = first_of(len(shown), len(groups), locale)
    candidates = named_groups(whole_buckets(frame), dimension)
    high, low = highest_and_lowest(candidates)
    said = {
        "title": words["title"],
        "dimension": spoken(dimension),
        "value": formatting.quantity(high["value"], unit, locale, is_compact=True),
        "group": group_label(high[dimension], dimension),
        "time": names[high["bucket"]],
    }
    pattern = say("{title} by {dimension}: highest {value} ({group}, {time})")
    if len(candidates) == 1:
        pattern = say("{title} by {dimension}: {value} ({group}, {time})")
    elif float(high["value"]) == float(low["value"]):
        pattern = say("{title} by {dimension}: {value} throughout")
    return dressed(
        _panels(frame, shown, dimension, names, unit, locale),
        title=title or pattern.format(**said),
        subtitle=subtitle + of_all + lighter(frame, locale),
        alt_text=say(
            "{count} small line charts of {title} by {dimension}, {period}{of_all}, on one scale: {groups}. "
            "Highest {value} ({group}, {time})."
        ).format(
            **said
            | {
                "count": len(shown),
                "title": lowered(words["title"]),
                "period": now,
                "of_all": of_all,
                "groups": ", ".join(group_label(group, dimension) for group in shown),
                "value": formatting.quantity(high["value"], unit, locale),
            }
        )
        + (f" {say('Lighter lines show {period}.').format(period=before)}" if before else ""),
        twin=twin,
        frames=[frame],
    )


def _by_size(frame: pd.DataFrame, dimension: str, kind: str) -> list[Any]:
    """The groups, largest first: by what they add up to, or by what their rates stand on."""
    column = "value" if kind in _ADDITIVE else "n"
    sizes: dict[Any, Any] = {}
    for group, value in zip(frame[dimension], frame[column], strict=True):
        sizes[group] = sizes.get(group, 0) + (0 if value is None else value)
    return sorted(sizes, key=lambda group: -sizes[group])


def _panels(
    frame: pd.DataFrame, shown: list[Any], dimension: str, names: dict[str, str], unit: str, locale: str
) -> AnyChart:
    over: TimeFrame = frame.attrs["over"]
    now, before = period_name(frame.attrs["scope"], locale), before_of(frame, locale)
    points = []
    for group in shown:
        label = group_label(group, dimension)
        its = frame[frame[dimension] == group]
        points += [{**point, "group": label} for point in points_of(its, now, before, names, unit, locale)]
    numbers = [point["value"] for point in points if point["value"] is not None]
    axis, scale = value_axis(numbers, unit, locale, most=2)
    series = [now, before or "before"]
    base = Chart(Rows(values=points), width=_WIDTH, height=_HEIGHT).mark_line(
        strokeJoin="round", point=frame["bucket"].nunique() == 1
    )
    lines = base.encode(
        x=alt.X(
            "when:T",
            title=None,
            scale=alt.Scale(type="utc"),
            axis=time_axis(list(frame["bucket_start"]), over, locale, most=3, width=_WIDTH),
        ),
        y=alt.Y("value:Q", title=None, axis=axis, scale=scale),
        color=alt.Color("series:N", scale=alt.Scale(domain=series, range=[ACCENT, GREY]), legend=None),
        strokeWidth=alt.StrokeWidth(
            "series:O", sort=series, scale=alt.Scale(domain=series, range=[2, 1.25]), legend=None
        ),
        strokeDash=alt.StrokeDash(
            "state:N", scale=alt.Scale(domain=["complete", "incomplete"], range=[[1, 0], [2, 3]]), legend=None
        ),
        detail=alt.Detail("state:N"),
        tooltip=[
            alt.Tooltip("group:N", title="group"),
            alt.Tooltip("label:N", title="time"),
            alt.Tooltip("shown:N", title="value"),
            alt.Tooltip("series:N", title="period"),
        ],
    )
    header = alt.Header(
        title=None, labelAnchor="start", labelColor=INK, labelFont=FONT, labelFontSize=13, labelFontWeight=600
    )
    order = [group_label(group, dimension) for group in shown]
    facet = alt.Facet("group:N", sort=order, header=header, columns=min(_COLUMNS, len(order)))
    panels: AnyChart = lines.encode(facet=facet)
    return panels


def _twin(
    frame: pd.DataFrame, shown: list[Any], dimension: str, names: dict[str, str], unit: str, locale: str
) -> dict[str, Any]:
    """The groups that are drawn across and time down; where they are compared, one below the other."""
    say = texts(locale)
    rows = frame_rows(frame)
    if is_compared(frame):
        columns = [
            (spoken(dimension).capitalize(), "left"),
            (say("Time"), "left"),
            (period_name(frame.attrs["scope"], locale), "right"),
            (before_of(frame, locale), "right"),
        ]
        drawn = [row for group in shown for row in rows if row[dimension] == group]
        return twin_of(columns, [_compared(row, dimension, names, unit, locale) for row in drawn])
    found = {(row[dimension], row["bucket"]): row for row in rows}
    columns = [(say("Time"), "left"), *((group_label(group, dimension), "right") for group in shown)]
    said = []
    for bucket in dict.fromkeys(row["bucket"] for row in rows):
        cells = [found.get((group, bucket)) for group in shown]
        numbers = ["" if row is None else marked(row["value"], row["quality"], unit, locale) for row in cells]
        said.append([names[bucket], *numbers])
    return twin_of(columns, said)


def _compared(row: Any, dimension: str, names: dict[str, str], unit: str, locale: str) -> list[str]:
    now = marked(row["value"], row["quality"], unit, locale)
    before = marked(row["previous"], row["previous_quality"], unit, locale)
    return [group_label(row[dimension], dimension), names[row["bucket"]], now, before]
