"""The numbers of an executed notebook: what its tiles, charts and tables carry for programs to read.

Each output of ours bears the answer that it shows, in the wire format: rates as fractions, money as
decimal texts in major units, missing values null with a reason. Charts by others carry only what they
draw, which is not taken for numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scheduler.exporters.html_blocks import Chart, Prose, Table, Tiles, read_blocks
from scheduler.exporters.html_outline import Headings, take_title, words
from scheduler.exporters.report_words import footer_of, locale_of, subtitle_of

ABOUT = ("period", "scope", "data_as_of", "run_id", "data_version", "definition_version")
"""What the metadata says of a report, beside title and subtitle."""

FORECAST = ("lower_80", "upper_80")
AMOUNTS = ("value", "previous", "change", "change_ratio", *FORECAST, "n")
"""The fields of a row that are numbers; all others are texts."""

_FIELDS = {"metric", "unit", "bucket", "quality", "reason", *AMOUNTS}


@dataclass(frozen=True)
class Answer:
    """One output: the section in which it stands (empty before the first), what it is, and its numbers."""

    section: str
    kind: str
    title: str
    numbers: Mapping[str, Any]

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        return list(self.numbers["rows"])

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions by which the rows are cut, without names that a field of every row bears."""
        said = self.numbers.get("dimensions")
        named = [str(name) for name in said] if isinstance(said, list) else []
        return tuple(name for name in dict.fromkeys(named) if name not in _FIELDS)

    def metric_title(self, row: Mapping[str, Any]) -> str:
        """The title of the row's metric, or its name where the answer does not say."""
        name = str(row.get("metric") or "")
        metrics = self.numbers.get("metrics")
        said = metrics.get(name) if isinstance(metrics, Mapping) else None
        return str(said.get("title") or name) if isinstance(said, Mapping) else name


@dataclass(frozen=True)
class Numbers:
    """What a report holds for programs: `about` (title, subtitle and `ABOUT`) and its answers in order.

    `footer` is what stands under the page, as labels and texts; `locale` is the reader's.
    """

    about: Mapping[str, Any]
    answers: tuple[Answer, ...]
    footer: tuple[tuple[str, str], ...]
    locale: str


def read_numbers(notebook: Any, name: str) -> Numbers:
    """The numbers of an executed notebook; `name` is its title if it has no heading.

    Sections are those of the page: what stands below a second-level heading.
    """
    about = dict(notebook.metadata.get("analytics") or {})
    blocks = read_blocks(notebook)
    subtitle = subtitle_of(about)
    headline = take_title([block.tree for block in blocks if isinstance(block, Prose)], subtitle)
    headings = Headings()
    section = ""
    answers: list[Answer] = []
    for block in blocks:
        if isinstance(block, Prose):
            headings.settle(block.tree)
            section = next((words(heading) for heading in reversed(list(block.tree.iter("h2")))), section)
        answers.extend(_answer(block, section))
    title = headline or str(about.get("title") or name)
    told = {"title": title, "subtitle": subtitle, **{key: about.get(key) for key in ABOUT}}
    plain = {key: _plain(value) for key, value in told.items()}
    return Numbers(plain, tuple(answers), tuple(footer_of(about)), locale_of(about))


def _answer(block: object, section: str) -> Iterator[Answer]:
    match block:
        case Tiles(numbers=numbers):
            kind, title = "tiles", ""
        case Chart(spec=spec):
            said = _inner(_inner(spec, "usermeta"), "analytics")
            kind, title, numbers = "chart", str(said.get("title") or ""), said.get("numbers")
        case Table(said=dict() as said):
            kind, title, numbers = "table", str(said.get("caption") or ""), said.get("numbers")
        case _:
            return
    if _is_answer(numbers):
        numbers = _plain(numbers)
        yield Answer(section, kind, str(numbers.get("title") or title or section or kind), numbers)


def _inner(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _is_answer(numbers: Any) -> bool:
    """Whether these are rows of the wire format; a notebook by others may hold anything there."""
    rows = numbers.get("rows") if isinstance(numbers, Mapping) else None
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, Mapping) for row in rows)


def _plain(value: Any) -> Any:
    """The value in plain lists and dicts, null for a number that JSON does not have."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
