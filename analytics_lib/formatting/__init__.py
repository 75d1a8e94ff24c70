"""Numbers, money, dates, durations, sizes and colours as a reader of a given locale has them (by Babel).

Formatting is the last step; nothing reads these texts back. A number that is missing (None, NaN,
pandas' NA, an infinity) is an en dash. Minus signs are true ones, and what rounds to zero has none.
"""

from __future__ import annotations

from analytics_lib.formatting.currencies import (
    compact_money,
    currency_code,
    currency_decimals,
    currency_symbol,
    money,
)
from analytics_lib.formatting.dates import date_text, instant, period_title, preposition
from analytics_lib.formatting.durations import duration
from analytics_lib.formatting.labels import group_label, lowered, spoken
from analytics_lib.formatting.locales import MISSING, NARROW_SPACE, Number, reader_locale
from analytics_lib.formatting.numbers import compact, count, decimal, percent
from analytics_lib.formatting.palettes import page_colours, palette, status_colour
from analytics_lib.formatting.quantities import change, hardly_moved, quantity
from analytics_lib.formatting.scopes import compared_name, period_name, whom
from analytics_lib.formatting.sizes import file_size
from analytics_lib.formatting.texts import texts

__all__ = [
    "MISSING",
    "NARROW_SPACE",
    "Number",
    "change",
    "compact",
    "compact_money",
    "compared_name",
    "count",
    "currency_code",
    "currency_decimals",
    "currency_symbol",
    "date_text",
    "decimal",
    "duration",
    "file_size",
    "group_label",
    "hardly_moved",
    "instant",
    "lowered",
    "money",
    "page_colours",
    "palette",
    "percent",
    "period_name",
    "period_title",
    "preposition",
    "quantity",
    "reader_locale",
    "spoken",
    "status_colour",
    "texts",
    "whom",
]
