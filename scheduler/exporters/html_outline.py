"""The outline of a page: one title, sections, headings without gaps, anchors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from analytics_lib.errors import RunError

_HEADING = re.compile(r"h([1-6])")


@dataclass(frozen=True)
class Part:
    """A piece of finished HTML; `kind` is prose, figure or tiles."""

    kind: str
    html: str


@dataclass
class Section:
    """What stands under one second-level heading; before the first, `title` is empty."""

    title: str = ""
    anchor: str = ""
    parts: list[Part] = field(default_factory=list)
    drawings: int = 0


def take_title(trees: list[Any], subtitle: str) -> str:
    """Take the first top heading out of the trees, and return its text (empty if there is none).

    The subtitle goes with it where the notebook repeats it below, because the page shows it already.
    """
    for tree in trees:
        for heading in tree.iter("h1"):
            title, below = words(heading), heading.getnext()
            if below is not None and below.tag == "p" and words(below) == subtitle:
                below.drop_tree()
            heading.drop_tree()
            return title
    return ""


def words(element: Any) -> str:
    """The text of an element on one line."""
    return " ".join(element.text_content().split())


class Headings:
    """Renumbers headings as they come, so that none is skipped and only the title is of level one.

    With `strict`, a skipped level raises RunError instead.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._open: list[int] = []
        self._anchors: set[str] = set()

    def settle(self, tree: Any) -> None:
        """Give every heading of a tree its level and an anchor."""
        for element in tree.iter():
            if isinstance(element.tag, str) and (match := _HEADING.fullmatch(element.tag)):
                element.tag = f"h{self._level(int(match[1]), words(element))}"
                element.set("id", self._anchor(words(element)))

    def _level(self, level: int, text: str) -> int:
        above = self._open[-1] if self._open else 1
        if self._strict and level > above + 1:
            raise RunError(f"The heading '{text}' skips a level: make it level {above + 1}, not {level}.")
        while self._open and self._open[-1] >= level:
            self._open.pop()
        self._open.append(level)
        return min(1 + len(self._open), 6)

    def _anchor(self, text: str) -> str:
        stem = re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "section"
        anchor, count = stem, 1
        while anchor in self._anchors:
            count += 1
            anchor = f"{stem}-{count}"
        self._anchors.add(anchor)
        return anchor
