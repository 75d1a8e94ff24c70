"""The cells of a workbook: numbers in the format of their unit, days as dates, texts that stay texts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals

DAY = "yyyy-mm-dd"
DIGITS = 15
"""Excel keeps so many digits of a number, and silently replaces the rest by zeros."""

LONGEST_TEXT = 32_767

_PLAIN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERCENT = "0.0%"
_CHANGE_PERCENT = "+0.0%;-0.0%;0.0%"
_POINTS = '+0.0%"-points";-0.0%"-points";0.0%"-points"'
"""A change of a share: 0.006 is shown as +0.6%-points, for a percentage that was 10 % and is 10.6 %."""

_FORMATS = {
    "count": "#,##0",
    "share": _PERCENT,
    "days": "#,##0.0",
    "nights": "#,##0.0",
    "people": "#,##0.0",
    "ms": '#,##0" ms"',
    "seconds": '#,##0.0" s"',
    "score": "0.00",
    "ratio": "0.00",
    "bytes": "#,##0",
}


def number_format(field: str, unit: str) -> str:
    """The number format of a row's field: that of its unit, except where the field has one of its own."""
    if field == "n":
        return _FORMATS["count"]
    if field == "change_ratio":
        return _CHANGE_PERCENT
    if field == "change" and unit == "share":
        return _POINTS
    return _FORMATS.get(unit) or _money_format(unit)


def amount(value: Any) -> float | int | str | None:
    """A number as a workbook holds it; as text if Excel would round it, None where it is missing.

    A text that is no number stays the text it is.
    """
    if value is None or isinstance(value, bool | float):
        return value
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite() or is_too_long(exact):
        return str(value)
    return int(exact) if isinstance(value, int) else float(exact)


def is_too_long(exact: Decimal) -> bool:
    """Whether a number has more digits than Excel keeps."""
    return len(exact.normalize().as_tuple().digits) > DIGITS


def day_of(bucket: Any) -> date | None:
    """The day that a bucket's name is, or None: weeks, months and hours stay texts."""
    if not isinstance(bucket, str) or not _PLAIN_DAY.fullmatch(bucket):
        return None
    try:
        return date.fromisoformat(bucket)
    except ValueError:
        return None


def _money_format(unit: str) -> str:
    try:
        decimals = currency_decimals(unit)
    except InputError:
        return "General"
    return f'#,##0{"." + "0" * decimals if decimals else ""}" {unit}"'
