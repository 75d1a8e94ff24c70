"""The sentences that reports say, in the reader's language where somebody has translated them.

say = texts(locale)
say("{title} rose by {by}").format(title=..., by=...)

English is the text itself. Other languages are gettext catalogues in `analytics_lib/translations`, whose
README says how to add one. Placeholders are named, so that a language may put them in its own order.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from analytics_lib.formatting.locales import reader_locale

DOMAIN = "analytics"
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


@lru_cache(maxsize=64)
def texts(locale: str, folder: Path = TRANSLATIONS) -> Callable[[str], str]:
    """What turns an English text into the language of a locale; without a translation the text stays.

    The most exact catalogue of `folder` wins, text by text: pt_BR, then pt, then English. Raises
    `InputError` for a locale that is not known.
    """
    chosen = reader_locale(locale)
    names = dict.fromkeys((str(chosen), chosen.language))
    return gettext.translation(DOMAIN, localedir=folder, languages=list(names), fallback=True).gettext
