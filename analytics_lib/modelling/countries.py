"""The country in whose time a zone is."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


def country_of(zone: str) -> str | None:
    """The ISO 3166 code of the country that an IANA zone was made for, None for UTC and its like.

    Source: zone.tab of the time zone database, which names one country for each zone.
    """
    return _countries().get(zone)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    text = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
