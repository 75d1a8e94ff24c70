"""Which group, or which step, stands out."""

from __future__ import annotations

import pandas as pd

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.sentences.prose import Prose, plain, words_of


def leader(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """Which group has the most of a share or a number, by one dimension."""
    say = texts(locale)
    (dimension, *_) = frame.attrs["dimensions"]
    known = [row for row in frame_rows(frame) if row["value"] is not None]
    title = next(iter(frame.attrs["metrics"].values()))["title"]
    if not known:
        return Prose(say("{title} is not known for any group.").format(title=title))
    first = max(known, key=lambda row: (float(row["value"]), str(row[dimension])))
    name = plain(formatting.group_label(first[dimension], dimension))
    value = formatting.quantity(first["value"], first["unit"], locale)
    pattern = "Highest {title}: {value}, of {name}, among {count} groups."
    if len(known) == 1:
        pattern = "{title}: {value}, of {name}, the only group."
    return Prose(
        say(pattern).format(title=formatting.lowered(title), value=value, name=name, count=len(known))
    )


def weakest(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """Which of several rates, such as those from step to step of a funnel, is the lowest."""
    say = texts(locale)
    known = [row for row in frame_rows(frame) if row["value"] is not None]
    if not known:
        return Prose(say("None of these rates is known."))
    low = min(known, key=lambda row: float(row["value"]))
    value = formatting.quantity(low["value"], low["unit"], locale)
    title = words_of(low, frame)["title"]
    if len(known) == 1:
        return Prose(say("Only one rate is known: {title}, {value}.").format(title=title, value=value))
    text = say("The lowest of these {count} rates is {value}: {title}.")
    return Prose(text.format(count=len(known), value=value, title=formatting.lowered(title)))
