"""Which group or bucket is highest, and how to say so where it is not alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import group_label, lowered, spoken, texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.scope import Scope

Row = Mapping[Any, Any]
_ADDITIVE = ("count", "money")


def highest_and_lowest(rows: Sequence[Row]) -> tuple[Row, Row]:
    """The first row with the greatest value, and the first with the least."""
    return (
        max(rows, key=lambda row: float(row["value"])),
        min(rows, key=lambda row: float(row["value"])),
    )


def whole_buckets(frame: pd.DataFrame) -> list[Row]:
    """The rows of known numbers whose buckets are over and covered by data; all known ones if none are."""
    scope: Scope = frame.attrs["scope"]
    cut = {bucket.name for bucket in scope.buckets(frame.attrs["over"]) if bucket.is_clipped}
    known: list[Row] = [row for row in frame_rows(frame) if row["value"] is not None]
    return [row for row in known if row["quality"] == "ok" and row["bucket"] not in cut] or known


def named_groups(rows: Sequence[Row], dimension: str) -> list[Row]:
    """The groups that can lead: all but the unknown, unless there is nothing else."""
    return [row for row in rows if row[dimension] != UNKNOWN] or list(rows)


def leading_group(
    rows: Sequence[Row], dimension: str, words: Mapping[str, Any], unit: str, locale: str
) -> str:
    """The sentence about the largest group, above a chart of groups; numbers that look alike are a tie."""
    say, named = texts(locale), named_groups(rows, dimension)
    high, _ = highest_and_lowest(named)
    full = [formatting.quantity(row["value"], unit, locale) for row in named]
    most = formatting.quantity(high["value"], unit, locale, is_compact=True)
    leader = group_label(high[dimension], dimension)
    tied = full.count(formatting.quantity(high["value"], unit, locale))
    said = {
        "title": words["title"],
        "value": most,
        "group": leader,
        "tied": tied,
        "count": len(named),
        "groups": _several(spoken(dimension)),
    }
    if len(rows) == 1:
        is_all = words["unit"] in _ADDITIVE and float(high["value"]) > 0 and high[dimension] != UNKNOWN
        text = say("{title}: {value} ({group} only)")
        if is_all:
            text = say("{title}: {value}, all of it {group}")
        return text.format(**said)
    if tied > 1 and tied == len(named):
        return say("{title}: {value} for all {count} {groups}").format(**said)
    if tied > 1:
        return say("{title}: highest {value}, shared by {tied} of {count} {groups}").format(**said)
    said |= {"group": f"{leader[:1].upper()}{leader[1:]}", "title": lowered(words["title"])}
    return say("{group}: highest {title}, {value}").format(**said)


def _several(name: str) -> str:
    """The English plural of a dimension's name."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"
