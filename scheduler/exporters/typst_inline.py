"""Runs of inline nodes: tidied of white space, and read as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scheduler.exporters.typst_manuscript import Inline

_SPACE = re.compile(r"[ \t\r\n\f]+")


def trimmed(run: Sequence[Inline]) -> list[Inline]:
    """The run without empty text and without white space or breaks at its ends; one space where many met."""
    parts: list[Inline] = []
    for part in run:
        if isinstance(part, str):
            before = parts[-1] if parts else None
            if isinstance(before, str):
                parts.pop()
                part = before + part
            part = _SPACE.sub(" ", part)
            if not parts or parts[-1] == {"is": "newline"}:
                part = part.lstrip(" ")
        elif part == {"is": "newline"} and parts and isinstance(parts[-1], str):
            parts[-1] = parts[-1].rstrip(" ")
        if part:
            parts.append(part)
    while parts and (
        parts[-1] == {"is": "newline"} or (isinstance(parts[-1], str) and not parts[-1].strip(" "))
    ):
        parts.pop()
    while parts and parts[0] == {"is": "newline"}:
        parts.pop(0)
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip(" ")
    return parts


def plain_words(run: Sequence[Inline]) -> str:
    """The text of a run, a line end where it breaks."""
    parts: list[str] = []
    for part in run:
        if isinstance(part, str):
            parts.append(part)
        elif part["is"] == "newline":
            parts.append("\n")
        elif "body" in part and isinstance(part["body"], list):
            parts.append(plain_words(part["body"]))
        else:
            parts.append(str(part.get("text") or part.get("source") or ""))
    return "".join(parts)
