"""What changed, and where: the largest parts of a change, by groups."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.sentences.prose import Prose, listed, plain

_LEAST = 0.00005
"""The smallest effect on a share that can be shown, in hundredths of a point."""

_LIMITS = " These are the groups in which it moved, which is not yet a reason why."


def why(frame: pd.DataFrame, *, most: int = 3, locale: str = "en") -> Prose:
    """The groups in which a metric moved most, from `models.causes`: with the change, then against it.

    It says where a number moved and never claims to know the reason. Without a row, it says why.
    """
    say = texts(locale)
    title = next(iter(frame.attrs["metrics"].values()))["title"]
    if frame.empty:
        reason = plain(frame.attrs["reason"])
        text = say("What moved {title} cannot be told: {reason}.")
        return Prose(text.format(title=formatting.lowered(title), reason=reason))
    by, unit = frame.attrs["by"], frame.attrs["unit"]
    change = frame.attrs["totals"]["change"]
    least = _LEAST if unit == "share" else 0
    rows = [row for row in frame_rows(frame) if abs(row["total_effect"]) > least]
    before = formatting.compared_name(frame.attrs["compared"], locale)
    said = {"title": title, "before": before, "by": plain(formatting.spoken(by))}
    if not rows:
        text = say("{title} did not move against {before} in any {by}, as far as can be shown.")
        return Prose(text.format(**said))
    ups = _largest([row for row in rows if row["total_effect"] > 0], most, by, unit, locale)
    downs = _largest([row for row in rows if row["total_effect"] < 0], most, by, unit, locale)
    along, against = (ups, downs) if change > 0 else (downs, ups)
    if not along or not change or formatting.hardly_moved(change, unit):
        text = say("{title} is about where it was in {before}; by {by}, there moved {all}.")
        return Prose(text.format(all=listed(ups + downs), **said) + say(_LIMITS))
    said["size"] = _amount(abs(change), unit, locale)
    pattern = "{title} rose by {size} against {before}."
    if change < 0:
        pattern = "{title} fell by {size} against {before}."
    parts = " By {by}, the largest parts were {along}"
    if len(along) == 1:
        parts = " By {by}, the largest part was {along}"
    text = say(pattern).format(**said) + say(parts).format(along=listed(along), **said)
    if against:
        text += say("; against it moved {against}").format(against=listed(against))
    return Prose(f"{text}.{say(_LIMITS)}")


def _largest(rows: list[Any], most: int, by: str, unit: str, locale: str) -> list[str]:
    rows = sorted(rows, key=lambda row: abs(row["total_effect"]), reverse=True)[:most]
    return [
        f"{plain(formatting.group_label(row['group'], by))} "
        f"({_kept_together(formatting.change(row['total_effect'], None, unit, locale, is_compact=True))})"
        for row in rows
    ]


def _kept_together(text: str) -> str:
    """A signed amount whose sign does not stay behind at the end of a line."""
    return f"{text[:1]}\u2060{text[1:]}"


def _amount(size: Any, unit: str, locale: str) -> str:
    if unit == "share":
        points = formatting.decimal(float(size) * 100, locale)
        return texts(locale)("{points} points").format(points=points)
    return formatting.quantity(size, unit, locale, is_compact=True)
