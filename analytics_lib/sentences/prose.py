"""Markdown as notebooks display it, and words that several sentences need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Prose:
    """Markdown that notebooks display."""

    markdown: str

    def _repr_markdown_(self) -> str:
        # Two amounts in dollars would otherwise have an equation between them in JupyterLab.
        return self.markdown.replace("$", "\\$")

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(self.markdown)

    def __str__(self) -> str:
        return self.markdown


def words_of(row: Row, frame: pd.DataFrame) -> Mapping[str, Any]:
    """What the metric of a row says of itself."""
    words: Mapping[str, Any] = frame.attrs["metrics"][row["metric"]]
    return words


def capital(text: str) -> str:
    """A text as a sentence begins."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Text as Markdown that shows it letter by letter."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#" else sign for sign in text)


def listed(parts: list[str]) -> str:
    """A list as a sentence has it: a, b and c."""
    return " and ".join(([", ".join(parts[:-1])] if parts[:-1] else []) + parts[-1:])
