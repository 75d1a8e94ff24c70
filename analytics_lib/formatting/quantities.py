"""A number in its metric's unit, and how much it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from analytics_lib.formatting.currencies import compact_money, money
from analytics_lib.formatting.durations import milliseconds, readable
from analytics_lib.formatting.locales import MINUS, MISSING, PRECISE, Number, exact
from analytics_lib.formatting.numbers import compact, count, decimal, percent
from analytics_lib.formatting.sizes import file_size
from analytics_lib.formatting.units import with_unit
from analytics_lib.formatting.words import words

_LEAST = 0.0005
_NAMED_UNITS = {"days": "day", "nights": "night", "people": "person"}


def quantity(value: Number | None, unit: str, locale: str = "en", *, is_compact: bool = False) -> str:
    """A number in a metric's unit.

    Units: count; share (a fraction); days, nights, people; ms and seconds; score (a rating of 1 to
    5, an Apdex) and ratio (so many to one); bytes; or the code of a currency, for an amount in major
    units. `is_compact` abbreviates counts and amounts, and leaves out the name of people that were
    counted. Raises `InputError` for any other unit.
    """
    number = exact(value)
    if number is None:
        return MISSING
    if unit == "count":
        return compact(number, locale) if is_compact else count(number, locale)
    if unit == "people" and is_compact and _is_whole(number):
        return compact(number, locale)
    if unit in _NAMED_UNITS:
        return with_unit(number, _NAMED_UNITS[unit], locale, decimals=0 if _is_whole(number) else 1)
    if unit in _WRITERS:
        return _WRITERS[unit](number, locale)
    return compact_money(number, unit, locale) if is_compact else money(number, unit, locale)


def change(
    absolute: Number | None,
    ratio: Number | None,
    unit: str,
    locale: str = "en",
    *,
    is_compact: bool = False,
) -> str:
    """A signed change, absolute and relative together; shares change in percentage points (pp).

    `absolute` is in the metric's unit, `ratio` a fraction of what it was. The sign is that of the
    exact number, so that a rise too small for the decimals shown still has its plus; no change has none.
    """
    step = exact(absolute)
    if step is None:
        return MISSING
    if unit == "share":
        return _signed(words(locale).points.format(_points(step, locale)), step)
    text = _signed(_step(step.copy_abs(), unit, locale, is_compact=is_compact), step)
    relative = exact(ratio)
    if relative is None:
        return text
    return words(locale).with_ratio.format(text, _signed(percent(relative.copy_abs(), locale), relative))


def hardly_moved(step: Number, unit: str) -> bool:
    """Whether a share moved by less than a tenth of a point can show."""
    return unit == "share" and abs(float(step)) < _LEAST


def _points(step: Decimal, locale: str) -> str:
    """The size of a change of a share, in points."""
    points = PRECISE.scaleb(step.copy_abs(), Decimal(2))
    return decimal(points, locale, decimals=2 if 0 < points <= Decimal("0.05") else 1)


def _step(size: Decimal, unit: str, locale: str, *, is_compact: bool) -> str:
    """The size of a change in its unit, with one decimal more where it would look like nothing."""
    if unit in _NAMED_UNITS and 0 < size <= Decimal("0.05"):
        return with_unit(size, _NAMED_UNITS[unit], locale, decimals=2)
    if unit in ("score", "ratio") and 0 < size <= Decimal("0.005"):
        return decimal(size, locale, decimals=3)
    return quantity(size, unit, locale, is_compact=is_compact)


def _is_whole(value: Decimal) -> bool:
    """Days, nights and people are counted, and then they are whole, or they are averages."""
    return value == PRECISE.to_integral_value(value)


def _score(value: Decimal, locale: str) -> str:
    return decimal(value, locale, decimals=2)


def _ratio(value: Decimal, locale: str) -> str:
    """Two decimals below ten as shown, one from there on."""
    return decimal(value, locale, decimals=2 if value.copy_abs() < Decimal("9.995") else 1)


def _signed(text: str, value: Decimal) -> str:
    return text if not value else (MINUS if value < 0 else "+") + text


_WRITERS: Mapping[str, Callable[[Decimal, str], str]] = {
    "share": percent,
    "ms": milliseconds,
    "seconds": readable,
    "score": _score,
    "ratio": _ratio,
    "bytes": file_size,
}
