"""Axes in the reader's language: ticks are chosen here and looked up by Vega, which knows English only."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from typing import Any

import altair as alt
from babel.dates import format_skeleton, format_time, get_day_names

from analytics_lib import formatting
from analytics_lib.charts.labels import width_of
from analytics_lib.local_time import TimeFrame

_SKELETONS = {
    TimeFrame.DAY: "MMMd",
    TimeFrame.WEEK: "MMMd",
    TimeFrame.MONTH: "yMMM",
    TimeFrame.QUARTER: "yQQQ",
    TimeFrame.YEAR: "y",
}
_CLOCK_STEPS = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1_800,
    3_600,
    7_200,
    10_800,
    21_600,
    43_200,
    86_400,
)
"""Seconds that people count in."""

_LEAST = {"count": 1.0, "days": 1.0, "nights": 0.1, "people": 0.1, "ms": 0.1, "seconds": 0.1, "bytes": 1.0}
"""The finest step that the numbers of a unit can tell apart."""

_MOST_TICKS = 8
_APART = 12
"""Pixels between two labels."""

_EPOCH = datetime(1970, 1, 1)


def ticks_of(low: float, high: float, unit: str, *, most: int = 5, covering: bool = False) -> list[float]:
    """Round numbers between `low` and `high`, `most` or a few more; `covering` goes beyond both ends."""
    if not (isfinite(low) and isfinite(high)) or high <= low:
        return [low]
    step = _step((high - low) / most, unit)
    first, last = (
        (floor(low / step), ceil(high / step)) if covering else (ceil(low / step), floor(high / step))
    )
    # Rounded to the step's own digits: 3 * 0.1 is 0.30000000000000004.
    digits = max(0, 1 - floor(log10(step)))
    return [round(number * step, digits) for number in range(first, last + 1)]


def _step(rough: float, unit: str) -> float:
    rough = max(rough, _LEAST.get(unit, 0.0))
    if unit == "seconds" and 1 <= rough <= _CLOCK_STEPS[-1]:
        return float(next(step for step in _CLOCK_STEPS if step >= rough))
    size = 10.0 ** floor(log10(rough))
    return next(factor * size for factor in (1, 2, 5, 10) if factor * size >= rough * (1 - 1e-9))


_SECONDS_FROM = 10_000
"""Milliseconds from which on the whole axis is in seconds, as numbers are."""


def tick_texts(ticks: Sequence[float], unit: str, locale: str) -> list[str]:
    """The numbers at an axis: abbreviated as on tiles, without zeros that say nothing, and no two alike."""
    if unit == "ms" and max(map(abs, ticks)) >= _SECONDS_FROM:
        return tick_texts([tick / 1000 for tick in ticks], "seconds", locale)
    short = [
        _without_zeros(formatting.quantity(tick, unit, locale, is_compact=True), locale) for tick in ticks
    ]
    if len(set(short)) == len(short):
        return short
    digits = max(0, -floor(log10(min(abs(b - a) for a, b in pairwise(ticks)))))
    if unit == "share":
        return [formatting.percent(tick, locale, decimals=max(0, digits - 2)) for tick in ticks]
    if unit in ("score", "ratio"):
        return [formatting.decimal(tick, locale, decimals=digits) for tick in ticks]
    return [_without_zeros(formatting.quantity(tick, unit, locale), locale) for tick in ticks]


def _without_zeros(text: str, locale: str) -> str:
    point = re.escape(formatting.reader_locale(locale).number_symbols["latn"]["decimal"])
    return re.sub(rf"{point}0+(?!\d)|({point}\d*[1-9])0+(?!\d)", lambda found: found[1] or "", text)


def looked_up(ticks: Sequence[Any], texts: Sequence[str], wanted: str = "datum.value") -> str:
    """The Vega expression that says a tick's text."""
    listed, said = json.dumps(list(ticks)), json.dumps(list(texts), ensure_ascii=False)
    return f"{said}[indexof({listed}, {wanted})]"


def reach(numbers: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    """From where to where an axis goes. Lines that vary little about a high level need not start at zero."""
    low, high = min(numbers), max(numbers)
    if from_zero or low * high <= 0 or high - low >= 0.2 * max(abs(low), abs(high)):
        low, high = min(0.0, low), max(0.0, high)
    return (low, high) if high > low else (low - abs(low) * 0.05, high + (abs(high) * 0.05 or 1.0))


def value_axis(
    numbers: Sequence[float], unit: str, locale: str, *, from_zero: bool = False, most: int = 5
) -> tuple[alt.Axis, alt.Scale]:
    """An axis of numbers in a metric's unit, and the scale that it belongs to."""
    low, high = reach(numbers, from_zero=from_zero)
    ticks = ticks_of(low, high, unit, most=most, covering=True)
    inside = [tick for tick in ticks if tick <= 1.0] if unit == "share" and high <= 1.0 else ticks
    axis = alt.Axis(
        values=inside,
        domain=False,
        ticks=False,
        labelExpr=looked_up(inside, tick_texts(inside, unit, locale)),
    )
    return axis, alt.Scale(domain=[min(inside[0], low), max(inside[-1], high)], nice=False, zero=False)


def time_axis(
    starts: Sequence[datetime],
    over: TimeFrame,
    locale: str,
    *,
    most: int = _MOST_TICKS,
    width: float | None = None,
) -> alt.Axis:
    """An axis of local times: every so many of the buckets, named as the reader names them.

    As many names are shown as have room in `width` px; without it, in the width that the drawing has, which
    Vega knows. How wide they are is told by their letters: Vega measures with a font that may lack them.
    """
    distinct = sorted(dict.fromkeys(starts))
    shown = distinct[:: max(1, -(-len(distinct) // most))]
    stamps = [(start - _EPOCH) // timedelta(milliseconds=1) for start in shown]
    texts = [bucket_text(start, over, locale) for start in shown]
    room = len(shown) * (max(map(width_of, texts)) + _APART)
    place = f"indexof({json.dumps(stamps)}, time(datum.value))"
    every = f"ceil({room:.0f} / {'max(1, width)' if width is None else width})"
    return alt.Axis(
        values=[stamp(start) for start in shown],
        labelExpr=f"{place} % {every} ? '' : {looked_up(stamps, texts, 'time(datum.value)')}",
        grid=False,
        labelOverlap=True,
        labelSeparation=_APART / 2,
        labelFlush=False,
    )


def stamp(start: datetime) -> str:
    """A wall clock marked as UTC, so that the chart is the same whatever zone the reader's machine is in."""
    return f"{start.isoformat()}Z"


def bucket_text(start: datetime, over: TimeFrame, locale: str) -> str:
    """A bucket's beginning, short: 14:00, Oct 5, Oct 2026, Q4 2026."""
    if over is TimeFrame.HOUR:
        return _clock(start, locale)
    return str(format_skeleton(_SKELETONS[over], start, locale=formatting.reader_locale(locale)))


def _clock(start: datetime, locale: str) -> str:
    """Half a day's clock only where a territory was named that has one, as in the texts around the chart."""
    chosen = formatting.reader_locale(locale)
    if chosen.territory is not None and "a" in chosen.time_formats["short"].pattern:
        return str(format_time(start, "short", locale=chosen))
    return str(format_skeleton("Hm", start, locale=chosen))


def weekday_text(number: int, locale: str) -> str:
    """The short name of an ISO weekday, 1 for Monday."""
    names = get_day_names("abbreviated", context="stand-alone", locale=formatting.reader_locale(locale))
    return str(names[number - 1])


def clock_text(hour: int, locale: str) -> str:
    """When an hour of the day begins: 14:00, 2:00 PM."""
    return _clock(datetime(2026, 1, 1, hour), locale)


def hour_text(hour: int, locale: str) -> str:
    """An hour of the day: 14, 14 Uhr, 14時."""
    moment = datetime(2026, 1, 1, hour)
    return str(format_skeleton("H", moment, locale=formatting.reader_locale(locale)))
