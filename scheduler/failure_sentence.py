"""What is told of a failure: one line that can be printed, holds no secret and is not too long."""

from __future__ import annotations

import re

from scheduler.redaction import Redactor

LONGEST = 300
"""Characters: a cell may raise a whole table, and what is told of it stays in the ledger for ever."""

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\x9d]*(?:\x07|\x1b\\|\x9c)"
)
"""What colours the text of a terminal or moves its cursor, and what names its window."""


def failure_sentence(text: str, hides: Redactor) -> str:
    """The failure as one line of at most `LONGEST` characters, and its full stop; empty if there is none."""
    line = failure_line(text, hides)
    return line if line.endswith((".", "…")) or not line else f"{line}."


def failure_line(text: str, hides: Redactor) -> str:
    """The text as one line of at most `LONGEST` characters that can be printed and holds no secret."""
    # A secret may be spread over lines, or coloured; and of one that is cut, half would be left.
    return _cut(hides.text(_printable(hides.text(text))))


def _printable(text: str) -> str:
    letters = (" " if letter.isspace() else letter for letter in _ESCAPES.sub("", text))
    return " ".join("".join(letter for letter in letters if letter.isprintable()).split())


def _cut(line: str) -> str:
    """The beginning of a line that is too long, up to the end of a word unless that word is very long."""
    if len(line) <= LONGEST:
        return line
    end = line.rfind(" ", LONGEST // 2, LONGEST)
    return f"{line[: end if end > 0 else LONGEST - 1]}…"
