"""One bucket alone: what was, is and is expected as three bars, for a line of one point says nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.axes import bucket_text
from analytics_lib.charts.bars import bars
from analytics_lib.charts.figure import AnyChart, is_compared, plotted
from analytics_lib.formatting import texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.local_time import TimeFrame

_ROW = 40


def scenarios(frame: pd.DataFrame, expected: pd.DataFrame, unit: str, locale: str) -> AnyChart:
    """The value of one bucket between that of the period before and the forecast, in the order of IBCS."""
    say = texts(locale)
    row: Any = frame.iloc[0]
    over: TimeFrame = frame.attrs["over"]

    def name(scenario: str, start: datetime) -> str:
        return say("{scenario}, {time}").format(scenario=scenario, time=bucket_text(start, over, locale))

    drawn = [_bar(name(say("actual"), row["bucket_start"]), row["value"], unit, locale)]
    if is_compared(frame):
        before = name(say("previous"), frame.attrs["compared"].period.local_start)
        drawn.insert(0, _bar(before, row["previous"], unit, locale, "before"))
    drawn += [
        _bar(name(say("forecast"), each["bucket_start"]), each["mean"], unit, locale, "forecast")
        for each in frame_rows(expected)
    ]
    return bars([each for each in drawn if each["value"] is not None], row=_ROW)


def _bar(name: str, value: Any, unit: str, locale: str, kind: str = "named") -> dict[str, Any]:
    return {
        "group": name,
        "value": plotted(value),
        "previous": None,
        "shown": formatting.quantity(value, unit, locale, is_compact=True),
        "full": formatting.quantity(value, unit, locale),
        "kind": kind,
    }
