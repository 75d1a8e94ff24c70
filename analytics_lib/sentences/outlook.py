"""What is expected next, and how far such forecasts have been trusted rightly."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.scope import Scope
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
    scope, unit, total = frame.attrs["scope"], frame["unit"].iloc[0], frame.attrs["total"]
    said: dict[str, Any] = {"title": words["title"], "when": _when(scope, frame, locale)}
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


def _when(scope: Scope, frame: pd.DataFrame, locale: str) -> str:
    say = texts(locale)
    if scope.period.time_frame is None:
        text = say("in the {count} {buckets} that follow")
        return text.format(count=len(frame), buckets=f"{scope.course.value}s")
    if scope.is_partial:
        title = formatting.period_title(scope.period, locale)
        return say("in the rest of {period}").format(period=title)
    following = scope.period.shifted(1)
    title = formatting.period_title(following, locale)
    return f"{say(formatting.preposition(following))} {title}"


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
