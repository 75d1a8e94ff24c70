"""Counts, decimals and percentages; and `written`, through which every number becomes text."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from functools import lru_cache

from babel.numbers import NumberPattern, format_decimal, parse_pattern

from analytics_lib.formatting.abbreviations import Abbreviated, abbreviated
from analytics_lib.formatting.locales import MINUS, MISSING, PRECISE, Number, exact, reader_locale

EXACT_BELOW = 10_000
"""Numbers below this are short enough to be shown as they are, also where numbers are abbreviated."""

_LONGEST = 33
"""Digits before the point from which on a power of ten is written."""

_UNGROUPED = {"es", "es_ES"}
"""Spanish of Spain writes 1234 and 12.345 (CLDR: two digits before the first group); Babel does not."""


def count(value: Number | None, locale: str = "en") -> str:
    """A whole number with the locale's thousands separators."""
    return decimal(value, locale, decimals=0)


def decimal(value: Number | None, locale: str = "en", *, decimals: int = 1) -> str:
    """A number with a fixed number of decimals."""
    number = exact(value)
    return MISSING if number is None else written(number, decimal_pattern(locale, decimals), locale)


def percent(value: Number | None, locale: str = "en", *, decimals: int = 1) -> str:
    """A fraction as a percentage: 0.3704 is 37.0 %."""
    number = exact(value)
    return MISSING if number is None else written(number, _percent_pattern(locale, decimals), locale)


def compact(value: Number | None, locale: str = "en") -> str:
    """A count in three significant digits (1.24M, 1.80M), or whole where it is small.

    It is whole, too, where the locale does not abbreviate thousands (German 12.345), and never
    rounded within its whole digits, of which Japanese has up to four (1235万).
    """
    number = exact(value)
    if number is None:
        return MISSING
    short = None if is_short(number) else abbreviated(number, locale)
    return count(number, locale) if short is None else written_short(short, locale)


def is_short(value: Decimal) -> bool:
    """Whether a number is shown as it is, also where numbers are abbreviated; and so are endless ones."""
    return value.copy_abs() < EXACT_BELOW or value.adjusted() >= _LONGEST


def written_short(short: Abbreviated, locale: str, currency: str | None = None) -> str:
    """An abbreviated number with its suffix, of a currency if one is given."""
    pattern = re.sub("0+", _zeros("#,##0", short.decimals), short.pattern)
    is_grouped = short.value.copy_abs() >= EXACT_BELOW
    return written(short.value, pattern, locale, currency=currency, is_grouped=is_grouped)


def written(
    value: Decimal, pattern: str, locale: str, *, currency: str | None = None, is_grouped: bool = True
) -> str:
    """A finite number in a pattern of CLDR, which says how many decimals: half goes to even.

    Any finite number can be written: one of more than 33 digits becomes a power of ten (1.23E40).
    """
    parsed, chosen = parsed_pattern(pattern), reader_locale(locale)
    with localcontext(PRECISE):
        if value and value.adjusted() + parsed.scale >= _LONGEST:
            return _written_as_power(value, pattern, locale, currency)
        shown = value.scaleb(parsed.scale).quantize(Decimal(1).scaleb(-parsed.frac_prec[0]))
        is_grouped = is_grouped and not (shown.copy_abs() < EXACT_BELOW and str(chosen) in _UNGROUPED)
        text: str = parsed.apply(
            # Without the sign of a negative number that rounds to nothing.
            shown.scaleb(-parsed.scale) if shown else Decimal(0),
            chosen,
            currency=currency,
            currency_digits=False,
            group_separator=is_grouped,
        )
    return text.replace("-", MINUS)


def with_decimals(pattern: str, decimals: int) -> str:
    """A pattern of CLDR with that many decimals: #,##0.### with two is #,##0.00."""
    return re.sub(r"0(?:\.[0#]+)?", _zeros("0", decimals), pattern)


@lru_cache(maxsize=512)
def decimal_pattern(locale: str, decimals: int) -> str:
    """The pattern of a locale's plain numbers."""
    return with_decimals(reader_locale(locale).decimal_formats[None].pattern, decimals)


@lru_cache(maxsize=512)
def parsed_pattern(pattern: str) -> NumberPattern:
    """A pattern of CLDR, parsed once."""
    return parse_pattern(pattern)


@lru_cache(maxsize=512)
def _percent_pattern(locale: str, decimals: int) -> str:
    return with_decimals(reader_locale(locale).percent_formats[None].pattern, decimals)


def _written_as_power(value: Decimal, pattern: str, locale: str, currency: str | None) -> str:
    """The number as a power of ten in the place where the pattern has its digits."""
    exponent = value.adjusted() + parsed_pattern(pattern).scale
    factor = value.copy_abs().scaleb(-value.adjusted()).quantize(Decimal("0.01"))
    if factor == 10:
        factor, exponent = Decimal(1), exponent + 1
    power = f"{format_decimal(factor, format='0.00', locale=reader_locale(locale))}E{exponent}"
    one = Decimal(1).scaleb(-parsed_pattern(pattern).scale).copy_sign(value)
    return written(one, with_decimals(pattern, 0), locale, currency=currency).replace("1", power)


def _zeros(whole: str, decimals: int) -> str:
    return f"{whole}.{'0' * decimals}" if decimals else whole
