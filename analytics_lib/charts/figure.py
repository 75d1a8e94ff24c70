"""What every chart of ours carries: a sentence as title, a computed alternative text, a table twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.numbers import numbers_of
from analytics_lib.errors import InputError
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import spoken
from analytics_lib.scope import Scope

INCOMPLETE = "incomplete data"
"""Said of what the data does not fully cover."""

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart


def dressed(
    chart: AnyChart,
    *,
    title: str,
    subtitle: str,
    alt_text: str,
    twin: Mapping[str, Any],
    frames: Sequence[pd.DataFrame] = (),
    empty: str | None = None,
) -> AnyChart:
    """The chart with title, subtitle, alternative text and table twin.

    `frames` are what it was drawn from: their rows go with it for exporters. `empty` is the reason why
    the chart has nothing to show, if it has nothing.
    """
    numbers = numbers_of(*frames, title=title) if frames else None
    words = {"title": title, "alt": alt_text, "table": dict(twin), "numbers": numbers, "empty": empty}
    return chart.properties(
        title=alt.TitleParams(text=title, subtitle=subtitle),
        description=alt_text,
        usermeta={"analytics": words},
    )


def nothing_to_draw(
    title: str,
    subtitle: str,
    reason: str,
    twin: Mapping[str, Any],
    frames: Sequence[pd.DataFrame] = (),
) -> AnyChart:
    """A chart's place with the reason why it is empty."""
    chart = (
        alt.Chart(alt.InlineData(values=[{"reason": reason}]), height=60)
        .mark_text(align="left", x=0)
        .encode(text="reason:N")
    )
    return dressed(
        chart,
        title=title,
        subtitle=subtitle,
        alt_text=f"No chart of {title[:1].lower()}{title[1:]}, because there is nothing to draw: {reason}.",
        twin=twin,
        frames=frames,
        empty=reason,
    )


def twin_of(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A table twin from (name, left or right) columns and formatted rows."""
    named = [{"name": name, "align": align} for name, align in columns]
    return {"columns": named, "rows": [list(row) for row in rows]}


def one_metric(frame: pd.DataFrame) -> tuple[Mapping[str, Any], str]:
    """The words and the unit of the only metric of an answer. Raises `InputError` if there are several."""
    names = list(dict.fromkeys(frame["metric"]))
    if len(names) != 1:
        raise InputError(
            f"This chart draws one metric, and the answer has {', '.join(names) or 'none'}: ask for one."
        )
    return frame.attrs["metrics"][names[0]], frame["unit"].iloc[0]


def group_twin(rows: pd.DataFrame, frame: pd.DataFrame, dimension: str, locale: str) -> dict[str, Any]:
    """The table twin of one metric by one dimension: its groups down; value, and what it was, across."""
    compared, unit = is_compared(frame), frame["unit"].iloc[0]
    columns = [(spoken(dimension).capitalize(), "left"), (period_of(frame.attrs["scope"], locale), "right")]
    if compared:
        columns += [(period_of(frame.attrs["compared"], locale), "right"), ("Change", "right")]
    lines = []
    for row in rows.to_dict("records"):
        cells = [
            formatting.group_label(row[dimension], dimension),
            marked(row["value"], row["quality"], unit, locale),
        ]
        if compared:
            cells.append(marked(row["previous"], row["previous_quality"], unit, locale))
            cells.append(formatting.change(row["change"], row["change_ratio"], unit, locale))
        lines.append(cells)
    return twin_of(columns, lines)


def subtitle_of(frame: pd.DataFrame, locale: str) -> str:
    """Metric, period and for whom, in one line."""
    scope: Scope = frame.attrs["scope"]
    units = {words["name"]: f" ({unit})" for words, unit in _money(frame)}
    asked = set(frame["metric"])
    titles = ", ".join(
        words["title"] + units.get(name, "")
        for name, words in frame.attrs["metrics"].items()
        if name in asked
    )
    known = frame[frame["value"].notna()]
    is_whole = "bucket" in frame or known["quality"].eq("ok").all()
    return " · ".join(
        [titles, period_of(scope, locale), *for_whom(scope), *([] if is_whole else [INCOMPLETE])]
    )


def _money(frame: pd.DataFrame) -> list[tuple[Mapping[str, Any], str]]:
    """The metrics that are amounts, with their currency."""
    units = dict(zip(frame["metric"], frame["unit"], strict=True))
    return [
        (words, units[name])
        for name, words in frame.attrs["metrics"].items()
        if words["unit"] == "money" and name in units
    ]


def period_of(scope: Scope, locale: str) -> str:
    """The period as people name it, marked where it is not over yet."""
    title = formatting.period_title(scope.period, locale)
    return f"{title} to date" if scope.is_partial else title


def is_compared(frame: pd.DataFrame) -> bool:
    """Whether the answer says what it was before, too."""
    return "previous" in frame and frame.attrs["compared"] is not None


def lighter(frame: pd.DataFrame, locale: str) -> str:
    """What the lighter marks are, for the end of a subtitle; nothing where there are none."""
    return f" · lighter: {period_of(frame.attrs['compared'], locale)}" if is_compared(frame) else ""


def for_whom(scope: Scope) -> list[str]:
    """Business models and partners of a scope, if it names any."""
    models = (
        [" + ".join(model.value.upper() for model in scope.business_models)] if scope.business_models else []
    )
    return models + ([", ".join(scope.partners)] if scope.partners else [])


def marked(value: Any, quality: str, unit: str, locale: str) -> str:
    """A number as a table shows it, marked where the data does not cover all of it."""
    text = formatting.quantity(value, unit, locale)
    return text if quality == "ok" or value is None else f"{text} (incomplete)"


def plotted(value: Any) -> float | None:
    """A number of an answer as a chart draws it."""
    return None if value is None else float(value)


def is_without_groups(frame: pd.DataFrame) -> bool:
    """Whether nothing happened at all, so that even the group `unknown` is only a placeholder."""
    dimensions = frame.attrs["dimensions"]
    return bool(frame["n"].eq(0).all() and all(frame[name].eq(UNKNOWN).all() for name in dimensions))


def why_missing(frame: pd.DataFrame) -> str:
    """The reason that an answer without any number gives."""
    return next((reason for reason in frame["reason"] if reason), "nothing happened in this period")
