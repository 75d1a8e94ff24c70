"""What a notebook's metadata says of its report, in the words of every format and the reader's own clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from analytics_lib.errors import InputError
from analytics_lib.formatting import instant, reader_locale

_FOOTER = (
    ("Data as of", "data_as_of"),
    ("Run", "run_id"),
    ("Data version", "data_version"),
    ("Definitions", "definition_version"),
)
"""Label in the footer, and the key of the metadata that it shows."""


def subtitle_of(about: Mapping[str, Any]) -> str:
    """The subtitle that the runner stamped, else period and scope where they are words."""
    said = about.get("subtitle") or " · ".join(
        str(about[key]) for key in ("period", "scope") if isinstance(about.get(key), str)
    )
    return str(said)


def footer_of(about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Labels and texts of the footer; the instant in the locale and zone that the metadata names.

    `locale` is en where it is not named; `zone`, else that of `scope`, is UTC.
    """
    return [(label, _shown(key, about)) for label, key in _FOOTER if about.get(key)]


def locale_of(about: Mapping[str, Any]) -> str:
    """The locale that the metadata names; en where it names none, or what is none."""
    named = str(about.get("locale") or "en")
    try:
        reader_locale(named)
    except InputError:
        return "en"
    return named


def data_as_of(about: Mapping[str, Any]) -> datetime | None:
    """The instant up to which the report's data goes, with its zone; UTC where it names none."""
    try:
        moment = datetime.fromisoformat(re.sub(r"\s*UTC$", "+00:00", str(about.get("data_as_of")).strip()))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _shown(key: str, about: Mapping[str, Any]) -> str:
    moment = data_as_of(about) if key == "data_as_of" else None
    if moment is None or ":" not in str(about[key]):
        return str(about[key])
    try:
        utc = moment.astimezone(UTC).replace(tzinfo=None)
        return instant(utc, _zone(about), str(about.get("locale") or "en"))
    except (InputError, OverflowError):
        return str(about[key])  # a stranger's notebook may name what is no locale and no zone


def _zone(about: Mapping[str, Any]) -> str:
    scope = about.get("scope")
    of_scope = scope.get("zone") if isinstance(scope, Mapping) else None
    return str(about.get("zone") or of_scope or "UTC")
