"""What a notebook's metadata says of its report, in the words of every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FOOTER = (
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
