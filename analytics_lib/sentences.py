"""Sentences that are given the row they speak of, so that they cannot say "rose" when it fell.

Direction, size and certainty are worded from the numbers of the answer, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.scope import Scope

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Prose:
    """Markdown that notebooks display."""

    markdown: str

    def _repr_markdown_(self) -> str:
        return self.markdown

    def __str__(self) -> str:
        return self.markdown


def headline(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """The message of a report as its title: what the first metric of a compared answer did."""
    row = frame.to_dict("records")[0]
    below = _plain(subtitle(frame.attrs["scope"], locale))
    return Prose(f"# {_statement(row, frame, locale, is_title=True)}\n\n{below}")


def summary(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """One sentence for each further metric of a compared answer."""
    return Prose(" ".join(f"{_statement(row, frame, locale)}." for row in frame.to_dict("records")[1:]))


def leader(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """Which group has the most of a share or a number, by one dimension."""
    (dimension, *_) = frame.attrs["dimensions"]
    known = [row for row in frame.to_dict("records") if row["value"] is not None]
    words = _words(frame.to_dict("records")[0], frame)
    if not known:
        return Prose(f"{words['title']} is not known for any group.")
    first = max(known, key=lambda row: (float(row["value"]), str(row[dimension])))
    name = _plain(formatting.group_label(first[dimension], dimension))
    value = formatting.quantity(first["value"], first["unit"], locale)
    return Prose(f"The highest {_lower(words['title'])} is {value}, of {name}, {_among(len(known))}.")


def provenance(about: Mapping[str, str], *frames: pd.DataFrame, locale: str = "en") -> Prose:
    """Where the numbers of a report come from, how they are defined, and what was missing."""
    scope: Scope = frames[0].attrs["scope"]
    definitions: dict[str, Mapping[str, Any]] = {}
    missing: dict[str, dict[str, None]] = {}
    for frame in frames:
        definitions |= frame.attrs["metrics"]
        for row in frame.to_dict("records"):
            if row["reason"] and (row["value"] is None or row["quality"] != "ok"):
                missing.setdefault(row["reason"], {})[_words(row, frame)["title"]] = None
    source = (
        f"Source {about.get('source', 'unknown')}, data version `{frames[0].attrs['data_version'][:12]}`, "
        f"known up to {formatting.instant(scope.as_of, scope.zone, locale)}. "
        f"Amounts are in {about.get('reporting_currency', 'EUR')}; days are those of {scope.zone}; "
        "test records are left out."
    )
    meanings = [f"- **{words['title']}**: {_plain(words['says'])}" for words in definitions.values()]
    gaps = [f"- {', '.join(titles)}: {_plain(reason)}." for reason, titles in missing.items()]
    gaps = gaps or ["- Nothing: the data covers every number of this report."]
    parts = (
        source,
        "### What each number means",
        "\n".join(meanings),
        "### What was missing",
        "\n".join(gaps),
    )
    return Prose("\n\n".join(parts))


def _statement(row: Row, frame: pd.DataFrame, locale: str, *, is_title: bool = False) -> str:
    words, scope = _words(row, frame), frame.attrs["scope"]
    period = formatting.period_title(scope.period, locale) + (" to date" if scope.is_partial else "")
    preposition = formatting.preposition(scope.period)
    title = words["title"] if is_title else _sentence_case(words["title"])
    if row["value"] is None:
        return f"{title}: no figure for {period}" if is_title else f"{title} is {_missing(row['reason'])}"
    value = formatting.quantity(row["value"], row["unit"], locale, is_compact=not is_title)
    in_period = f" {preposition} {period}" if is_title else ""
    if row["quality"] != "ok":
        return f"{title} came to {value}{in_period} in incomplete data"
    step = row.get("change")
    compared = frame.attrs["compared"]
    if step is None or compared is None:
        return f"{title} came to {value}{in_period}"
    against = f" against {formatting.period_title(compared.period, locale)}" if is_title else ""
    if step == 0:
        return f"{title} stayed at {value}{in_period}{against}"
    verb = "rose" if step > 0 else "fell"
    return f"{title} {verb} {_size_of_change(row, words, locale)}to {value}{in_period}{against}"


def _missing(reason: str | None) -> str:
    """The clause that follows "is" where there is no number."""
    if reason is None or reason.startswith("missing"):
        return _plain(reason or "missing")
    return f"not known: {_plain(reason)}"


def _size_of_change(row: Row, words: Mapping[str, Any], locale: str) -> str:
    """By how much, in words of the metric's unit; nothing where the base is too small for a percentage."""
    step, ratio = row["change"], row["change_ratio"]
    if row["unit"] == "share":
        return f"by {formatting.decimal(abs(float(step)) * 100, locale)} points "
    small = row["unit"] == "count" and abs(row["previous"]) < words["small_base"]
    if ratio is None or small or row["n"] < words["small_base"]:
        return f"by {formatting.quantity(abs(step), row['unit'], locale, is_compact=True)} "
    return f"by {formatting.percent(abs(ratio), locale)} "


def subtitle(scope: Scope, locale: str = "en") -> str:
    """For whom and when, in one line: what stands below a headline."""
    models = " + ".join(model.value.upper() for model in scope.business_models) or "All business models"
    partners = f", partners {', '.join(scope.partners)}" if scope.partners else ""
    title = formatting.period_title(scope.period, locale) + (" to date" if scope.is_partial else "")
    return f"{models}{partners} · {title} · {scope.zone}"


def _words(row: Row, frame: pd.DataFrame) -> Mapping[str, Any]:
    words: Mapping[str, Any] = frame.attrs["metrics"][row["metric"]]
    return words


def _among(count: int) -> str:
    return "the only group" if count == 1 else f"among {count} groups"


def _sentence_case(title: str) -> str:
    return title[:1].upper() + title[1:]


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _plain(text: str) -> str:
    """Text as Markdown that shows it letter by letter."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#" else sign for sign in text)
