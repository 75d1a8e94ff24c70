"""Sizes of files in bytes, in decimal units: a kilobyte is 1,000 bytes."""

from __future__ import annotations

from decimal import Decimal

from analytics_lib.formatting.locales import MISSING, PRECISE, Number, exact
from analytics_lib.formatting.units import with_unit

_UNITS = ("byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte")

_LONGEST = 18
"""Digits of a number of petabytes that nobody reads to the last."""


def file_size(size: Number | None, locale: str = "en") -> str:
    """A number of bytes in three significant digits: 532 bytes, 1.24 MB, 12.4 GB."""
    value = exact(size)
    if value is None:
        return MISSING
    place = min(max(value.adjusted() // 3, 0), len(_UNITS) - 1) if value else 0
    inside = PRECISE.scaleb(value, Decimal(-3 * place))
    decimals = max(0, 2 - inside.adjusted()) if place else 0
    if inside.adjusted() < _LONGEST:
        rounded = PRECISE.quantize(inside, Decimal(1).scaleb(-decimals))
        if rounded.adjusted() > inside.adjusted():
            # 999,999 bytes are 1.00 MB and not 1000 kB, 9,999 are 10.0 kB and not 10.00 kB.
            return file_size(PRECISE.scaleb(rounded, Decimal(3 * place)), locale)
    return with_unit(inside, _UNITS[place], locale, decimals=decimals)
