"""What is expected next, and how far such forecasts have been trusted rightly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.sentences.prose import Prose, plain


def expected(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """What a metric is expected to come to, from `models.outlook`, and how good such forecasts have been.

    Without a row, it says why.
    """
    say = texts(locale)
    words = next(iter(frame.attrs["metrics"].values()))
    if frame.empty:
        text = say("There is no forecast of {title}: {reason}.")
        return Prose(
            text.format(title=formatting.lowered(words["title"]), reason=plain(frame.attrs["reason"]))
        )
    unit, total = frame["unit"].iloc[0], frame.attrs["total"]
    said: dict[str, Any] = {"title": words["title"], "when": _when(frame, locale)}
    if total is not None:
        said["value"] = formatting.quantity(total, unit, locale, is_compact=True)
        text = say("{title}: about {value} expected {when}.")
    else:
        ends = (min(frame["mean"]), max(frame["mean"]))
        said["low"], said["high"] = (formatting.quantity(end, unit, locale, is_compact=True) for end in ends)
        text = say("{title}: expected between {low} and {high} {when}.")
        if said["low"] == said["high"]:
            text = say("{title}: about {low} expected {when}.")
    return Prose(text.format(**said) + " " + _certainty(frame, locale))


def _when(frame: pd.DataFrame, locale: str) -> str:
    """The time that the forecast covers: a whole period by its name, anything else from when to when."""
    say, attrs, scope = texts(locale), frame.attrs, frame.attrs["scope"]
    if attrs["covers"] is not None:
        title = formatting.period_title(attrs["covers"], locale)
        if attrs["covers"] == scope.period:
            return say("in the whole of {period}").format(period=title)
        return f"{say(formatting.preposition(attrs['covers']))} {title}"
    begin, end = attrs["begin"], attrs["end"] - timedelta(microseconds=1)
    if attrs["over"] == "hour":
        hours = (f"{begin:%H:%M}", f"{attrs['end']:%H:%M}", formatting.date_text(begin, locale, style="long"))
        return say("from {begin} to {end} on {day}").format(begin=hours[0], end=hours[1], day=hours[2])
    days = [formatting.date_text(each, locale, style="long") for each in (begin, end)]
    return say("from {begin} to {end}").format(begin=days[0], end=days[1])


def _certainty(frame: pd.DataFrame, locale: str) -> str:
    """How good such forecasts have been on what they had not seen; nothing is claimed without a trial."""
    say, attrs = texts(locale), frame.attrs
    if not attrs.get("origins") or attrs.get("wape") is None:
        return say("How good such forecasts are is not known: there is too little history to try them on.")
    miss = formatting.percent(attrs["wape"], locale)
    ours, naive = attrs.get("mase"), attrs.get("mase_seasonal_naive")
    if ours is not None and naive is not None and ours >= naive:
        return say(
            "Forecasts made like this one missed a single {bucket} by {miss} on average, no better than "
            "repeating the last cycle would have: take it as a rough guide."
        ).format(miss=miss, bucket=attrs["over"])
    text = say(
        "Forecasts made like this one, without a look at what came after, missed a single {bucket} by "
        "{miss} on average"
    )
    held = (attrs.get("coverage") or {}).get(80)
    if held is not None:
        share = formatting.percent(held, locale)
        text += say(", and their 80% ranges held {share} of what came").format(share=share)
    return text.format(miss=miss, bucket=attrs["over"]) + "."
