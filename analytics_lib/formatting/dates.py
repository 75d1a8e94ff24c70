"""Days, instants and periods in the words, and on the clock, of a locale."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import DateTimePattern, format_date, parse_pattern

from analytics_lib.formatting.locales import MINUS, MISSING, reader_locale
from analytics_lib.formatting.words import words
from analytics_lib.local_time import TimeFrame, offset_at, to_local, zone_info
from analytics_lib.period import Period

DateStyle = Literal["short", "medium", "long", "full"]


def date_text(day: date | None, locale: str = "en", *, style: DateStyle = "medium") -> str:
    """A calendar day: Oct 5, 2026; 05.10.2026; 5 oct 2026; 2026/10/05. Missing, an en dash."""
    return MISSING if day is None else format_date(day, style, reader_locale(locale))


def instant(value: datetime | None, zone: str, locale: str = "en") -> str:
    """A UTC instant as wall clock of a zone to the minute, with the zone's name.

    Where the clock shows the time twice, when it goes back in autumn, the offset says which is meant.
    """
    if value is None:
        return MISSING
    local = to_local(value, zone)
    place = f"{zone}, {_offset(value, zone)}" if _comes_twice(local, zone) else zone
    both = (
        reader_locale(locale)
        .datetime_formats["medium"]
        .format(_clock(local, locale), date_text(local, locale))
    )
    return f"{both} ({place})"


def period_title(period: Period, locale: str = "en") -> str:
    """A period as a heading names it: October 2026, week 43 of 2026, Sunday, October 25, 2026."""
    start = period.local_start
    match period.time_frame:
        case TimeFrame.HOUR:
            return _hours(period, locale)
        case TimeFrame.DAY:
            return date_text(start, locale, style="full")
        case TimeFrame.WEEK:
            # Babel has a pattern for weeks, too, but counts them as the territory does: ours are ISO weeks.
            year, week, _ = start.isocalendar()
            return words(locale).week.format(week=week, year=year)
        case TimeFrame.MONTH:
            return _by_skeleton(start, "yMMMM", locale)
        case TimeFrame.QUARTER:
            return _by_skeleton(start, words(locale).quarter, locale)
        case TimeFrame.YEAR:
            return _by_skeleton(start, "y", locale)
        case _ if period.months is not None:
            last = date_text(period.local_end - timedelta(microseconds=1), locale, style="long")
            return words(locale).stretch.format(months=period.months, day=last)
        case _:
            return words(locale).all_time


def preposition(period: Period) -> str:
    """The English word that puts something into a period: on a day, in a month, over all time."""
    match period.time_frame:
        case TimeFrame.HOUR | TimeFrame.DAY:
            return "on"
        case None:
            return "over"
        case _:
            return "in"


def _hours(period: Period, locale: str) -> str:
    start, end = period.local_start, period.local_end
    is_repeated = _comes_twice(start, period.zone)
    if is_repeated:
        # The first of two like hours ends when its clock is put back to its beginning.
        end = start + (period.end - period.start)
    day = date_text(start, locale, style="long")
    text = words(locale).hours.format(day=day, start=_clock(start, locale), end=_clock(end, locale))
    return f"{text} ({_offset(period.start, period.zone)})" if is_repeated else text


def _comes_twice(local: datetime, zone: str) -> bool:
    """Whether a wall clock that an instant showed shows the same time once more."""
    first, second = (local.replace(tzinfo=zone_info(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    return first != second


def _offset(value: datetime, zone: str) -> str:
    minutes = offset_at(value, zone) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{MINUS if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _clock(local: datetime, locale: str) -> str:
    return _time_pattern(locale).apply(local, reader_locale(locale))


def _by_skeleton(day: datetime, skeleton: str, locale: str) -> str:
    chosen = reader_locale(locale)
    text: str = chosen.datetime_skeletons[skeleton].apply(day, chosen)
    return text


@lru_cache(maxsize=64)
def _time_pattern(locale: str) -> DateTimePattern:
    """Hours and minutes; half a day's clock only where a territory was named that has one.

    Babel reads `en` as the English of the United States, but whoever did not name a country did not
    choose its clock.
    """
    chosen = reader_locale(locale)
    pattern = chosen.time_formats["short"].pattern
    return parse_pattern("HH:mm" if "a" in pattern and chosen.territory is None else pattern)
