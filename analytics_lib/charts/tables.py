"""A table of numbers: groups or buckets down, metrics across, each in its own unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.figure import is_without_groups, why_missing
from analytics_lib.charts.numbers import numbers_of
from analytics_lib.formatting import group_label, spoken, texts
from analytics_lib.frame_rows import frame_rows

TABLE_MIME = "application/vnd.analytics.table+json"


@dataclass(frozen=True)
class NumberTable:
    """A formatted table that notebooks display; exporters read its HTML."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int
    """How many columns at the left hold words; the others hold numbers."""
    numbers: Mapping[str, Any]
    """The rows behind it, for exporters: see `charts.numbers`."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            TABLE_MIME: {
                "caption": self.caption,
                "columns": list(self.columns),
                "rows": [list(row) for row in self.rows],
                "words": self.words,
                "numbers": dict(self.numbers),
            },
            "text/html": self._repr_html_(),
            "text/plain": str(self),
        }

    def _repr_html_(self) -> str:
        heads = "".join(
            f'<th scope="col"{"" if place < self.words else " class=num"}>{escape(name)}</th>'
            for place, name in enumerate(self.columns)
        )
        body = "".join(f"<tr>{self._row(row)}</tr>" for row in self.rows)
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        return f'<table class="numbers">{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'

    def __str__(self) -> str:
        return "\n".join("\t".join(row) for row in (self.columns, *self.rows))

    def _row(self, row: Sequence[str]) -> str:
        cells = []
        for place, text in enumerate(row):
            kind = 'th scope="row"' if place == 0 else "td" if place < self.words else "td class=num"
            cells.append(f"<{kind}>{escape(text)}</{kind.split(maxsplit=1)[0]}>")
        return "".join(cells)


def table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    sort_by: str | None = None,
    most: int | None = None,
    locale: str = "en",
    title: str | None = None,
) -> NumberTable:
    """Metrics across, the groups (and buckets) of the answer down.

    `sort_by` puts the groups with the most of that metric first; `most` keeps only the first so many
    and says so in the caption. `title` names the numbers for exporters, else the caption does.
    """
    say = texts(locale)
    keys = [*frame.attrs["dimensions"], *(["bucket"] if "bucket" in frame else [])]
    names = list(frame.attrs["metrics"])
    titles = [frame.attrs["metrics"][name]["title"] for name in names]
    numbers = numbers_of(frame, title=title or caption or ", ".join(titles))
    if keys and is_without_groups(frame):
        caption = f"{caption}: {why_missing(frame, locale)}".strip(": ")
        frame = frame.head(0)
    elif frame.loc[frame["value"].notna(), "quality"].ne("ok").any() and "bucket" not in frame:
        caption = f"{caption} ({say('incomplete data')})".strip()
    places: dict[tuple[Any, ...], dict[str, dict[Any, Any]]] = {}
    for row in frame_rows(frame):
        places.setdefault(tuple(row[key] for key in keys), {})[row["metric"]] = row
    ordered = list(places.items())
    if sort_by is not None:
        ordered.sort(key=lambda place: _size(place[1][sort_by]["value"]), reverse=True)
    if most is not None and len(ordered) > most:
        cut = say("(the first {shown} of {count})").format(shown=most, count=len(ordered))
        caption = f"{caption} {cut}".strip()
        ordered = ordered[:most]
    rows = tuple(
        (
            *(group_label(value, key) for key, value in zip(keys, place, strict=True)),
            *(formatting.quantity(cells[name]["value"], cells[name]["unit"], locale) for name in names),
        )
        for place, cells in ordered
    )
    heads = [spoken(key).capitalize() for key in keys]
    return NumberTable(caption, (*heads, *titles), rows, len(keys), numbers)


def _size(value: Any) -> float:
    return float("-inf") if value is None else float(value)
