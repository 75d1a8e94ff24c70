"""Where the numbers of a report come from, what they mean, and what was missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.scope import Scope
from analytics_lib.sentences.prose import Prose, plain, words_of


def provenance(about: Mapping[str, str], *frames: pd.DataFrame, locale: str = "en") -> Prose:
    """Where the numbers of a report come from, how they are defined, and what was missing.

    `frames` are answers of `measure` and of models; the first one says the scope and the version of the data.
    """
    say = texts(locale)
    meanings = [f"- **{words['title']}**: {plain(words['says'])}" for words in _definitions(frames).values()]
    gaps = [f"- {', '.join(titles)}: {plain(reason)}." for reason, titles in _missing(frames, locale).items()]
    gaps = gaps or [say("- Nothing: the data covers every number of this report.")]
    parts = (
        _source(about, frames, locale),
        f"### {say('What each number means')}",
        "\n".join(meanings),
        f"### {say('What was missing')}",
        "\n".join(gaps),
    )
    return Prose("\n\n".join(parts))


def _source(about: Mapping[str, str], frames: tuple[pd.DataFrame, ...], locale: str) -> str:
    say, frame = texts(locale), frames[0]
    scope: Scope = frame.attrs["scope"]
    text = say(
        "Source {source}, data version `{version}`, known up to {instant}. Amounts are recorded "
        "in {currency}; days are those of {zone}; test records are left out."
    ).format(
        source=about.get("source", "unknown"),
        version=frame.attrs["data_version"][:12],
        instant=formatting.instant(scope.as_of, scope.zone, locale),
        currency=about.get("reporting_currency", "EUR"),
        zone=scope.zone,
    )
    return text + _comparison(frames, locale) + _translation(frames, locale)


def _comparison(frames: tuple[pd.DataFrame, ...], locale: str) -> str:
    """How the past is looked at, which decides what a rate "so far" is compared with."""
    compared = [frame for frame in frames if "previous" in frame and frame.attrs.get("compared") is not None]
    if not compared:
        return ""
    return texts(locale)(
        " Earlier numbers are taken as they were known at the same age, so that what is still to come is "
        "missing in both; asked for today, a rate so far of an earlier period may be another."
    )


def _translation(frames: tuple[pd.DataFrame, ...], locale: str) -> str:
    """The one rate at which a reader's other currency was reached, if one was asked for."""
    found = [frame.attrs["translated"] for frame in frames if frame.attrs.get("translated")]
    if not found:
        return ""
    translated = found[0]
    text = texts(locale)(
        " They are shown in {to}, translated at one rate, {rate} {to} for 1 {source}, that of {day}; parts "
        "that are rounded one by one may differ from their total in the last digit."
    )
    return text.format(
        to=translated["to"],
        source=translated["from"],
        rate=formatting.decimal(translated["rate"], locale, decimals=6),
        day=formatting.date_text(translated["as_of"], locale),
    )


def _definitions(frames: tuple[pd.DataFrame, ...]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for frame in frames:
        found |= frame.attrs["metrics"]
    return found


def _missing(frames: tuple[pd.DataFrame, ...], locale: str) -> dict[str, dict[str, None]]:
    """Reason -> the titles of the metrics that it keeps from having a number, or a complete one.

    What is missing in some groups or buckets only is told apart from what is missing altogether.
    """
    some = texts(locale)("{title} (in places)")
    found: dict[str, dict[str, None]] = {}
    for frame in frames:
        if frame.attrs.get("reason"):
            for words in frame.attrs["metrics"].values():
                found.setdefault(frame.attrs["reason"], {})[words["title"]] = None
        rows = frame_rows(frame) if "quality" in frame else []
        whole = {row["metric"] for row in rows if row["value"] is not None and row["quality"] == "ok"}
        for row in rows:
            if row["reason"] and (row["value"] is None or row["quality"] != "ok"):
                title = words_of(row, frame)["title"]
                title = some.format(title=title) if row["metric"] in whole else title
                found.setdefault(row["reason"], {})[title] = None
    return found
