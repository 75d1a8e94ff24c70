"""Which currencies the money came in: parts of the whole, the largest first, small ones gathered."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from analytics_lib import formatting
from analytics_lib.charts.bars import bars
from analytics_lib.charts.drawing import unchecked
from analytics_lib.charts.figure import (
    AnyChart,
    dressed,
    is_without_groups,
    lighter,
    marked,
    nothing_to_draw,
    plotted,
    ranked_groups,
    subtitle_of,
    twin_of,
    why_missing,
)
from analytics_lib.errors import InputError
from analytics_lib.facts import UNKNOWN
from analytics_lib.formatting import lowered, period_name, spoken, texts
from analytics_lib.frame_rows import frame_rows

_MOST = 8
"""Bars, of which the last gathers the rest."""


@unchecked
def currency_mix(frame: pd.DataFrame, *, locale: str = "en", title: str | None = None) -> AnyChart:
    """A share by currency, from `measure(["payment_value_share", "payment_value"], scope, by=["currency"])`.

    Sorted bars, whose small parts stay legible where those of one stacked bar run into each other; the
    amounts stand beside the shares if the frame has them. Raises `InputError` without a share.
    """
    say = texts(locale)
    dimension = frame.attrs["dimensions"][0]
    shares = frame[frame["unit"] == "share"]
    if shares.empty:
        raise InputError("A mix of currencies is drawn from shares: ask for payment_value_share, too.")
    name = shares["metric"].iloc[0]
    shares = shares[shares["metric"] == name]
    amounts = frame[frame["metric"] != name]
    words = frame.attrs["metrics"][name]
    now, subtitle = period_name(frame.attrs["scope"], locale), subtitle_of(frame, locale)
    known = shares[shares["value"].notna()]
    rows: list[Any] = frame_rows(ranked_groups(known, dimension))
    beside = {row[dimension]: row for row in frame_rows(amounts)}
    twin = _twin(rows, beside, dimension, now, locale)
    if known.empty or is_without_groups(shares):
        return nothing_to_draw(
            title or words["title"], subtitle, why_missing(shares, locale), twin, [frame], locale=locale
        )
    drawn = [_bar(row, beside.get(row[dimension]), dimension, locale) for row in rows]
    if len(drawn) > _MOST:
        rest = rows[_MOST - 1 :]
        drawn = [*drawn[: _MOST - 1], _gathered(rest, locale)]
    said = ", ".join(f"{bar['group']} {bar['full']}" for bar in drawn)
    return dressed(
        bars(drawn),
        title=title
        or say("{group}: {share} of {whole}").format(
            group=rows[0][dimension], share=drawn[0]["share"], whole=_whole(amounts, frame, words)
        ),
        subtitle=subtitle + lighter(frame, locale),
        alt_text=say("Bar chart of {title} by {dimension}, {period}: {numbers}.").format(
            title=lowered(words["title"]), dimension=spoken(dimension), period=now, numbers=said
        ),
        twin=twin,
        frames=[frame],
    )


def _whole(amounts: pd.DataFrame, frame: pd.DataFrame, words: Any) -> str:
    """What it is a share of, by the name of the amount where there is one."""
    if amounts.empty:
        return lowered(str(words["title"])).removeprefix("share of ")
    return lowered(str(frame.attrs["metrics"][amounts["metric"].iloc[0]]["title"]))


def _bar(row: Any, amount: Any, dimension: str, locale: str) -> dict[str, Any]:
    share = formatting.quantity(row["value"], "share", locale)
    beside = (
        ""
        if amount is None
        else formatting.quantity(amount["value"], amount["unit"], locale, is_compact=True)
    )
    return {
        "group": str(row[dimension]),
        "value": plotted(row["value"]),
        "previous": plotted(row.get("previous")),
        "share": share,
        "shown": f"{share} · {beside}" if beside else share,
        "full": f"{share} ({beside})" if beside else share,
        "kind": "quiet" if row[dimension] == UNKNOWN else "named",
    }


def _gathered(rest: list[Any], locale: str) -> dict[str, Any]:
    """The small parts as one."""
    total = float(sum((Fraction(row["value"]) for row in rest), Fraction(0)))
    before = [row.get("previous") for row in rest]
    share = formatting.quantity(total, "share", locale)
    known = [Fraction(each) for each in before if each is not None]
    return {
        "group": texts(locale)("others ({count})").format(count=len(rest)),
        "value": total,
        "previous": float(sum(known, Fraction(0))) if known else None,
        "share": share,
        "shown": share,
        "full": share,
        "kind": "quiet",
    }


def _twin(rows: list[Any], beside: dict[Any, Any], dimension: str, now: str, locale: str) -> dict[str, Any]:
    columns = [(spoken(dimension).capitalize(), "left"), (now, "right")]
    columns += [(texts(locale)("Amount"), "right")] if beside else []
    lines = []
    for row in rows:
        cells = [str(row[dimension]), marked(row["value"], row["quality"], "share", locale)]
        if beside:
            amount = beside[row[dimension]]
            cells.append(marked(amount["value"], amount["quality"], amount["unit"], locale))
        lines.append(cells)
    return twin_of(columns, lines)
