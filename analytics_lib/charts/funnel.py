"""From step to step: how many came that far, and which part of them went on."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.drawing import Chart, Layers, Rows, unchecked
from analytics_lib.charts.figure import (
    AnyChart,
    compared_cells,
    compared_columns,
    dressed,
    is_compared,
    lighter,
    marked,
    nothing_to_draw,
    plotted,
    twin_of,
    why_missing,
)
from analytics_lib.charts.theme import ACCENT, GREY, INK, LIGHTER
from analytics_lib.errors import InputError
from analytics_lib.formatting import lowered, period_name, texts
from analytics_lib.frame_rows import frame_rows

_ROW = 62


@unchecked
def funnel(
    steps: pd.DataFrame, rates: pd.DataFrame | None = None, *, locale: str = "en", title: str | None = None
) -> AnyChart:
    """Counts of several metrics in the order of the steps, from one uncut `measure`.

    `rates` holds the metrics from step to step in their order: the first belongs between the first two
    steps. They are those of `measure`; none is worked out here. Raises `InputError` if there are more of
    them than gaps between steps.
    """
    say = texts(locale)
    passed = [] if rates is None else frame_rows(rates)
    if len(passed) >= len(steps):
        raise InputError(
            f"{len(passed)} rates do not fit between {len(steps)} steps: give at most {len(steps) - 1}."
        )
    frames = [steps] if rates is None else [steps, rates]
    now = period_name(steps.attrs["scope"], locale)
    twin = _twin(steps, passed, now, locale)
    subtitle = now + lighter(steps, locale)
    known = steps[steps["value"].notna()]
    names = [_title(row, steps) for row in frame_rows(steps)]
    if known.empty or known["value"].map(float).eq(0).all():
        return nothing_to_draw(
            title or say("{first} to {last}").format(first=names[0], last=names[-1]),
            subtitle,
            why_missing(steps, locale),
            twin,
            frames,
            locale=locale,
        )
    rows = [
        _step(row, names[place], passed[place] if place < len(passed) else None, locale)
        for place, row in enumerate(frame_rows(steps))
    ]
    first, last = rows[0], rows[-1]
    said = ", ".join(f"{row['step']} {row['full']}" for row in rows)
    went_on = "".join(
        f" {say('{share} went on from {step}.').format(share=row['rate_full'], step=row['step'])}"
        for row in rows
        if row["rate_full"]
    )
    return dressed(
        _bars(rows),
        title=title
        or say("{before} {first} became {after} {last}").format(
            before=first["shown"],
            first=lowered(first["step"]),
            after=last["shown"],
            last=lowered(last["step"]),
        ),
        subtitle=subtitle,
        alt_text=say("Funnel, {period}: {numbers}.").format(period=now, numbers=said) + went_on,
        twin=twin,
        frames=frames,
    )


def _title(row: Any, frame: pd.DataFrame) -> str:
    return str(frame.attrs["metrics"][row["metric"]]["title"])


def _step(row: Any, name: str, rate: Any, locale: str) -> dict[str, Any]:
    passed = "" if rate is None else formatting.quantity(rate["value"], rate["unit"], locale)
    return {
        "step": name,
        "value": plotted(row["value"]),
        "previous": plotted(row.get("previous")),
        "shown": formatting.quantity(row["value"], row["unit"], locale, is_compact=True),
        "full": formatting.quantity(row["value"], row["unit"], locale),
        "rate": f"▼ {passed}" if passed else "",
        "rate_full": passed,
    }


def _bars(rows: list[dict[str, Any]]) -> AnyChart:
    """Names above their bars, so that on a telephone the bars keep the whole width."""
    known = [row[field] for row in rows for field in ("value", "previous") if row[field] is not None]
    scale = alt.Scale(domain=[0, max(known) * 1.15])
    base = Chart(Rows(values=rows), height=_ROW * len(rows)).encode(
        y=alt.Y("step:N", sort=[row["step"] for row in rows], title=None, axis=None),
        tooltip=[alt.Tooltip("step:N", title="step"), alt.Tooltip("full:N", title="value")],
    )
    x = alt.X("value:Q", title=None, axis=None, scale=scale)
    compared = any(row["previous"] is not None for row in rows)
    layers = [base.mark_bar(height=18, color=ACCENT).encode(x=x)]
    if compared:
        thin = base.transform_filter("datum.previous !== null").mark_bar(height=5, yOffset=-13, color=LIGHTER)
        layers.append(thin.encode(x=alt.X("previous:Q", title=None, axis=None, scale=scale)))
    layers.append(base.mark_text(align="left", dx=6, fontWeight=600).encode(x=x, text=alt.Text("shown:N")))
    layers.append(
        base.mark_text(align="left", dy=-24, color=INK).encode(x=alt.XDatum(0), text=alt.Text("step:N"))
    )
    layers.append(
        base.mark_text(align="left", dy=21, color=GREY).encode(x=alt.XDatum(0), text=alt.Text("rate:N"))
    )
    return Layers(layer=layers)


def _twin(steps: pd.DataFrame, passed: list[Any], now: str, locale: str) -> dict[str, Any]:
    compared = is_compared(steps)
    say = texts(locale)
    columns = [(say("Step"), "left"), (now, "right"), *compared_columns(steps, locale)]
    columns += [(say("Went on"), "right")] if passed else []
    rows = []
    for place, row in enumerate(frame_rows(steps)):
        unit = row["unit"]
        cells = [_title(row, steps), marked(row["value"], row["quality"], unit, locale)]
        cells += compared_cells(row, locale) if compared else []
        if passed:
            rate = passed[place] if place < len(passed) else None
            cells.append("" if rate is None else marked(rate["value"], rate["quality"], rate["unit"], locale))
        rows.append(cells)
    return twin_of(columns, rows)
