"""Buckets in the reader's words, as short as tells them apart: beside an axis, in a sentence, in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel.dates import format_skeleton

from analytics_lib.charts.axes import bucket_text
from analytics_lib.formatting import reader_locale, texts
from analytics_lib.local_time import TimeFrame


def bucket_names(rows: Sequence[Mapping[Any, Any]], over: TimeFrame, locale: str) -> dict[str, str]:
    """The buckets of some rows (`bucket`, `bucket_start`) to what a reader calls each; no two are alike.

    Days have their year where there are several, hours their day; the hour that comes twice in autumn has
    the offset of its clock.
    """
    starts = {str(row["bucket"]): row["bucket_start"] for row in rows}
    several = len({_larger(start, over) for start in starts.values()}) > 1
    said = {name: _named(start, over, locale, several) for name, start in starts.items()}
    often = Counter(said.values())
    return {name: f"{text} ({_offset(name)})" if often[text] > 1 else text for name, text in said.items()}


def at_bucket(row: Mapping[Any, Any], names: Mapping[str, str], over: TimeFrame, locale: str) -> str:
    """When something was, inside a sentence: on October 5, in the hour from 14:00."""
    say, start = texts(locale), row["bucket_start"]
    match over:
        case TimeFrame.HOUR:
            return say("in the hour from {hour}").format(hour=names[str(row["bucket"])])
        case TimeFrame.DAY:
            return say("on {day}").format(day=_day(start, locale))
        case TimeFrame.WEEK:
            return say("in the week of {day}").format(day=_day(start, locale))
        case TimeFrame.MONTH:
            month = format_skeleton("yMMMM", start, locale=reader_locale(locale))
            return say("in {period}").format(period=month)
        case _:
            return say("in {period}").format(period=names[str(row["bucket"])])


def frame_text(over: TimeFrame, locale: str) -> str:
    """What a bucket is: an hour, a day, a week."""
    say = texts(locale)
    return {
        TimeFrame.HOUR: say("hour"),
        TimeFrame.DAY: say("day"),
        TimeFrame.WEEK: say("week"),
        TimeFrame.MONTH: say("month"),
        TimeFrame.QUARTER: say("quarter"),
        TimeFrame.YEAR: say("year"),
    }[over]


def _larger(start: datetime, over: TimeFrame) -> object:
    """What a bucket's short name leaves out."""
    if over is TimeFrame.HOUR:
        return start.date()
    return start.year if over in (TimeFrame.DAY, TimeFrame.WEEK) else None


def _named(start: datetime, over: TimeFrame, locale: str, several: bool) -> str:
    short = bucket_text(start, over, locale)
    if not several:
        return short
    if over is TimeFrame.HOUR:
        return f"{bucket_text(start, TimeFrame.DAY, locale)}, {short}"
    return str(format_skeleton("yMMMd", start, locale=reader_locale(locale)))


def _day(start: datetime, locale: str) -> str:
    day = date(start.year, start.month, start.day)
    return str(format_skeleton("MMMMd", day, locale=reader_locale(locale)))


def _offset(name: str) -> str:
    """The offset that the name of an hour ends in: 2026-10-25T02+0200 is at UTC+2."""
    sign, hours, minutes = name[-5], int(name[-4:-2]), name[-2:]
    return f"UTC{sign.replace('-', chr(0x2212))}{hours}" + (f":{minutes}" if minutes != "00" else "")
