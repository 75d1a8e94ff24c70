"""From before to after: which groups made the change, the largest first, and the rest as one."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import altair as alt
import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.drawing import Chart, Layers, Rows, unchecked
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    nothing_to_draw,
    plotted,
    twin_of,
)
from analytics_lib.charts.labels import wrapped
from analytics_lib.charts.theme import ACCENT, CATEGORIES, GREY, INK
from analytics_lib.formatting import compared_name, group_label, lowered, period_name, spoken, texts
from analytics_lib.frame_rows import frame_rows

_ROW = 30
_LEAST_SHOWN = 0.00005
"""The change of a share that is still written as more than 0.00 points."""

_NAME, _LINE = 150, 13
"""Pixels of a name: how wide it may be in one line, and how high each of its lines is."""

_CUT = 0.5
"""Where the steps take up less than this part of an axis from zero, the axis is cut to show them."""


@unchecked
def waterfall(
    causes: pd.DataFrame, most: int = 8, *, locale: str = "en", title: str | None = None
) -> AnyChart:
    """What drove a change, from `models.causes`: before, a bar for each of the `most` largest parts, after.

    The other parts are summed exactly as one. Ratios change in points. Blue and ▲ is better, vermilion and
    ▼ is worse where the metric has a good side; the sign is that of the number.
    """
    say = texts(locale)
    (words,) = causes.attrs["metrics"].values()
    scope = causes.attrs["scope"]
    now = period_name(scope, locale)
    by = causes.attrs.get("by", "")
    what = say("{title} by {dimension}").format(title=words["title"], dimension=spoken(by))
    subtitle = " · ".join([what, now, *formatting.whom(scope, locale)])
    unit = causes.attrs.get("unit", "count")
    if causes.empty:
        twin = twin_of([(say("Part"), "left"), (say("Change"), "right")], [])
        return nothing_to_draw(
            title or words["title"], subtitle, causes.attrs["reason"], twin, [causes], locale=locale
        )
    before = compared_name(causes.attrs["compared"], locale)
    totals = causes.attrs["totals"]
    twin = _twin(causes, by, unit, locale)
    hardly = say("{title} hardly moved").format(title=words["title"])
    if not any(map(bool, causes["total_effect"])):
        reason = say("nothing moved")
        return nothing_to_draw(title or words["title"], subtitle, reason, twin, [causes], locale=locale)
    if all(formatting.hardly_moved(effect, unit) for effect in [totals["change"], *causes["total_effect"]]):
        reason = say("no part moved by as much as a tenth of a point")
        return nothing_to_draw(title or hardly, subtitle, reason, twin, [causes], locale=locale)
    rows = _rows(causes, most, before, now, words["better"], unit, locale)
    is_cut = _is_cut(rows)
    first = _leading(causes)
    said = {
        "title": words["title"],
        "change": formatting.change(totals["change"], None, unit, locale, is_compact=True),
        "group": group_label(first["group"], by),
        "part": formatting.change(first["total_effect"], None, unit, locale, is_compact=True),
    }
    message = say("{title}: {change}, most of all through {group}, {part}")
    if formatting.hardly_moved(totals["change"], unit):
        message = say("{title} hardly moved, {group} did most, {part}")
    against = say("against {period}").format(period=before)
    return dressed(
        _drawn(rows, is_cut),
        title=title or message.format(**said),
        subtitle=f"{subtitle} · {against}{_key(rows, is_cut, locale)}",
        alt_text=say("Waterfall of {title} by {dimension} from {before} to {after}: {numbers}.").format(
            title=lowered(words["title"]),
            dimension=spoken(by),
            before=before,
            after=now,
            numbers=", ".join(f"{row['name']} {row['shown']}" for row in rows),
        ),
        twin=twin,
        frames=[causes],
    )


def _is_seen(effect: Any, unit: str) -> bool:
    """Whether a step is more than nothing as its number is written."""
    return bool(effect) and not (unit == "share" and abs(float(effect)) < _LEAST_SHOWN)


def _leading(causes: pd.DataFrame) -> Any:
    """The largest part of those that went the way of the whole; of all, where the whole stood still."""
    change = causes.attrs["totals"]["change"]
    along = [row for row in frame_rows(causes) if row["total_effect"] * change > 0]
    return along[0] if along else frame_rows(causes)[0]


def _rows(
    causes: pd.DataFrame, most: int, before: str, now: str, better: str | None, unit: str, locale: str
) -> list[dict[str, Any]]:
    """Start, steps and end, each from where to where; the last step ends at the end to the last digit.

    What is too small to be written is gathered with what is beyond the `most`.
    """
    totals, by = causes.attrs["totals"], causes.attrs["by"]
    level = Fraction(totals["before"])
    rows = [_total(before, totals["before"], unit, locale)]
    is_seen = causes["total_effect"].map(lambda effect: _is_seen(effect, unit)).astype(bool)
    is_seen &= is_seen.astype(int).cumsum() <= most
    for row in frame_rows(causes[is_seen]):
        rows.append(_part(group_label(row["group"], by), row["total_effect"], level, better, unit, locale))
        level += Fraction(row["total_effect"])
    rest = causes.loc[~is_seen, "total_effect"].tolist()
    # Exactly: the effects are whole numbers, decimals or floats, and add up as fractions.
    effect = sum(map(Fraction, rest), Fraction(0))
    if any(_is_seen(each, unit) for each in [*rest, effect]):
        name = texts(locale)("others ({count})").format(count=len(rest))
        rows.append(_part(name, type(rest[0])(_number(effect, rest[0])), level, better, unit, locale))
    return [*rows, _total(now, totals["after"], unit, locale)]


def _key(rows: list[dict[str, Any]], is_cut: bool, locale: str) -> str:
    """What colours and ends mean, in words."""
    say, kinds = texts(locale), {row["kind"] for row in rows}
    colours = (("good", say("blue better")), ("bad", say("vermilion worse")))
    better = [name for kind, name in colours if kind in kinds]
    told = [", ".join(better)] if better else []
    return "".join(f" · {each}" for each in [*told, *([say("axis cut, not from zero")] if is_cut else [])])


def _number(exact: Fraction, like: Any) -> Any:
    """A fraction as the kind of number that it is the sum of."""
    if isinstance(like, int | float):
        return exact
    return type(like)(exact.numerator) / type(like)(exact.denominator)


def _total(name: str, value: Any, unit: str, locale: str) -> dict[str, Any]:
    shown = formatting.quantity(value, unit, locale, is_compact=True)
    return {
        "name": name,
        "from": 0.0,
        "to": plotted(value),
        "value": plotted(value),
        "shown": shown,
        "full": formatting.quantity(value, unit, locale),
        "kind": "total",
    }


def _part(
    name: str, effect: Any, level: Fraction, better: str | None, unit: str, locale: str
) -> dict[str, Any]:
    sign = "▲" if effect > 0 else "▼" if effect < 0 else "■"
    return {
        "name": name,
        "from": float(level),
        "to": float(level + Fraction(effect)),
        "value": plotted(effect),
        "shown": f"{sign} {formatting.change(effect, None, unit, locale, is_compact=True)}",
        "full": formatting.change(effect, None, unit, locale),
        "kind": _verdict(effect, better),
    }


def _verdict(effect: Any, better: str | None) -> str:
    if better not in ("higher", "lower") or effect == 0:
        return "neutral"
    return "good" if (effect > 0) == (better == "higher") else "bad"


def _levels(rows: list[dict[str, Any]]) -> tuple[float, float]:
    ends = [row[end] for row in rows[1:-1] for end in ("from", "to")] + [rows[0]["to"], rows[-1]["to"]]
    return min(ends), max(ends)


def _is_cut(rows: list[dict[str, Any]]) -> bool:
    low, high = _levels(rows)
    return low * high > 0 and high > low and high - low < _CUT * max(abs(low), abs(high))


def _drawn(rows: list[dict[str, Any]], is_cut: bool) -> AnyChart:
    low, high = _levels(rows)
    low, high = (low, high) if is_cut else (min(0.0, low), max(0.0, high))
    room = 0.3 * ((high - low) or 1.0)
    scale = alt.Scale(
        domain=[low - (room * 0.1 if is_cut or low < 0 else 0), high + room], nice=False, zero=False
    )
    x = alt.X("from:Q", title=None, axis=None, scale=scale)
    base = Chart(Rows(values=rows), height=_ROW * len(rows)).encode(
        y=alt.Y(
            "name:N",
            sort=[row["name"] for row in rows],
            title=None,
            axis=_names(rows),
        ),
        tooltip=[alt.Tooltip("name:N", title="part"), alt.Tooltip("full:N", title="value")],
    )
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=["total", "good", "bad", "neutral"], range=[INK, ACCENT, CATEGORIES[1], GREY]),
        legend=None,
    )
    steps = base.transform_filter("datum.kind !== 'total'") if is_cut else base
    # A bar that does not begin at zero would lie about its length: cut totals are marks at their level.
    totals = base.transform_filter("datum.kind === 'total'").mark_tick(thickness=3, size=20, color=INK)
    ends = base.transform_calculate(end="max(datum.from, datum.to)")
    return Layers(
        layer=[
            steps.mark_bar(height=18).encode(x=x, x2=alt.X2("to:Q"), color=colour),
            totals.encode(x=alt.X("to:Q", title=None, axis=None, scale=scale)),
            ends.mark_text(align="left", dx=6).encode(
                x=alt.X("end:Q", title=None, axis=None, scale=scale), text=alt.Text("shown:N")
            ),
        ]
    )


def _names(rows: list[dict[str, Any]]) -> alt.Axis:
    """The names of the rows, long ones in several lines, which Vega would write from the middle down."""
    names = [row["name"] for row in rows]
    lines = [wrapped(name, _NAME) for name in names]
    said, place = json.dumps(lines, ensure_ascii=False), json.dumps(names, ensure_ascii=False)
    up = json.dumps([_LINE / 2 * (1 - len(each)) for each in lines])
    return alt.Axis(
        domain=False,
        ticks=False,
        labelLimit=0,
        labelLineHeight=_LINE,
        labelExpr=f"{said}[indexof({place}, datum.value)]",
        labelOffset=alt.ExprRef(f"{up}[indexof({place}, datum.value)]"),
    )


def _twin(causes: pd.DataFrame, by: str, unit: str, locale: str) -> dict[str, Any]:
    say, totals = texts(locale), causes.attrs["totals"]
    names = (compared_name(causes.attrs["compared"], locale), period_name(causes.attrs["scope"], locale))
    columns = [
        (spoken(by).capitalize(), "left"),
        *((name, "right") for name in (*names, say("Part of the change"))),
    ]
    rows = [
        [
            group_label(row["group"], by),
            formatting.quantity(row["before"], unit, locale),
            formatting.quantity(row["after"], unit, locale),
            formatting.change(row["total_effect"], None, unit, locale),
        ]
        for row in frame_rows(causes)
    ]
    rows.append(
        [
            say("all"),
            formatting.quantity(totals["before"], unit, locale),
            formatting.quantity(totals["after"], unit, locale),
            formatting.change(totals["change"], None, unit, locale),
        ]
    )
    return twin_of(columns, rows)
