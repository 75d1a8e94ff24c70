"""A number over time: the period as a solid line, the one before it lighter, what is expected dashed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
from babel.dates import format_skeleton

from analytics_lib import formatting
from analytics_lib.charts.axes import bucket_text
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    is_compared,
    lighter,
    marked,
    nothing_to_draw,
    one_metric,
    period_of,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.lines import lines
from analytics_lib.charts.scenarios import scenarios
from analytics_lib.local_time import TimeFrame

_SOME = 1
"""Buckets up to which bars say more than a line."""


def trend(
    frame: pd.DataFrame,
    expected: pd.DataFrame | None = None,
    *,
    locale: str = "en",
    title: str | None = None,
) -> AnyChart:
    """One metric over buckets, from `measure(..., over=...)`, compared if the frame is.

    `expected` is the answer of `models.outlook` for the same metric: a dashed line in its 80 % interval.
    Buckets that the data does not fully cover are dotted; missing ones are gaps. A single bucket is drawn
    as bars: previous, actual, forecast.
    """
    words, unit = one_metric(frame)
    over: TimeFrame = frame.attrs["over"]
    ahead = _NOTHING if expected is None else expected
    frames = [frame] if ahead.empty else [frame, ahead]
    now = period_of(frame.attrs["scope"], locale)
    before = period_of(frame.attrs["compared"], locale) if is_compared(frame) else ""
    twin = _twin(frame, ahead, now, before, unit, locale)
    known = frame[frame["value"].notna()]
    subtitle = subtitle_of(frame, locale)
    if known.empty:
        return nothing_to_draw(title or words["title"], subtitle, why_missing(frame), twin, frames)
    is_single = len(frame) <= _SOME
    extremes, message = _extremes(known, over, unit, locale)
    alt_text = f"{'Bar' if is_single else 'Line'} chart of {words['title'].lower()} by {over.value}, {now}: "
    alt_text += extremes + _asides(frame, ahead, before, is_single, unit, locale)
    return dressed(
        scenarios(frame, ahead, unit, locale)
        if is_single
        else lines(frame, ahead, now, before, unit, over, locale),
        title=title or f"{words['title']}: {message}",
        subtitle=subtitle + (lighter(frame, locale) if is_single or not ahead.empty else ""),
        alt_text=alt_text,
        twin=twin,
        frames=frames,
    )


_NOTHING = pd.DataFrame({"mean": []})


def _extremes(known: pd.DataFrame, over: TimeFrame, unit: str, locale: str) -> tuple[str, str]:
    """What was highest and lowest, in full and for the title."""
    rows: list[Any] = known.to_dict("records")
    high = max(rows, key=lambda row: float(row["value"]))
    low = min(rows, key=lambda row: float(row["value"]))
    peak, dip = (formatting.quantity(row["value"], unit, locale) for row in (high, low))
    rounded = formatting.quantity(high["value"], unit, locale, is_compact=True)
    if len(rows) == 1:
        return f"{peak} {_when(high, over, locale)}.", f"{rounded} {_when(high, over, locale)}"
    if float(high["value"]) == float(low["value"]):
        return f"{peak} throughout.", f"{peak} throughout"
    return (
        f"highest {peak} {_when(high, over, locale)}, lowest {dip} {_when(low, over, locale)}.",
        f"highest {_when(high, over, locale)} with {rounded}",
    )


def _asides(
    frame: pd.DataFrame, ahead: pd.DataFrame, before: str, is_single: bool, unit: str, locale: str
) -> str:
    """What else there is to see: the period before, what is incomplete, what is expected."""
    said = ""
    if before:
        said += f" A lighter {'bar' if is_single else 'line'} shows {before}."
    if frame["quality"].ne("ok").any() or (before and frame["previous_quality"].ne("ok").any()):
        said += " The data is incomplete." if is_single else " Dotted where the data is incomplete."
    if not ahead.empty:
        low, high = (
            formatting.quantity(number, unit, locale) for number in (ahead["mean"].min(), ahead["mean"].max())
        )
        span = f"{low} to {high} each" if low != high else low
        first, last = ahead["bucket"].iloc[0], ahead["bucket"].iloc[-1]
        when = first if first == last else f"{first} to {last}"
        said += f" Expected for {when}: {span}, with a range that holds in 80 % of cases."
    return said


def _when(row: Any, over: TimeFrame, locale: str) -> str:
    start = row["bucket_start"]
    match over:
        case TimeFrame.HOUR:
            return f"in the hour from {bucket_text(start, over, locale)}"
        case TimeFrame.DAY:
            return f"on {_day(start, locale)}"
        case TimeFrame.WEEK:
            return f"in the week of {_day(start, locale)}"
        case TimeFrame.MONTH:
            return f"in {format_skeleton('yMMMM', start, locale=formatting.reader_locale(locale))}"
        case _:
            return f"in {row['bucket']}"


def _day(start: datetime, locale: str) -> str:
    day = date(start.year, start.month, start.day)
    return str(format_skeleton("MMMMd", day, locale=formatting.reader_locale(locale)))


def _twin(
    frame: pd.DataFrame, ahead: pd.DataFrame, now: str, before: str, unit: str, locale: str
) -> dict[str, Any]:
    columns = [("Time", "left"), (now, "right")]
    columns += [(before, "right")] if before else []
    columns += [] if ahead.empty else [("80 % range", "right")]
    rows = []
    for row in frame.to_dict("records"):
        cells = [str(row["bucket"]), marked(row["value"], row["quality"], unit, locale)]
        if before:
            cells.append(marked(row["previous"], row["previous_quality"], unit, locale))
        rows.append(cells + ([] if ahead.empty else [""]))
    for row in ahead.to_dict("records"):
        mean, low, high = (
            formatting.quantity(row[name], unit, locale) for name in ("mean", "lower_80", "upper_80")
        )
        rows.append([str(row["bucket"]), f"{mean} (forecast)", *([""] if before else []), f"{low} to {high}"])
    return twin_of(columns, rows)
