"""Lengths of time in the locale's words: 450 ms, 43.2 s, 3 h 12 min, 2 days 3 h."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from analytics_lib.formatting.locales import MISSING, PRECISE, Number, exact
from analytics_lib.formatting.units import with_unit

_LENGTHS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
"""The units of a duration in seconds, the greatest first. Months and years have no fixed length."""

_DAYS_ALONE = 1_000 * 86_400
"""From so many seconds on, hours say nothing beside the days."""

_THOUSAND = Decimal(1_000)


def duration(seconds: Number | None, locale: str = "en") -> str:
    """A length of time in seconds, in its two greatest units: 3 h 12 min, 12 min 5 s, 2 days 3 h.

    Under a minute it is in seconds to one decimal, under a second in milliseconds; parts that are
    nothing are left out (3 h), and from 1,000 days on there are only days.
    """
    value = exact(seconds)
    if value is None:
        return MISSING
    size = value.copy_abs()
    if size < 60:
        return _under_a_minute(value, locale, is_plain=True)
    if size >= _DAYS_ALONE:
        return with_unit(PRECISE.divide(value, Decimal(86_400)), "day", locale)
    place = next(place for place, (_, length) in enumerate(_LENGTHS) if size >= length)
    (greater, length), (smaller, part) = _LENGTHS[place], _LENGTHS[place + 1]
    parts = PRECISE.to_integral_value(PRECISE.divide(size, Decimal(part)))
    if place and parts * part >= _LENGTHS[place - 1][1]:
        # 59 minutes and 59.7 seconds are an hour.
        return duration(Decimal(_LENGTHS[place - 1][1]).copy_sign(value), locale)
    whole, rest = divmod(int(parts), length // part)
    text = with_unit(Decimal(whole).copy_sign(value), greater, locale)
    return f"{text} {with_unit(Decimal(rest), smaller, locale)}" if rest else text


def readable(seconds: Decimal, locale: str) -> str:
    """A measured length of time in seconds as a table shows it: 43.2 s, 43.2 min, 3 h 12 min."""
    size = seconds.copy_abs()
    if _rounded(size, 1) < 60:
        return _under_a_minute(seconds, locale, is_plain=False)
    minutes = PRECISE.divide(seconds, Decimal(60))
    if size < 3_600 and _rounded(minutes, 1).copy_abs() < 60:
        return with_unit(minutes, "minute", locale, decimals=1)
    # What rounds to sixty minutes is an hour.
    return duration(seconds if size >= 3_600 else Decimal(3_600).copy_sign(seconds), locale)


def milliseconds(value: Decimal, locale: str) -> str:
    """A latency in milliseconds: 3.4 ms, 1,250 ms; from 10,000 on in seconds: 12.3 s."""
    size = value.copy_abs()
    if size >= 10_000 or _rounded(size, 0) >= 10_000:
        return with_unit(PRECISE.divide(value, _THOUSAND), "second", locale, decimals=1)
    is_fine = size < 10 and _rounded(size, 1) < 10 and value != PRECISE.to_integral_value(value)
    return with_unit(value, "millisecond", locale, decimals=1 if is_fine else 0)


def _under_a_minute(seconds: Decimal, locale: str, *, is_plain: bool) -> str:
    """Seconds to one decimal, or milliseconds; plain ones leave out a decimal that is zero."""
    size = seconds.copy_abs()
    if size and _rounded(size, 3) < 1:
        return milliseconds(PRECISE.multiply(seconds, _THOUSAND), locale)
    tenths = _rounded(size, 1)
    if tenths >= 60:
        return duration(Decimal(60).copy_sign(seconds), locale)
    is_whole = tenths == tenths.to_integral_value(ROUND_DOWN)
    return with_unit(seconds, "second", locale, decimals=0 if not size or (is_plain and is_whole) else 1)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    """A number of limited size to so many decimals, half to even, as numbers are shown."""
    if value.adjusted() > 30:
        return value
    return PRECISE.quantize(value, Decimal(1).scaleb(-decimals))
