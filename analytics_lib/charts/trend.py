"""A number over time: the period as a solid line, the one before it lighter, what is expected dashed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.buckets import at_bucket, bucket_names, frame_text
from analytics_lib.charts.drawing import unchecked
from analytics_lib.charts.extremes import Row, highest_and_lowest, whole_buckets
from analytics_lib.charts.figure import (
    AnyChart,
    before_of,
    dressed,
    lighter,
    marked,
    nothing_to_draw,
    one_metric,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.lines import lines, percent_80
from analytics_lib.charts.scenarios import scenarios
from analytics_lib.formatting import lowered, period_name, texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.local_time import TimeFrame

_SOME = 1
"""Buckets up to which bars say more than a line."""


@unchecked
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
    say = texts(locale)
    words, unit = one_metric(frame)
    over: TimeFrame = frame.attrs["over"]
    ahead = _NOTHING if expected is None else expected
    frames = [frame] if ahead.empty else [frame, ahead]
    now, before = period_name(frame.attrs["scope"], locale), before_of(frame, locale)
    names = bucket_names([row for each in frames for row in frame_rows(each)], over, locale)
    twin = _twin(frame, ahead, names, unit, locale)
    subtitle = subtitle_of(frame, locale)
    if frame["value"].isna().all():
        return nothing_to_draw(
            title or words["title"], subtitle, why_missing(frame, locale), twin, frames, locale=locale
        )
    is_single = len(frame) <= _SOME
    extremes, message = _extremes(frame, names, unit, locale)
    pattern = say("Line chart of {title} by {over}, {period}: {extremes}")
    if is_single:
        pattern = say("Bar chart of {title} by {over}, {period}: {extremes}")
    alt_text = pattern.format(
        title=lowered(words["title"]), over=frame_text(over, locale), period=now, extremes=extremes
    )
    asides = [*_asides(frame, before, is_single, locale), *_outlook(ahead, names, unit, locale)]
    return dressed(
        scenarios(frame, ahead, unit, locale) if is_single else lines(frame, ahead, names, unit, locale),
        title=title or f"{words['title']}: {message}",
        subtitle=subtitle + (lighter(frame, locale) if is_single or not ahead.empty else ""),
        alt_text=" ".join([alt_text, *asides]),
        twin=twin,
        frames=frames,
    )


_NOTHING = pd.DataFrame({"mean": []})


def _extremes(frame: pd.DataFrame, names: dict[str, str], unit: str, locale: str) -> tuple[str, str]:
    """What was highest and lowest of the buckets that are over, in full and for the title."""
    say, over = texts(locale), frame.attrs["over"]
    rows = whole_buckets(frame)
    high, low = highest_and_lowest(rows)
    peak, dip = (formatting.quantity(row["value"], unit, locale) for row in (high, low))
    rounded = formatting.quantity(high["value"], unit, locale, is_compact=True)
    first, last = (_at(row, rows, names, over, locale) for row in (high, low))
    if len(rows) == 1:
        said = say("{value} {when}").format(value=peak, when=first)
        return f"{said}.", say("{value} {when}").format(value=rounded, when=first)
    if float(high["value"]) == float(low["value"]):
        is_all = len(rows) == frame["value"].notna().sum()
        pattern = say("{value} throughout") if is_all else say("{value} in every complete {over}")
        said = pattern.format(value=peak, over=frame_text(over, locale))
        return f"{said}.", said
    return (
        say("highest {peak} {first}, lowest {dip} {last}.").format(
            peak=peak, dip=dip, first=first, last=last
        ),
        say("highest {when} with {value}").format(when=first, value=rounded),
    )


def _at(row: Row, rows: list[Row], names: dict[str, str], over: TimeFrame, locale: str) -> str:
    """When it was, and whether another bucket has the same number."""
    when = at_bucket(row, names, over, locale)
    alone = sum(float(each["value"]) == float(row["value"]) for each in rows) == 1
    return when if alone else texts(locale)("first {when}").format(when=when)


def _asides(frame: pd.DataFrame, before: str, is_single: bool, locale: str) -> list[str]:
    """What else there is to see: the period before, and what is incomplete."""
    say, said = texts(locale), []
    if before:
        text = say("A lighter bar shows {period}.") if is_single else say("A lighter line shows {period}.")
        said.append(text.format(period=before))
    if frame["quality"].ne("ok").any() or (before and frame["previous_quality"].ne("ok").any()):
        said.append(
            say("The data is incomplete.") if is_single else say("Dotted where the data is incomplete.")
        )
    return said


def _outlook(ahead: pd.DataFrame, names: dict[str, str], unit: str, locale: str) -> list[str]:
    """What is expected, and the range that holds it."""
    if ahead.empty:
        return []
    say = texts(locale)
    numbers = [ahead["mean"].min(), ahead["mean"].max(), ahead["lower_80"].min(), ahead["upper_80"].max()]
    least, most, low, high = (formatting.quantity(number, unit, locale) for number in numbers)
    first, last = names[ahead["bucket"].iloc[0]], names[ahead["bucket"].iloc[-1]]
    when = first if first == last else say("{first} to {last}").format(first=first, last=last)
    value = least if least == most else say("{low} to {high} each").format(low=least, high=most)
    text = say("Expected for {when}: {value}; between {low} and {high} in {percent} of cases.")
    said = {"when": when, "value": value, "low": low, "high": high, "percent": percent_80(locale)}
    return [text.format(**said)]


def _twin(
    frame: pd.DataFrame, ahead: pd.DataFrame, names: dict[str, str], unit: str, locale: str
) -> dict[str, Any]:
    say, before = texts(locale), before_of(frame, locale)
    columns = [(say("Time"), "left"), (period_name(frame.attrs["scope"], locale), "right")]
    columns += [(before, "right")] if before else []
    columns += [] if ahead.empty else [(say("{percent} range").format(percent=percent_80(locale)), "right")]
    rows = []
    for row in frame_rows(frame):
        cells = [names[row["bucket"]], marked(row["value"], row["quality"], unit, locale)]
        if before:
            cells.append(marked(row["previous"], row["previous_quality"], unit, locale))
        rows.append(cells + ([] if ahead.empty else [""]))
    for row in frame_rows(ahead):
        mean, low, high = (
            formatting.quantity(row[name], unit, locale) for name in ("mean", "lower_80", "upper_80")
        )
        cells = [names[row["bucket"]], say("{number} (forecast)").format(number=mean)]
        rows.append([*cells, *([""] if before else []), say("{low} to {high}").format(low=low, high=high)])
    return twin_of(columns, rows)
