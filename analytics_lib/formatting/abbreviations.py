"""Large numbers in three significant digits with the suffix of the locale: K, Mio., 万."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from analytics_lib.formatting.locales import PRECISE, reader_locale

Kind = Literal["count", "money"]


@dataclass(frozen=True)
class Abbreviated:
    """A number in units of its suffix, the decimals that make it three digits, and CLDR's pattern."""

    value: Decimal
    decimals: int
    pattern: str


@dataclass(frozen=True)
class _Suffix:
    """From 10 ** `at` on, numbers are written in units of 10 ** `unit`; without patterns, as they are."""

    at: int
    unit: int
    patterns: Mapping[str, str]


def abbreviated(value: Decimal, locale: str, kind: Kind = "count") -> Abbreviated | None:
    """The number in three significant digits, or None where the locale does not abbreviate it.

    Babel's own compact formats drop zeros at the end, so that 1.8M stands beside 1.44M, and ask for
    the decimals beforehand, which are known only once it is known that 999,999 becomes 1.00M.
    """
    suffix = next((suffix for suffix in _suffixes(locale, kind) if value.adjusted() >= suffix.at), None)
    if suffix is None or not suffix.patterns:
        return None
    inside = PRECISE.scaleb(value, Decimal(-suffix.unit))
    decimals = max(0, 2 - inside.adjusted())
    rounded = PRECISE.quantize(inside, Decimal(1).scaleb(-decimals))
    if rounded.adjusted() > inside.adjusted():
        return abbreviated(PRECISE.scaleb(rounded, Decimal(suffix.unit)), locale, kind)
    plural = reader_locale(locale).plural_form(rounded)
    return Abbreviated(rounded, decimals, suffix.patterns.get(plural, suffix.patterns["other"]))


@lru_cache(maxsize=128)
def _suffixes(locale: str, kind: Kind) -> tuple[_Suffix, ...]:
    """The suffixes of a locale, the greatest first."""
    chosen = reader_locale(locale)
    formats = (chosen.compact_decimal_formats if kind == "count" else chosen.compact_currency_formats)[
        "short"
    ]
    found = []
    for magnitude, pattern in formats["other"].items():
        at, zeros = len(magnitude) - 1, pattern.pattern.count("0")
        # The bare pattern "0" means that numbers of this size are not abbreviated.
        is_bare = pattern.pattern == "0"
        patterns = {
            plural: patterns[magnitude].pattern
            for plural, patterns in formats.items()
            if magnitude in patterns and not is_bare
        }
        found.append(_Suffix(at, at - (zeros - 1), patterns))
    return tuple(sorted(found, key=lambda suffix: -suffix.at))
