"""Who comes back: ages across, cohorts down; a single cohort is a curve."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.axes import bucket_text
from analytics_lib.charts.drawing import unchecked
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    is_without_groups,
    marked,
    nothing_to_draw,
    one_metric,
    plotted,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.charts.heat import heat, key
from analytics_lib.formatting import group_label, lowered, period_name, spoken, texts
from analytics_lib.frame_rows import frame_rows


@unchecked
def cohorts(frame: pd.DataFrame, *, locale: str = "en", title: str | None = None) -> AnyChart:
    """A share by age, from `measure("cohort_retention", scope, by=["age"], over="month")`.

    The last dimension is the age. What stands down are the buckets, else the first of two dimensions, else
    there is one row. Ages that a cohort has not reached are blank.
    """
    say = texts(locale)
    words, unit = one_metric(frame)
    now, subtitle = period_name(frame.attrs["scope"], locale), subtitle_of(frame, locale)
    twin = _twin(frame, now, unit, locale)
    known = frame[frame["value"].notna()]
    if known.empty or is_without_groups(frame):
        return nothing_to_draw(
            title or words["title"], subtitle, why_missing(frame, locale), twin, [frame], locale=locale
        )
    shown = _telling(known, _age(frame))
    left_out = (
        f" · {say('{age} 0 left out, where everybody is there').format(age=spoken(_age(frame)))}"
        if len(shown) < len(known)
        else ""
    )
    across = say("{dimension} across").format(dimension=spoken(_age(frame)))
    values = [float(value) for value in shown["value"]]
    cells = [_cell(row, frame, now, unit, locale) for row in frame_rows(shown)]
    # In the order of the answer, which has also those whose first age is not known.
    rows = dict.fromkeys(_cohort(row, frame, now, locale) for row in frame_rows(frame))
    down = [name for name in rows if any(cell["down"] == name for cell in cells)]
    return dressed(
        heat(
            cells,
            across=_in_order(shown[_age(frame)], frame),
            down=down,
            unit=unit,
        ),
        title=title or f"{words['title']}: {_message(cells, frame, locale)}",
        subtitle=f"{subtitle} · {across}" + left_out + key(values, unit, locale),
        alt_text=_alt_text(cells, frame, now, locale),
        twin=twin,
        frames=[frame],
    )


def _age(frame: pd.DataFrame) -> str:
    return str(frame.attrs["dimensions"][-1])


def _telling(known: pd.DataFrame, age: str) -> pd.DataFrame:
    """Without the first age where it says of every cohort that all of it is there."""
    is_first = known[age].eq(min(known[age]))
    is_given = (
        bool(known.loc[is_first, "value"].map(float).eq(1).all())
        and known.loc[is_first, "unit"].eq("share").all()
    )
    return known[~is_first] if is_given and not is_first.all() else known


def _in_order(ages: pd.Series[Any], frame: pd.DataFrame) -> list[str]:
    return [_age_text(age, frame) for age in sorted(dict.fromkeys(map(str, ages)))]


def _age_text(age: object, frame: pd.DataFrame) -> str:
    """An age without the zero that sorts it."""
    text = str(age)
    return str(int(text)) if text.isdigit() else group_label(text, _age(frame))


def _cohort(row: Any, frame: pd.DataFrame, now: str, locale: str) -> str:
    """Whose row it is: the bucket's, the first dimension's, or that of the whole period."""
    if "bucket" in row:
        return bucket_text(row["bucket_start"], frame.attrs["over"], locale)
    first, *rest = frame.attrs["dimensions"]
    return group_label(row[first], first) if rest else now


def _cell(row: Any, frame: pd.DataFrame, now: str, unit: str, locale: str) -> dict[str, Any]:
    value = row["value"]
    short = (
        formatting.percent(value, locale, decimals=0 if value in (0, 1) else 1)
        if unit == "share"
        else formatting.quantity(value, unit, locale, is_compact=True)
    )
    return {
        "across": _age_text(row[_age(frame)], frame),
        "down": _cohort(row, frame, now, locale),
        "value": plotted(value),
        "shown": short,
        "full": formatting.quantity(value, unit, locale),
    }


def _message(cells: list[dict[str, Any]], frame: pd.DataFrame, locale: str) -> str:
    """From the lowest to the highest cohort at the youngest age that is shown."""
    say = texts(locale)
    youngest = [cell for cell in cells if cell["across"] == cells[0]["across"]]
    low, high = (choose(youngest, key=lambda cell: cell["value"])["full"] for choose in (min, max))
    said = {"low": low, "high": high, "dimension": spoken(_age(frame)), "age": cells[0]["across"]}
    if low == high:
        return say("{low} at {dimension} {age}").format(**said)
    return say("{low} to {high} at {dimension} {age}").format(**said)


def _alt_text(cells: list[dict[str, Any]], frame: pd.DataFrame, now: str, locale: str) -> str:
    say = texts(locale)
    rows, ages = (len({cell[key] for cell in cells}) for key in ("down", "across"))
    shape = [
        (say("{count} cohort") if rows == 1 else say("{count} cohorts")).format(count=rows),
        (say("{count} age") if ages == 1 else say("{count} ages")).format(count=ages),
    ]
    return say("Heatmap of {title} by {dimension}, {period}, {shape}: {message}.").format(
        title=lowered(next(iter(frame.attrs["metrics"].values()))["title"]),
        dimension=spoken(_age(frame)),
        period=now,
        shape=", ".join(shape),
        message=_message(cells, frame, locale),
    )


def _twin(frame: pd.DataFrame, now: str, unit: str, locale: str) -> dict[str, Any]:
    rows = [
        [
            _cohort(row, frame, now, locale),
            _age_text(row[_age(frame)], frame),
            marked(row["value"], row["quality"], unit, locale),
            formatting.count(row["n"], locale),
        ]
        for row in frame_rows(frame)
    ]
    cohort = texts(locale)("Cohort")
    columns = [(cohort, "left"), (spoken(_age(frame)).capitalize(), "left"), (now, "right"), ("n", "right")]
    return twin_of(columns, rows)
