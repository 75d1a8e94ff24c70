"""A number over time: the period as a solid line, the one it is compared with lighter behind it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import altair as alt
import pandas as pd
from babel.dates import format_date, format_skeleton

from analytics_lib import formatting
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    marked,
    nothing_to_draw,
    period_of,
    plotted,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.theme import ACCENT, GREY
from analytics_lib.local_time import TimeFrame

_AXIS = {
    TimeFrame.HOUR: "%H:%M",
    TimeFrame.DAY: "%b %-d",
    TimeFrame.WEEK: "%b %-d",
    TimeFrame.MONTH: "%b %Y",
    TimeFrame.QUARTER: "%b %Y",
    TimeFrame.YEAR: "%Y",
}


def trend(frame: pd.DataFrame, *, locale: str = "en", title: str | None = None) -> AnyChart:
    """One metric over buckets, from `measure(..., over=...)`, compared if the frame is.

    Buckets that the data does not fully cover are dotted; missing ones are gaps.
    """
    name = frame["metric"].iloc[0]
    words, unit = frame.attrs["metrics"][name], frame["unit"].iloc[0]
    over: TimeFrame = frame.attrs["over"]
    compared = "previous" in frame and frame.attrs["compared"] is not None
    now, before = period_of(frame.attrs["scope"], locale), ""
    columns = [("Time", "left"), (now, "right")]
    if compared:
        before = period_of(frame.attrs["compared"], locale)
        columns.append((before, "right"))
    twin = twin_of(columns, _twin_rows(frame, unit, locale, compared))
    known = frame[frame["value"].notna()]
    subtitle = subtitle_of(frame, locale)
    if known.empty:
        return nothing_to_draw(title or words["title"], subtitle, why_missing(frame), twin)
    rows: list[Any] = known.to_dict("records")
    high = max(rows, key=lambda row: float(row["value"]))
    low = min(rows, key=lambda row: float(row["value"]))
    peak = formatting.quantity(high["value"], unit, locale)
    dip = formatting.quantity(low["value"], unit, locale)
    if float(high["value"]) == float(low["value"]):
        extremes, message = f"{peak} throughout", f"{peak} throughout"
    else:
        rounded = formatting.quantity(high["value"], unit, locale, is_compact=True)
        extremes = f"highest {peak} {_when(high, over, locale)}, lowest {dip} {_when(low, over, locale)}"
        message = f"highest {_when(high, over, locale)} with {rounded}"
    alt_text = f"Line chart of {words['title'].lower()} by {over.value}, {now}: {extremes}."
    incomplete = frame["quality"].ne("ok").any() or (compared and frame["previous_quality"].ne("ok").any())
    if compared:
        alt_text += f" A lighter line shows {before}."
    if incomplete:
        alt_text += " Dotted where the data is incomplete."
    headline = title or f"{words['title']}: {message}"
    return dressed(
        _lines(frame, now, before, unit, over, locale),
        title=headline,
        subtitle=subtitle,
        alt_text=alt_text,
        twin=twin,
    )


def _lines(frame: pd.DataFrame, now: str, before: str, unit: str, over: TimeFrame, locale: str) -> AnyChart:
    points = _points(frame, now, before, unit, locale)
    series = [now, *([before] if before else [])]
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=[ACCENT, GREY]), legend=None)
    width = alt.StrokeWidth(
        "series:O", sort=series, scale=alt.Scale(domain=series, range=[2.25, 1.25]), legend=None
    )
    base = alt.Chart(alt.InlineData(values=points), height=240)
    lines: AnyChart = base.mark_line(strokeJoin="round", point=len(frame) <= 31 and {"size": 18}).encode(
        x=alt.X("when:T", title=None, scale=alt.Scale(type="utc"), axis=_axis(frame, over)),
        y=alt.Y(
            "value:Q",
            title=None,
            axis=alt.Axis(tickCount=5, domain=False, ticks=False, labelExpr=_label(unit, locale)),
        ),
        color=colour,
        strokeWidth=width,
        strokeDash=alt.StrokeDash(
            "state:N", scale=alt.Scale(domain=["complete", "incomplete"], range=[[1, 0], [2, 3]]), legend=None
        ),
        detail="state:N",
        tooltip=[
            alt.Tooltip("label:N", title="time"),
            alt.Tooltip("shown:N", title="value"),
            alt.Tooltip("series:N", title="period"),
        ],
    )
    if not before:
        return lines
    return alt.LayerChart(
        layer=[lines, *[_end_label(point, nudge, colour) for point, nudge in _ends(points)]]
    )


def _ends(points: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """The last point of each series, where its name is written; two names that would touch move apart."""
    known = [point for point in points if point["value"] is not None]
    last = {point["series"]: point for point in known}
    ordered = sorted(last.values(), key=lambda point: float(point["value"]))
    reach = max(abs(float(point["value"])) for point in known)
    touching = len(ordered) > 1 and ordered[-1]["value"] - ordered[0]["value"] < 0.08 * reach
    return [(point, (7 - 14 * place) if touching else 0) for place, point in enumerate(ordered)]


def _end_label(point: dict[str, Any], nudge: int, colour: alt.Color) -> AnyChart:
    base = alt.Chart(alt.InlineData(values=[point])).mark_text(align="left", dx=8, dy=nudge)
    when = alt.X("when:T", scale=alt.Scale(type="utc"))
    label: AnyChart = base.encode(x=when, y="value:Q", text="series:N", color=colour)
    return label


def _axis(frame: pd.DataFrame, over: TimeFrame) -> alt.Axis:
    ticks = [_stamp(start) for start in frame["bucket_start"].drop_duplicates()]
    every = max(1, -(-len(ticks) // 8))
    return alt.Axis(format=_AXIS[over], values=ticks[::every], grid=False, labelOverlap=True, labelFlush=True)


def _label(unit: str, locale: str) -> str:
    """The axis labels as a Vega expression: abbreviated as on tiles, with the currency."""
    if unit == "share":
        return "format(datum.value, '.0%')"
    number = "upper(format(datum.value, '~s'))"
    if not unit.isupper():
        return number if unit == "count" else "format(datum.value, '~g')"
    return f"'{formatting.currency_symbol(unit, locale)}' + {number}"


def _points(frame: pd.DataFrame, now: str, before: str, unit: str, locale: str) -> list[dict[str, Any]]:
    """What is drawn: the period, and behind it the one compared with, each dotted where incomplete."""
    rows = frame.to_dict("records")
    drawn = _dotted([(_point(row, row["value"], now, unit, locale), row["quality"]) for row in rows])
    if before:
        known = [row for row in rows if row["previous"] is not None]
        drawn += _dotted(
            [(_point(row, row["previous"], before, unit, locale), row["previous_quality"]) for row in known]
        )
    return drawn


def _dotted(points: list[tuple[dict[str, Any], str]]) -> list[dict[str, Any]]:
    """Each point with its state; a line is dotted up to, from and between incomplete points."""
    drawn: list[dict[str, Any]] = []
    last: tuple[dict[str, Any], str] | None = None
    for point, quality in points:
        state = "complete" if quality == "ok" else "incomplete"
        if last is not None and last[1] != state:
            drawn.append((last[0] if state == "incomplete" else point) | {"state": "incomplete"})
        drawn.append(point | {"state": state})
        last = (point, state)
    return drawn


def _point(row: Any, value: Any, series: str, unit: str, locale: str) -> dict[str, Any]:
    return {
        "when": _stamp(row["bucket_start"]),
        "label": row["bucket"],
        "value": plotted(value),
        "shown": formatting.quantity(value, unit, locale),
        "series": series,
    }


def _stamp(start: datetime) -> str:
    """A wall clock marked as UTC, so that the chart is the same whatever zone the reader's machine is in."""
    return f"{start.isoformat()}Z"


def _when(row: Any, over: TimeFrame, locale: str) -> str:
    start = row["bucket_start"]
    match over:
        case TimeFrame.HOUR:
            return f"in the hour from {start:%H:%M}"
        case TimeFrame.DAY:
            return f"on {_day(start, locale)}"
        case TimeFrame.WEEK:
            return f"in the week of {_day(start, locale)}"
        case TimeFrame.MONTH:
            return f"in {format_date(start, 'LLLL y', formatting.reader_locale(locale))}"
        case _:
            return f"in {row['bucket']}"


def _day(start: datetime, locale: str) -> str:
    day = date(start.year, start.month, start.day)
    return str(format_skeleton("MMMMd", day, locale=formatting.reader_locale(locale)))


def _twin_rows(frame: pd.DataFrame, unit: str, locale: str, compared: bool) -> list[list[str]]:
    rows = []
    for row in frame.to_dict("records"):
        cells = [str(row["bucket"]), marked(row["value"], row["quality"], unit, locale)]
        if compared:
            cells.append(marked(row["previous"], row["previous_quality"], unit, locale))
        rows.append(cells)
    return rows
