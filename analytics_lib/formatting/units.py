"""Numbers with the name of what they count, in the plural form that the number as shown asks for."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Literal

from analytics_lib.formatting.locales import NO_BREAK, PRECISE, reader_locale
from analytics_lib.formatting.numbers import decimal
from analytics_lib.formatting.words import Forms, words

Length = Literal["long", "short"]

_LONG = {"day": "duration", "byte": "digital"}
"""Units that people write out: the short forms of German and Spanish days (Tg., d) puzzle readers."""

_SHORT = {
    # Short, because the long German form is Übernachtung, which is the stay and not its length.
    "night": "duration",
    "hour": "duration",
    "minute": "duration",
    "second": "duration",
    "millisecond": "duration",
    "kilobyte": "digital",
    "megabyte": "digital",
    "gigabyte": "digital",
    "terabyte": "digital",
    "petabyte": "digital",
}
_WORDS = {"day", "night", "person"}
"""Units that are words: a line may break before them."""

_LONGEST = 18
"""Digits of numbers whose plural form is worth knowing."""


def with_unit(value: Decimal, unit: str, locale: str, *, decimals: int = 0) -> str:
    """A number with its unit: day, night, person, hour ... second, millisecond, byte ... petabyte.

    The plural form is that of the number as it is shown: 1 night, but 1.0 nights.
    """
    forms, plural = _forms(unit, locale), "other"
    if value.adjusted() < _LONGEST:
        plural = reader_locale(locale).plural_form(PRECISE.quantize(value, Decimal(1).scaleb(-decimals)))
    return forms.get(plural, forms["other"]).format(decimal(value, locale, decimals=decimals))


@lru_cache(maxsize=512)
def _forms(unit: str, locale: str) -> Forms:
    ours = words(locale).units.get(unit)
    forms = ours if ours is not None else _babel_forms(unit, locale)
    return forms if unit in _WORDS else {name: form.replace(" ", NO_BREAK) for name, form in forms.items()}


def _babel_forms(unit: str, locale: str) -> Forms:
    """Babel's patterns of a unit, or its English ones where a language has none.

    They are read from its data because `format_unit` takes another word where a plural form is not
    listed apart, or a length is not: it has "1 kbyte" in German, "1 horas" in Spanish and "1 day" in
    Japanese. There, CLDR means the form `other`, and the short length.
    """
    name = f"{_LONG.get(unit) or _SHORT[unit]}-{unit}"
    lengths = ("long", "short") if unit in _LONG else ("short", "long")
    for chosen in (reader_locale(locale), reader_locale("en")):
        patterns = chosen._data["unit_patterns"].get(name, {})
        for length in lengths:
            forms = patterns.get(length) or {}
            if "other" in forms:
                return {plural: form for plural, form in forms.items() if plural != "per"}
    raise KeyError(name)
