"""When things happen: hours of the day across, weekdays down."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.axes import clock_text, hour_text, weekday_text
from analytics_lib.charts.drawing import unchecked
from analytics_lib.charts.extremes import highest_and_lowest
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    is_without_groups,
    marked,
    nothing_to_draw,
    one_metric,
    plotted,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.heat import heat, key
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import lowered, period_name, texts
from analytics_lib.frame_rows import frame_rows


@unchecked
def hours(frame: pd.DataFrame, *, locale: str = "en", title: str | None = None) -> AnyChart:
    """One metric by hour and weekday, from `measure(..., by=["weekday", "hour_of_day"])`.

    Hours that have no number are left blank; what has no known time is in the table twin only.
    """
    say = texts(locale)
    words, unit = one_metric(frame)
    now, subtitle = period_name(frame.attrs["scope"], locale), subtitle_of(frame, locale)
    twin = _twin(frame, unit, locale)
    dated = frame["weekday"].ne(UNKNOWN) & frame["hour_of_day"].ne(UNKNOWN)
    known = frame[frame["value"].notna() & dated]
    if len(known) == 1:
        reason = say("a single hour has no course by weekday")
        return nothing_to_draw(title or words["title"], subtitle, reason, twin, [frame], locale=locale)
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(
            title or words["title"], subtitle, why_missing(frame, locale), twin, [frame], locale=locale
        )
    rows: list[Any] = frame_rows(known)
    high, low = highest_and_lowest(rows)
    peak, dip = (formatting.quantity(row["value"], unit, locale) for row in (high, low))
    rounded = formatting.quantity(high["value"], unit, locale, is_compact=True)
    said = {"peak": peak, "dip": dip, "first": _when(high, locale), "last": _when(low, locale)}
    extremes = say("highest {peak} on {first}, lowest {dip} on {last}").format(**said)
    message = say("highest on {first} with {value}").format(**said, value=rounded)
    if peak == dip:
        extremes, message = (say("{value} throughout").format(value=value) for value in (peak, rounded))
    alt_text = say("Heatmap of {title} by weekday and hour, {period}: {extremes}.").format(
        title=lowered(words["title"]), period=now, extremes=extremes
    )
    return dressed(
        heat(
            [_cell(row, unit, abs(high["value"]) < _FINE, locale) for row in rows],
            across=[hour_text(hour, locale) for hour in range(24)],
            down=[weekday_text(day, locale) for day in range(1, 8)],
            unit=unit,
            every=3,
        ),
        title=title or f"{words['title']}: {message}",
        subtitle=subtitle + key([float(row["value"]) for row in rows], unit, locale),
        alt_text=alt_text,
        twin=twin,
        frames=[frame],
    )


_FINE = 10
"""The greatest number below which a decimal matters."""


def _cell(row: Any, unit: str, is_fine: bool, locale: str) -> dict[str, Any]:
    return {
        "across": hour_text(int(row["hour_of_day"]), locale),
        "down": weekday_text(int(row["weekday"]), locale),
        "value": plotted(row["value"]),
        "shown": _short(row["value"], unit, is_fine, locale),
        "full": formatting.quantity(row["value"], unit, locale),
    }


def _short(value: Any, unit: str, is_fine: bool, locale: str) -> str:
    """A number for a small cell: a decimal at most says enough beside 167 others."""
    if unit in ("ratio", "score"):
        return formatting.decimal(value, locale, decimals=1 if is_fine else 0)
    if unit == "share":
        return formatting.percent(value, locale, decimals=0)
    return formatting.quantity(value, unit, locale, is_compact=True)


def _when(row: Any, locale: str) -> str:
    return f"{weekday_text(int(row['weekday']), locale)}, {clock_text(int(row['hour_of_day']), locale)}"


def _twin(frame: pd.DataFrame, unit: str, locale: str) -> dict[str, Any]:
    """Hours down and weekdays across, as a timetable has them; what has no known time comes last."""
    found = {(row["weekday"], row["hour_of_day"]): row for row in frame_rows(frame)}
    days, clock = (_in_order(frame[name]) for name in ("weekday", "hour_of_day"))
    columns = [(texts(locale)("Hour"), "left")]
    columns += [(day if day == UNKNOWN else weekday_text(int(day), locale), "right") for day in days]
    rows = []
    for hour in clock:
        cells = [found.get((day, hour)) for day in days]
        said = ["" if row is None else marked(row["value"], row["quality"], unit, locale) for row in cells]
        rows.append([hour if hour == UNKNOWN else hour_text(int(hour), locale), *said])
    return twin_of(columns, rows)


def _in_order(groups: pd.Series[Any]) -> list[str]:
    named = sorted(set(groups) - {UNKNOWN}, key=int)
    return named + ([UNKNOWN] if UNKNOWN in set(groups) else [])
