"""Numbers, money, shares, days and instants as a reader of a given locale writes them (by Babel).

Formatting is the last step; nothing reads these texts back. A missing number is an en dash. Signs
are true minus signs.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
    is_currency,
)

from analytics_lib.errors import InputError
from analytics_lib.local_time import TimeFrame, to_local
from analytics_lib.period import Period
from analytics_lib.scope import BusinessModel

MISSING = "–"
"""How a number that is missing is shown."""

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"

Number = int | float | Decimal

_MODELS = frozenset(model.value for model in BusinessModel)

_CODES = ("channel", "device", "partner_kind", "product_kind")
"""Dimensions whose values are words of ours or of a source, joined by underscores."""

_NAMED_UNITS = {"days": ("day", "days"), "nights": ("night", "nights"), "people": ("person", "people")}


@lru_cache(maxsize=64)
def reader_locale(name: str) -> Locale:
    """The locale of that name (en, de_DE, ja ...). Raises `InputError`."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        raise InputError(f"The locale '{name}' is not known: write one such as en, de, es or ja.") from None


@lru_cache(maxsize=256)
def currency_decimals(currency: str) -> int:
    """Decimals of a currency's minor unit: EUR 2, JPY 0, KWD 3. Raises `InputError`."""
    if not is_currency(currency):
        raise InputError(f"The currency '{currency}' is not an ISO 4217 code: write one such as EUR or JPY.")
    return int(get_currency_precision(currency))


def count(value: Number | None, locale: str = "en") -> str:
    """A whole number with the locale's thousands separators."""
    if value is None:
        return MISSING
    return _minus(format_decimal(value, format="#,##0", locale=reader_locale(locale)))


def decimal(value: Number | None, locale: str = "en", *, decimals: int = 1) -> str:
    """A number with a fixed number of decimals."""
    if value is None:
        return MISSING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _minus(format_decimal(value, format=pattern, locale=reader_locale(locale)))


def compact(value: Number | None, locale: str = "en") -> str:
    """A count in at most three significant digits: 1.24M."""
    if value is None:
        return MISSING
    if abs(float(value)) < 10_000:
        return count(value, locale)
    rounded = _carried(value)
    digits = _digits_after(rounded)
    return _minus(format_compact_decimal(rounded, locale=reader_locale(locale), fraction_digits=digits))


def money(value: Number | None, currency: str, locale: str = "en") -> str:
    """An amount in major units with its currency, to the minor unit."""
    if value is None:
        return MISSING
    return _minus(format_currency(value, currency, locale=reader_locale(locale)))


def compact_money(value: Number | None, currency: str, locale: str = "en") -> str:
    """An amount in at most three significant digits, or whole where it is small: €1.24M."""
    if value is None:
        return MISSING
    if abs(float(value)) < 10_000:
        return money(value, currency, locale)
    rounded = _carried(value)
    digits = _digits_after(rounded)
    return _minus(
        format_compact_currency(rounded, currency, locale=reader_locale(locale), fraction_digits=digits)
    )


def percent(value: Number | None, locale: str = "en", *, decimals: int = 1) -> str:
    """A fraction as a percentage: 0.3704 is 37.0 %."""
    if value is None:
        return MISSING
    pattern = reader_locale(locale).percent_formats[None].pattern
    fine = pattern.replace("#,##0", "#,##0." + "0" * decimals) if decimals else pattern
    return _minus(format_percent(value, format=fine, locale=reader_locale(locale)))


def quantity(value: Number | None, unit: str, locale: str = "en", *, is_compact: bool = False) -> str:
    """A number in a metric's unit: count, share, days, nights, people or a currency code."""
    if value is None:
        return MISSING
    if unit == "count":
        return compact(value, locale) if is_compact else count(value, locale)
    if unit == "share":
        return percent(value, locale)
    if unit in _NAMED_UNITS:
        one, many = _NAMED_UNITS[unit]
        whole = float(value).is_integer() and unit == "days"
        return f"{decimal(value, locale, decimals=0 if whole else 1)} {one if value == 1 else many}"
    return compact_money(value, unit, locale) if is_compact else money(value, unit, locale)


def change(
    absolute: Number | None, ratio: float | None, unit: str, locale: str = "en", *, is_compact: bool = False
) -> str:
    """A signed change, absolute and relative together; shares change in percentage points (pp)."""
    if absolute is None:
        return MISSING
    if unit == "share":
        points = float(absolute) * 100
        text = decimal(points, locale, decimals=2 if 0 < abs(points) < 0.05 else 1)
        return f"{_signed(text)}{NARROW_SPACE}pp"
    text = _signed(quantity(absolute, unit, locale, is_compact=is_compact))
    if unit in _NAMED_UNITS and absolute and abs(float(absolute)) < 0.05:
        text = f"{_signed(decimal(absolute, locale, decimals=2))} {_NAMED_UNITS[unit][1]}"
    return text if ratio is None else f"{text} ({_signed(percent(ratio, locale))})"


def group_label(value: object, dimension: str) -> str:
    """A dimension's value as people read it: models in capitals, bands without rank, codes in words."""
    text = str(value)
    if text in _MODELS:
        return text.upper()
    if dimension in _CODES:
        return text.replace("_", " ")
    return text.partition(" ")[2] or text if dimension.endswith("_band") and text[:1].isdigit() else text


def currency_symbol(currency: str, locale: str = "en") -> str:
    """What a currency is abbreviated to."""
    return str(get_currency_symbol(currency, locale=reader_locale(locale)))


def period_title(period: Period, locale: str = "en") -> str:
    """A period as a heading names it: October 2026, week 43 of 2026, 25 October 2026."""
    chosen, start = reader_locale(locale), period.local_start
    match period.time_frame:
        case TimeFrame.HOUR:
            return f"{format_date(start, 'long', chosen)}, {start:%H:%M} to {period.local_end:%H:%M}"
        case TimeFrame.DAY:
            return format_date(start, "full", chosen)
        case TimeFrame.WEEK:
            year, week, _ = start.isocalendar()
            return f"week {week} of {year}"
        case TimeFrame.MONTH:
            return format_date(start, "LLLL y", chosen)
        case TimeFrame.QUARTER:
            return period.name.replace("-", " ").split()[1] + f" {start.year}"
        case TimeFrame.YEAR:
            return str(start.year)
        case _:
            return "all time"


def preposition(period: Period) -> str:
    """The word that puts something into a period: on a day, in a month, over all time."""
    match period.time_frame:
        case TimeFrame.HOUR | TimeFrame.DAY:
            return "on"
        case None:
            return "over"
        case _:
            return "in"


def instant(value: datetime, zone: str, locale: str = "en") -> str:
    """A UTC instant as wall clock of a zone to the minute, with the zone's name."""
    local = to_local(value, zone)
    return f"{format_date(local, 'medium', reader_locale(locale))}, {local:%H:%M} ({zone})"


def _carried(value: Number) -> Number:
    """The value, unless three digits round it up to the next thousand: 999,999 is 1M and not 1000K."""
    exact = Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 2))
    return rounded if rounded.adjusted() > exact.adjusted() and rounded.adjusted() % 3 == 0 else value


def _digits_after(value: Number) -> int:
    """How many decimals leave three significant digits once thousands are abbreviated."""
    leading = len(str(abs(int(value))))
    return (3 - leading % 3) % 3 if leading > 3 else 0


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _signed(text: str) -> str:
    return text if text.startswith("\N{MINUS SIGN}") else f"+{text}"
