"""KPI tiles as HTML: label, value, change against a named period, sparkline, note."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from statistics import quantiles
from typing import Any

_WIDTH, _HEIGHT, _MARGIN = 120, 28, 3
_FEWEST_FOR_BAND = 8
_ARROWS = {"up": "▲", "down": "▼", "flat": "■"}
_VERDICTS = {"good", "bad"}


def render_tiles(tiles: Sequence[Mapping[str, Any]]) -> str:
    """One row of tiles. A tile without a value says why it is missing."""
    inner = "".join(_tile(tile) for tile in tiles)
    return f'<div class="tiles" role="list">{inner}</div>'


def _tile(tile: Mapping[str, Any]) -> str:
    missing = tile.get("missing")
    parts = [f'<div class="tile-label">{escape(str(tile.get("label", "")))}</div>']
    if missing:
        parts.append('<div class="tile-value missing">missing</div>')
        parts.append(f'<div class="tile-note">{escape(str(missing))}</div>')
    else:
        parts.append(f'<div class="tile-value">{escape(str(tile.get("value", "")))}</div>')
        parts.append(_delta(tile.get("delta")))
        parts.append(sparkline(tile.get("spark") or []))
    if tile.get("note"):
        parts.append(f'<div class="tile-note">{escape(str(tile["note"]))}</div>')
    return f'<div class="tile" role="listitem">{"".join(parts)}</div>'


def _delta(delta: Mapping[str, Any] | None) -> str:
    if not delta:
        return ""
    verdict = delta.get("verdict") if delta.get("verdict") in _VERDICTS else "neutral"
    arrow = _ARROWS.get(str(delta.get("direction")), "")
    word = f'<span class="tile-word">{escape(str(delta["word"]))}</span> ' if delta.get("word") else ""
    return (
        f'<div class="tile-delta {verdict}"><span aria-hidden="true">{arrow}</span> '
        f"{escape(str(delta.get('text', '')))}</div>"
        f'<div class="tile-against">{word}{escape(str(delta.get("against") or ""))}</div>'
    )


def sparkline(values: Sequence[float | None]) -> str:
    """A line of the values with gaps where they are missing and the last known one marked; or nothing.

    Behind eight and more lies the band in which the middle half of them is.
    """
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0

    def height(value: float) -> float:
        return _HEIGHT - _MARGIN - (value - low) / span * (_HEIGHT - 2 * _MARGIN)

    step = (_WIDTH - 2 * _MARGIN) / (len(values) - 1)
    runs: list[list[str]] = [[]]
    last = ""
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        x = _MARGIN + place * step
        runs[-1].append(f"{x:.1f},{height(float(value)):.1f}")
        last = f'cx="{x:.1f}" cy="{height(float(value)):.1f}"'
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    return (
        f'<svg class="tile-spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true" focusable="false">'
        f'{_band(known, height)}{lines}<circle {last} r="2.5"/></svg>'
    )


def _band(known: Sequence[float], height: Callable[[float], float]) -> str:
    """A pale strip from the lower to the upper quartile."""
    if len(known) < _FEWEST_FOR_BAND:
        return ""
    lower, _, upper = quantiles(known, n=4, method="inclusive")
    top, bottom = height(upper), height(lower)
    # The colour stands in the drawing itself: a band without a style would be black.
    return (
        f'<rect x="{_MARGIN}" y="{top:.1f}" width="{_WIDTH - 2 * _MARGIN}" height="{bottom - top:.1f}" '
        'fill="#6B7280" fill-opacity="0.15" stroke="none"/>'
    )


STYLE = (
    "<style>"
    ":where(.tiles){display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:24px}"
    ":where(.tile-label,.tile-delta,.tile-against,.tile-note){font-size:13px;color:#6B7280}"
    ":where(.tile-value){font-size:32px;font-weight:600;font-variant-numeric:tabular-nums}"
    ":where(.tile-delta.good){color:#0072B2}:where(.tile-delta.bad){color:#D55E00}"
    ":where(.tile-spark){width:120px;height:28px;fill:none;stroke:#0072B2;stroke-width:1.5}"
    "</style>"
)
"""For notebooks on their own; of no specificity, so that a report's style wins."""
