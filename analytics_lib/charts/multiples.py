"""One small line a group on a shared scale, the largest group first."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.axes import bucket_text, time_axis, value_axis
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    is_compared,
    is_without_groups,
    lighter,
    marked,
    nothing_to_draw,
    one_metric,
    period_of,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.lines import points_of
from analytics_lib.charts.theme import ACCENT, FONT, GREY, INK
from analytics_lib.formatting import group_label, spoken
from analytics_lib.local_time import TimeFrame

_ADDITIVE = ("count", "money")
_WIDTH, _HEIGHT = 280, 90
_COLUMNS = 3


def multiples(
    frame: pd.DataFrame, most: int = 6, *, locale: str = "en", title: str | None = None
) -> AnyChart:
    """One metric by one dimension over buckets, from `measure(..., by=[x], over=...)`.

    At most `most` groups, the largest of the period first; the numbers of all go with the chart.
    """
    words, unit = one_metric(frame)
    dimension = frame.attrs["dimensions"][0]
    now = period_of(frame.attrs["scope"], locale)
    before = period_of(frame.attrs["compared"], locale) if is_compared(frame) else ""
    over: TimeFrame = frame.attrs["over"]
    groups = _by_size(frame, dimension, words["unit"])
    twin = _twin(frame, groups[:most], dimension, now, before, unit, locale)
    subtitle = subtitle_of(frame, locale)
    known = frame[frame["value"].notna()]
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(title or words["title"], subtitle, why_missing(frame), twin, [frame])
    shown = groups[:most]
    of_all = f" (the first {len(shown)} of {len(groups)} shown)" if len(shown) < len(groups) else ""
    high = max(known.to_dict("records"), key=lambda row: float(row["value"]))
    peak = formatting.quantity(high["value"], unit, locale)
    at = f"{group_label(high[dimension], dimension)}, {bucket_text(high['bucket_start'], over, locale)}"
    names = ", ".join(group_label(group, dimension) for group in shown)
    alt_text = (
        f"{len(shown)} small line charts of {words['title'].lower()} by {spoken(dimension)}, {now}{of_all}, "
        f"on one scale: {names}. Highest {peak} ({at})."
    )
    alt_text += f" Lighter lines show {before}." if before else ""
    most_text = formatting.quantity(high["value"], unit, locale, is_compact=True)
    return dressed(
        _panels(frame, shown, dimension, now, before, unit, locale),
        title=title or f"{words['title']} by {spoken(dimension)}: highest {most_text} ({at})",
        subtitle=subtitle + of_all + lighter(frame, locale),
        alt_text=alt_text,
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
    frame: pd.DataFrame, shown: list[Any], dimension: str, now: str, before: str, unit: str, locale: str
) -> AnyChart:
    over: TimeFrame = frame.attrs["over"]
    points = []
    for group in shown:
        label = group_label(group, dimension)
        its = frame[frame[dimension] == group]
        points += [{**point, "group": label} for point in points_of(its, now, before, unit, locale)]
    numbers = [point["value"] for point in points if point["value"] is not None]
    axis, scale = value_axis(numbers, unit, locale, most=2)
    series = [now, before or "before"]
    base = alt.Chart(alt.InlineData(values=points), width=_WIDTH, height=_HEIGHT).mark_line(
        strokeJoin="round", point=frame["bucket"].nunique() == 1
    )
    lines = base.encode(
        x=alt.X(
            "when:T",
            title=None,
            scale=alt.Scale(type="utc"),
            axis=time_axis(list(frame["bucket_start"]), over, locale, most=3),
        ),
        y=alt.Y("value:Q", title=None, axis=axis, scale=scale),
        color=alt.Color("series:N", scale=alt.Scale(domain=series, range=[ACCENT, GREY]), legend=None),
        strokeWidth=alt.StrokeWidth(
            "series:O", sort=series, scale=alt.Scale(domain=series, range=[2, 1.25]), legend=None
        ),
        strokeDash=alt.StrokeDash(
            "state:N", scale=alt.Scale(domain=["complete", "incomplete"], range=[[1, 0], [2, 3]]), legend=None
        ),
        detail="state:N",
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
    frame: pd.DataFrame, shown: list[Any], dimension: str, now: str, before: str, unit: str, locale: str
) -> dict[str, Any]:
    """The groups that are drawn across and time down; where they are compared, one below the other."""
    rows = frame.to_dict("records")
    if before:
        columns = [
            (spoken(dimension).capitalize(), "left"),
            ("Time", "left"),
            (now, "right"),
            (before, "right"),
        ]
        drawn = [row for group in shown for row in rows if row[dimension] == group]
        return twin_of(columns, [_compared(row, dimension, unit, locale) for row in drawn])
    found = {(row[dimension], row["bucket"]): row for row in rows}
    columns = [("Time", "left"), *((group_label(group, dimension), "right") for group in shown)]
    said = []
    for bucket in dict.fromkeys(row["bucket"] for row in rows):
        cells = [found.get((group, bucket)) for group in shown]
        texts = ["" if row is None else marked(row["value"], row["quality"], unit, locale) for row in cells]
        said.append([str(bucket), *texts])
    return twin_of(columns, said)


def _compared(row: Any, dimension: str, unit: str, locale: str) -> list[str]:
    now = marked(row["value"], row["quality"], unit, locale)
    before = marked(row["previous"], row["previous_quality"], unit, locale)
    return [group_label(row[dimension], dimension), str(row["bucket"]), now, before]
