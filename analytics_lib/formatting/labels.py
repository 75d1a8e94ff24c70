"""The values of dimensions as people read them."""

from __future__ import annotations

import re

from babel.dates import get_day_names, get_month_names

from analytics_lib.formatting.locales import reader_locale
from analytics_lib.scope import BusinessModel

_MODELS = frozenset(model.value for model in BusinessModel)

_CODES = frozenset(
    {
        *("channel", "from_channel", "device", "partner_kind", "product_kind", "leg", "segment", "arm"),
        *("method", "failed_stage", "decline_reason", "refund_reason", "dispute_outcome", "cost_kind"),
        *("agent", "intent", "status", "service", "lifecycle_state", "from_state"),
    }
)
"""Dimensions whose values are words of ours or of a source, joined by underscores."""

_PARTNERS = frozenset({"partner", "partner_name", "partner_kind"})
"""Dimensions that a direct sale has no value of."""

_INITIALS = frozenset({"api", "sms", "vip"})
_WEEKDAYS = range(1, 8)


def group_label(value: object, dimension: str, locale: str = "en") -> str:
    """A dimension's value as people read it.

    Models and abbreviations in capitals, bands without their rank, codes in words, months and weekdays by
    their names in the reader's language.
    """
    text = str(value)
    if dimension in _PARTNERS and text == "unknown":
        return "no partner"
    if text in _MODELS:
        return text.upper()
    if dimension in _CODES:
        return text.upper() if text in _INITIALS else text.replace("_", " ")
    if dimension == "month_of_year" and text.isdigit():
        return str(get_month_names("abbreviated", "stand-alone", reader_locale(locale))[int(text)])
    if dimension == "weekday" and text.isdigit() and int(text) in _WEEKDAYS:
        return str(get_day_names("abbreviated", "stand-alone", reader_locale(locale))[int(text) - 1])
    return text.partition(" ")[2] or text if dimension.endswith("_band") and text[:1].isdigit() else text


def spoken(dimension: str) -> str:
    """A dimension's name as people say it: product_name is product, month_of_year is month."""
    return re.sub("_(name|of_year|of_day)$", "", dimension).replace("_", " ")


def lowered(title: str) -> str:
    """A title as it stands inside a sentence; an abbreviation, as in "AI queries", stays as it is."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
