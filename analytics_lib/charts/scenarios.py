"""One bucket alone: what was, is and is expected as three bars, for a line of one point says nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.bars import bars
from analytics_lib.charts.figure import AnyChart, plotted

_ROW = 40


def scenarios(row: Any, expected: pd.DataFrame, now: str, before: str, unit: str, locale: str) -> AnyChart:
    """The value of one bucket between that of the period before and the forecast, in the order of IBCS."""
    drawn = [_bar(before, row["previous"], unit, locale, "quiet")] if before else []
    drawn.append(_bar(now, row["value"], unit, locale))
    drawn += [
        _bar(f"forecast {each['bucket']}", each["mean"], unit, locale, "forecast")
        for each in expected.to_dict("records")
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
