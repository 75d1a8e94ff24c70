"""What every chart of ours carries: a sentence as title, a computed alternative text, a table twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.drawing import Aside, Chart, Rows
from analytics_lib.charts.numbers import numbers_of
from analytics_lib.errors import InputError
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import compared_name, lowered, period_name, spoken, texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.scope import Scope

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
    # Set here, because to have it set by `properties` is to have the whole chart copied.
    chart["title"] = alt.TitleParams(text=title, subtitle=subtitle)
    chart["description"] = alt_text
    chart["usermeta"] = Aside({"analytics": words})
    return chart


def nothing_to_draw(
    title: str,
    subtitle: str,
    reason: str,
    twin: Mapping[str, Any],
    frames: Sequence[pd.DataFrame] = (),
    *,
    locale: str = "en",
) -> AnyChart:
    """A chart's place with the reason why it is empty."""
    say = texts(locale)
    chart = (
        Chart(Rows(values=[{"reason": reason}]), height=60)
        .mark_text(align="left", x=0)
        .encode(text=alt.Text("reason:N"))
    )
    return dressed(
        chart,
        title=title,
        subtitle=subtitle,
        alt_text=say("No chart of {title}, because there is nothing to draw: {reason}.").format(
            title=lowered(title), reason=reason
        ),
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
    columns = [(spoken(dimension).capitalize(), "left"), (period_name(frame.attrs["scope"], locale), "right")]
    columns += compared_columns(frame, locale)
    lines = []
    for row in frame_rows(rows):
        cells = [
            formatting.group_label(row[dimension], dimension),
            marked(row["value"], row["quality"], unit, locale),
        ]
        lines.append(cells + (compared_cells(row, locale) if compared else []))
    return twin_of(columns, lines)


def compared_columns(frame: pd.DataFrame, locale: str) -> list[tuple[str, str]]:
    """The columns of a twin for what was before and how it changed, where that is known."""
    if not is_compared(frame):
        return []
    return [(compared_name(frame.attrs["compared"], locale), "right"), (texts(locale)("Change"), "right")]


def compared_cells(row: Mapping[Any, Any], locale: str) -> list[str]:
    """The cells of a row below `compared_columns`."""
    before = marked(row["previous"], row["previous_quality"], row["unit"], locale)
    return [before, formatting.change(row["change"], relative(row), row["unit"], locale)]


def relative(row: Mapping[Any, Any]) -> Any:
    """The relative change of a row; none of what was zero or less, where its sign would mislead."""
    before = row.get("previous")
    return row["change_ratio"] if before is not None and before > 0 else None


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
    aside = [] if is_whole else [texts(locale)("incomplete data")]
    return " · ".join([titles, period_name(scope, locale), *formatting.whom(scope, locale), *aside])


def _money(frame: pd.DataFrame) -> list[tuple[Mapping[str, Any], str]]:
    """The metrics that are amounts, with their currency."""
    units = dict(zip(frame["metric"], frame["unit"], strict=True))
    return [
        (words, units[name])
        for name, words in frame.attrs["metrics"].items()
        if words["unit"] == "money" and name in units
    ]


def is_compared(frame: pd.DataFrame) -> bool:
    """Whether the answer says of anything what it was before."""
    asked = "previous" in frame and frame.attrs["compared"] is not None
    return bool(asked and frame["previous"].notna().any())


def before_of(frame: pd.DataFrame, locale: str) -> str:
    """The name of the period that the answer is compared with; nothing where no number of it is known."""
    return compared_name(frame.attrs["compared"], locale) if is_compared(frame) else ""


def lighter(frame: pd.DataFrame, locale: str) -> str:
    """What the lighter marks are, for the end of a subtitle; nothing where there are none."""
    say, before = texts(locale), before_of(frame, locale)
    return f" · {say('lighter: {period}').format(period=before)}" if before else ""


def first_of(shown: int, of: int, locale: str) -> str:
    """How many groups of how many a chart draws, in brackets; nothing where it draws all."""
    say = texts(locale)
    text = say("(the first {shown} of {count} shown)").format(shown=shown, count=of)
    return f" {text}" if shown < of else ""


def ranked_groups(known: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """The rows of known numbers, largest first, and what has no known group behind them."""
    order = known["value"].map(float).sort_values(ascending=False, kind="stable").index
    ranked = known.loc[order]
    is_unknown = ranked[dimension].eq(UNKNOWN)
    return pd.concat([ranked[~is_unknown], ranked[is_unknown]])


def marked(value: Any, quality: str, unit: str, locale: str) -> str:
    """A number as a table shows it, marked where the data does not cover all of it."""
    text = formatting.quantity(value, unit, locale)
    say = texts(locale)
    return text if quality == "ok" or value is None else say("{number} (incomplete)").format(number=text)


def plotted(value: Any) -> float | None:
    """A number of an answer as a chart draws it."""
    return None if value is None else float(value)


def is_without_groups(frame: pd.DataFrame) -> bool:
    """Whether nothing happened at all, so that even the group `unknown` is only a placeholder."""
    dimensions = frame.attrs["dimensions"]
    return bool(frame["n"].eq(0).all() and all(frame[name].eq(UNKNOWN).all() for name in dimensions))


def why_missing(frame: pd.DataFrame, locale: str) -> str:
    """The reason that an answer without any number gives."""
    say = texts(locale)
    return next((reason for reason in frame["reason"] if reason), say("nothing happened in this period"))
