"""Which locale a reader has, and what counts as a number that is missing."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from analytics_lib.errors import InputError

MISSING = "–"
"""How a number that is missing is shown."""

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

Number = int | float | Decimal

PRECISE = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, DivisionByZero, Overflow])
"""Wide enough for every amount to stay exact; the ordinary context rounds at 28 digits."""


@lru_cache(maxsize=64)
def reader_locale(name: str) -> Locale:
    """The locale of that name (en, de_DE, ja ...). Raises `InputError`."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        raise InputError(f"The locale '{name}' is not known: write one such as en, de, es or ja.") from None


def exact(value: Number | None) -> Decimal | None:
    """The value as a decimal number, or None where it is missing: None, NaN, pandas' NA, an infinity."""
    # By its text, so that pandas need not be imported for one constant.
    if value is None or str(value) == "<NA>":
        return None
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return number if number.is_finite() else None
