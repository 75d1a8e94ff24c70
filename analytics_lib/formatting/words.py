"""The words that are ours and not Babel's, one entry a language; English stands in for the others.

A new language is one more entry of `LANGUAGES`; everything else comes from Babel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from analytics_lib.formatting.locales import NARROW_SPACE, NO_BREAK, reader_locale

Forms = Mapping[str, str]
"""Plural category of CLDR (one, few, other ...) -> pattern, {0} for the number."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What one language says: patterns whose braces are filled in by the formatters.

    `quarter` is the skeleton under which Babel keeps the usual way to write a quarter. `units` are
    forms of units that Babel has not, or has in a way that readers of tables stumble over.
    """

    all_time: str
    stretch: str
    week: str
    hours: str
    points: str
    with_ratio: str = "{0} ({1})"
    quarter: str = "yQQQ"
    units: Mapping[str, Forms] = field(default_factory=dict)


LANGUAGES = {
    "en": Words(
        all_time="all time",
        stretch="{months} months to {day}",
        week="week {week} of {year}",
        hours="{day}, {start} to {end}",
        points=f"{{0}}{NARROW_SPACE}pp",
        units={
            "person": {"one": "{0} person", "other": "{0} people"},
            # Babel has "hr" and "sec" beside "min": words that inflect in en_GB, where tables have symbols.
            "hour": {"other": "{0} h"},
            "minute": {"other": "{0} min"},
            "second": {"other": "{0} s"},
        },
    ),
    "de": Words(
        all_time="gesamter Zeitraum",
        stretch="{months} Monate bis {day}",
        week="KW {week} {year}",
        hours="{day}, {start} bis {end} Uhr",
        points=f"{{0}}{NARROW_SPACE}PP",
        units={"person": {"one": "{0} Person", "other": "{0} Personen"}},
    ),
    "es": Words(
        all_time="todo el período",
        stretch="{months} meses hasta el {day}",
        week="semana {week} de {year}",
        hours="{day}, de {start} a {end}",
        points=f"{{0}}{NO_BREAK}p.{NARROW_SPACE}p.",
        units={"person": {"one": "{0} persona", "many": "{0} de personas", "other": "{0} personas"}},
    ),
    "ja": Words(
        all_time="全期間",
        stretch="{day}までの{months}か月",
        week="{year}年第{week}週",
        hours="{day} {start}～{end}",
        points="{0}ポイント",
        with_ratio="{0}（{1}）",
        quarter="yQQQQ",
        units={"person": {"other": "{0} 人"}},
    ),
}


@lru_cache(maxsize=64)
def words(locale: str) -> Words:
    """Our words in the language of a locale. Raises `InputError` for a locale that is not known."""
    return LANGUAGES.get(reader_locale(locale).language, LANGUAGES["en"])
