"""The lines of a trend, each with its name at its end: actual, previous and forecast with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.axes import stamp, time_axis, value_axis
from analytics_lib.charts.drawing import Chart, Layers, Rows
from analytics_lib.charts.figure import AnyChart, before_of, plotted
from analytics_lib.charts.labels import wrapped
from analytics_lib.charts.theme import ACCENT, GREY
from analytics_lib.formatting import period_name, texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.local_time import TimeFrame

FORECAST = "forecast"
_NAME, _LINE = 100, 14
"""Pixels of the name at the end of a line: how wide it may be, and how high each of its lines is."""

_TIME = alt.Scale(type="utc")


def percent_80(locale: str) -> str:
    """The part of cases that the interval of a forecast holds."""
    return formatting.percent(0.8, locale, decimals=0)


def lines(
    frame: pd.DataFrame, ahead: pd.DataFrame, names: Mapping[str, str], unit: str, locale: str
) -> AnyChart:
    """The frame's numbers over time, those before lighter, those expected dashed within their interval.

    `names` has the buckets of both as a reader calls them.
    """
    over: TimeFrame = frame.attrs["over"]
    now, before = period_name(frame.attrs["scope"], locale), before_of(frame, locale)
    points = points_of(frame, now, before, names, unit, locale)
    expected = _expected(points, ahead, now, names, unit, locale)
    numbers = [each["value"] for each in points if each["value"] is not None]
    numbers += [each[name] for each in expected for name in ("low", "high")]
    axis, scale = value_axis(numbers, unit, locale)
    starts = [*frame["bucket_start"], *ahead.get("bucket_start", ())]
    x = alt.X("when:T", title=None, scale=_TIME, axis=time_axis(starts, over, locale))
    y = alt.Y("value:Q", title=None, axis=axis, scale=scale)
    low = alt.Y("low:Q", title=None, axis=axis, scale=scale)
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=[now, before or FORECAST], range=[ACCENT, GREY]), legend=None
    )
    main = _line(points, x, y, colour, [now, before or FORECAST], len(frame) <= 31)
    if expected:
        return Layers(layer=[main, *_interval(expected, x, y, low), *_heads(expected, x, now, locale)])
    if not before:
        return main
    named = _ends([each for each in points if each["value"] is not None])
    return Layers(
        layer=[main, *[_end_label(point, nudge, x, y, point["series"] == before) for point, nudge in named]]
    )


def _line(
    points: list[dict[str, Any]], x: alt.X, y: alt.Y, colour: alt.Color, series: list[str], dotted: bool
) -> AnyChart:
    width = alt.StrokeWidth(
        "series:O", sort=series, scale=alt.Scale(domain=series, range=[2.25, 1.25]), legend=None
    )
    dash = alt.StrokeDash(
        "state:N", scale=alt.Scale(domain=["complete", "incomplete"], range=[[1, 0], [2, 3]]), legend=None
    )
    base = Chart(Rows(values=points), height=240)
    line: AnyChart = base.mark_line(strokeJoin="round", point=dotted and {"size": 18}).encode(
        x=x,
        y=y,
        color=colour,
        strokeWidth=width,
        strokeDash=dash,
        detail=alt.Detail("state:N"),
        tooltip=_tooltip(),
    )
    return line


def _interval(expected: list[dict[str, Any]], x: alt.X, y: alt.Y, low: alt.Y) -> list[alt.Chart]:
    """A pale band with an outline, and the dashed line of what is expected on average."""
    base = Chart(Rows(values=expected), height=240).encode(x=x)
    band = base.mark_area(
        color=ACCENT, fillOpacity=0.12, stroke=ACCENT, strokeWidth=0.75, strokeOpacity=0.6
    ).encode(y=low, y2=alt.Y2("high:Q"))
    line = base.mark_line(color=ACCENT, strokeWidth=2.25, strokeDash=[6, 4])
    return [band, line.encode(y=y, tooltip=_tooltip())]


def _heads(expected: list[dict[str, Any]], x: alt.X, now: str, locale: str) -> list[AnyChart]:
    """The names of what is left and right of the line where the forecast begins, above the drawing."""
    rule = Chart(Rows(values=[{"when": expected[0]["when"]}])).mark_rule(color=GREY)
    ahead = texts(locale)("forecast, {percent} range").format(percent=percent_80(locale))
    left, right = (Chart(Rows(values=[{"name": "\n".join(wrapped(name))}])) for name in (now, ahead))
    above: Any = {"y": alt.YValue(-8), "text": alt.Text("name:N")}  # type: ignore[no-untyped-call]
    begin, end = alt.XValue(0), alt.XValue("width")  # type: ignore[no-untyped-call]
    style: dict[str, Any] = {"color": ACCENT, "baseline": "line-bottom", "lineBreak": "\n"}
    return [
        rule.encode(x=x, strokeDash=alt.StrokeDashValue([1, 3])),
        left.mark_text(align="left", **style).encode(x=begin, **above),
        right.mark_text(align="right", **style).encode(x=end, **above),
    ]


def _tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("label:N", title="time"),
        alt.Tooltip("shown:N", title="value"),
        alt.Tooltip("series:N", title="period"),
    ]


def _ends(points: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """The last point of each series, where its name is written; two names that would touch move apart."""
    last = {point["series"]: point for point in points}
    ordered = sorted(last.values(), key=lambda point: float(point["value"]))
    reach = max(abs(float(point["value"])) for point in points)
    lines = sum(len(wrapped(point["series"], _NAME)) for point in ordered) / 2
    touching = len(ordered) > 1 and ordered[-1]["value"] - ordered[0]["value"] < 0.08 * lines * reach
    return [(point, (1 - 2 * place) if touching else 0) for place, point in enumerate(ordered)]


def _end_label(point: dict[str, Any], nudge: int, x: alt.X, y: alt.Y, is_before: bool) -> AnyChart:
    """The name of a line at its end, in several lines where it is long; pushed down (1) or up (-1)."""
    name = wrapped(point["series"], _NAME)
    half = _LINE * len(name) / 2
    base = Chart(Rows(values=[{**point, "name": "\n".join(name)}])).mark_text(
        align="left",
        dx=8,
        dy=nudge * half + _LINE / 2 - half,
        lineBreak="\n",
        lineHeight=_LINE,
        color=GREY if is_before else ACCENT,
    )
    label: AnyChart = base.encode(x=x, y=y, text=alt.Text("name:N"))
    return label


def points_of(
    frame: pd.DataFrame, now: str, before: str, names: Mapping[str, str], unit: str, locale: str
) -> list[dict[str, Any]]:
    """What is drawn: the period, and behind it the one compared with, each dotted where incomplete."""
    rows = frame_rows(frame)
    drawn = _dotted([(_point(row, row["value"], now, names, unit, locale), row["quality"]) for row in rows])
    if before:
        known = [row for row in rows if row["previous"] is not None]
        drawn += _dotted(
            [
                (_point(row, row["previous"], before, names, unit, locale), row["previous_quality"])
                for row in known
            ]
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


def _point(
    row: Any, value: Any, series: str, names: Mapping[str, str], unit: str, locale: str
) -> dict[str, Any]:
    return {
        "when": stamp(row["bucket_start"]),
        "label": names[row["bucket"]],
        "value": plotted(value),
        "shown": formatting.quantity(value, unit, locale),
        "series": series,
    }


def _expected(
    points: list[dict[str, Any]],
    ahead: pd.DataFrame,
    now: str,
    names: Mapping[str, str],
    unit: str,
    locale: str,
) -> list[dict[str, Any]]:
    """The forecast's points, from the last known one before them on, where its interval is nothing yet."""
    made = [
        {
            **_point(row, row["mean"], texts(locale)(FORECAST), names, unit, locale),
            "low": plotted(row["lower_80"]),
            "high": plotted(row["upper_80"]),
        }
        for row in frame_rows(ahead)
    ]
    known = [each for each in points if each["series"] == now and each["value"] is not None]
    joint = [each for each in known if made and each["when"] < made[0]["when"]]
    if not joint:
        return made
    last = {name: joint[-1][name] for name in ("when", "label", "value", "shown", "series")}
    return [{**last, "low": last["value"], "high": last["value"]}, *made]
