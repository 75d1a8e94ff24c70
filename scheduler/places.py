"""Where a report lies: what it is about as the path of its files, and back again.

`<period>[-to-<as-of>]/<notebook>/<business-model>[.<partner>]...[.<currency>][.<zone>][.<locale>]`; the
last three only where they are not the database's or English.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath, PurePosixPath
from zoneinfo import available_timezones

from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals, reader_locale

USUAL_LOCALE = "en"

_TO = "-to-"
_KEPT = "failed"
"""What stands in the name of a notebook that is kept although its run ended badly."""

_ESCAPE = "~"
_ESCAPED = re.compile(r"(?:~[0-9a-f]{2})+")


@dataclass(frozen=True)
class Place:
    """What a report is about, in words; empty words and no business models mean the default and all.

    `until` is the local moment at which a period to date was looked at: 2026-10-15T1200.
    """

    period: str
    notebook: str
    business_models: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    currency: str = ""
    zone: str = ""
    locale: str = ""
    until: str = ""


def path_of(place: Place) -> PurePosixPath:
    """The path of a report's files below the folder of all reports, without the end of a format.

    A partner's sign that has no place in a file's name is written as its bytes (`~2f`), as is the first
    of a partner that would be read as something else.
    """
    period = f"{place.period}{_TO}{place.until}" if place.until else place.period
    words = [
        "+".join(place.business_models) or "all",
        *map(_partner_word, place.partners),
        place.currency,
        place.zone.replace("/", "-"),
        place.locale,
    ]
    return PurePosixPath(period, place.notebook, ".".join(filter(None, words)))


def place_of(path: PurePath) -> Place:
    """What the report at a path is about: the inverse of `path_of`.

    Takes any path of three parts; what is not written by `path_of` is read as partners.
    """
    period, notebook, words = path.parts
    named, _, until = period.partition(_TO)
    models, *rest = words.split(".")
    locale = _taken(rest, _is_locale)
    zone = _taken(rest, _zones().__contains__)
    currency = _taken(rest, _is_currency)
    return Place(
        period=named,
        notebook=notebook,
        business_models=() if models == "all" else tuple(models.split("+")),
        partners=tuple(_ESCAPED.sub(_unescaped, word) for word in rest),
        currency=currency,
        zone=_zones().get(zone, ""),
        locale=locale,
        until=until,
    )


def locale_word(locale: str) -> str:
    """A locale as places write it: pt_BR for pt-BR. Raises `InputError`."""
    return str(reader_locale(locale))


def _taken(words: list[str], is_one: Callable[[str], bool]) -> str:
    """The last of the words, taken out of them, if it is one of those."""
    return words.pop() if words and is_one(words[-1]) else ""


def _partner_word(partner: str) -> str:
    word = "".join(sign if sign.isalnum() or sign in "-_" else _escaped(sign) for sign in partner)
    if _is_locale(word) or _is_currency(word) or word in _zones() or word == _KEPT:
        return _escaped(word[0]) + word[1:]
    return word


def _escaped(sign: str) -> str:
    return "".join(f"{_ESCAPE}{byte:02x}" for byte in sign.encode())


def _unescaped(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace(_ESCAPE, "")).decode(errors="replace")


@cache
def _zones() -> dict[str, str]:
    return {zone.replace("/", "-"): zone for zone in available_timezones()}


@cache
def _is_locale(word: str) -> bool:
    try:
        return locale_word(word) == word
    except InputError:
        return False


@cache
def _is_currency(word: str) -> bool:
    try:
        currency_decimals(word)
    except InputError:
        return False
    return True
