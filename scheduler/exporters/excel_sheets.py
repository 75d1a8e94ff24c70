"""The names of sheets: Excel takes 31 signs, no two alike, and some signs not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")
_ENDS = " ,.;:'"
_RESERVED = {"history"}


def sheet_names(titles: Sequence[str], taken: Sequence[str] = ()) -> list[str]:
    """A name for each title, in their order: its beginning, with a number where it would come twice.

    `taken` are names that are used already.
    """
    used = {name.casefold() for name in taken} | _RESERVED
    names = []
    for title in titles:
        plain = " ".join(_FORBIDDEN.sub(" ", title).split()).strip("'") or "Numbers"
        name, count = _shortened(plain, LONGEST), 1
        while name.casefold() in used:
            count += 1
            suffix = f" ({count})"
            name = f"{_shortened(plain, LONGEST - len(suffix))}{suffix}"
        used.add(name.casefold())
        names.append(name)
    return names


def _shortened(text: str, most: int) -> str:
    """The beginning of a text up to a space; `most` is counted as Excel does, in units of UTF-16."""
    if _length(text) <= most:
        return text
    while _length(text) > most - 1:
        text = text[:-1]
    words = text.rsplit(" ", 1)
    text = words[0] if len(words) == 2 and len(words[0]) > most // 2 else text
    return text.rstrip(_ENDS) + "…"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
