"""What happened: how each number of a compared answer moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.scope import Scope
from analytics_lib.sentences.prose import Prose, Row, capital, plain, words_of


def headline(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """The message of a report as its title: what the first metric of a compared answer did."""
    row = frame_rows(frame)[0]
    below = plain(subtitle(frame.attrs["scope"], locale))
    return Prose(f"# {statement(row, frame, locale, is_title=True)}\n\n{below}")


def summary(frame: pd.DataFrame, *, locale: str = "en", whole: bool = False) -> Prose:
    """One sentence for each further metric of a compared answer; with `whole`, for the first one too."""
    rows = frame_rows(frame)
    return Prose(" ".join(f"{statement(row, frame, locale)}." for row in rows[0 if whole else 1 :]))


def subtitle(scope: Scope, locale: str = "en") -> str:
    """For whom and when, in one line: what stands below a headline."""
    say = texts(locale)
    models = [] if scope.business_models else [say("All business models")]
    parts = [*models, *formatting.whom(scope, locale), formatting.period_name(scope, locale), scope.zone]
    return " · ".join(parts)


def statement(row: Row, frame: pd.DataFrame, locale: str, *, is_title: bool = False) -> str:
    """One metric in one clause, without a full stop; as a title with its period and what it is compared with.

    A number in incomplete data has no direction, one that is missing says why, and a change that its unit
    cannot show is none.
    """
    say, words, scope = texts(locale), words_of(row, frame), frame.attrs["scope"]
    period = formatting.period_name(scope, locale)
    title = words["title"] if is_title else capital(words["title"])
    if row["value"] is None:
        if is_title:
            return say("{title}: no figure for {period}").format(title=title, period=period)
        return say("{title}: {reason}").format(title=title, reason=plain(row["reason"] or say("missing")))
    value = formatting.quantity(row["value"], row["unit"], locale, is_compact=not is_title)
    when = f" {say(formatting.preposition(scope.period))} {period}" if is_title else ""
    said = {"title": title, "value": value, "when": when}
    if row["quality"] != "ok":
        return say("{title} came to {value}{when} in incomplete data").format(**said)
    step, compared = row.get("change"), frame.attrs["compared"]
    if step is None or compared is None:
        return say("{title} came to {value}{when}").format(**said)
    before = formatting.compared_name(compared, locale)
    said["against"] = say(" against {period}").format(period=before) if is_title else ""
    if step == 0:
        return say("{title} stayed at {value}{when}{against}").format(**said)
    said["size"] = _size_of_change(row, words, locale)
    if formatting.hardly_moved(step, row["unit"]) or not _shows_something(said["size"]):
        return say("{title} hardly moved and is {value}{when}{against}").format(**said)
    pattern = "{title} rose by {size} to {value}{when}{against}"
    if step < 0:
        pattern = "{title} fell by {size} to {value}{when}{against}"
    return say(pattern).format(**said)


def _shows_something(size: str) -> bool:
    return any(sign.isdigit() and sign != "0" for sign in size)


def _size_of_change(row: Row, words: Mapping[str, Any], locale: str) -> str:
    """By how much, in words of the metric's unit; an amount where a percentage would mislead.

    That is on a base that is small, zero or below zero.
    """
    say, step, ratio = texts(locale), row["change"], row["change_ratio"]
    if row["unit"] == "share":
        points = formatting.decimal(abs(float(step)) * 100, locale)
        return say("{points} points").format(points=points)
    small = row["unit"] == "count" and abs(row["previous"]) < words["small_base"]
    if ratio is None or small or row["n"] < words["small_base"] or row["previous"] <= 0:
        return formatting.quantity(abs(step), row["unit"], locale, is_compact=True)
    return formatting.percent(abs(ratio), locale)
