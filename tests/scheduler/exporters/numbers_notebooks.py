"""Executed notebooks whose outputs carry their numbers, as ours do, and ones by strangers that carry none."""

from __future__ import annotations

from typing import Any

import nbformat.v4 as nb

from tests.scheduler.exporters.html_notebooks import TILES, VEGALITE, cell, display, document

TABLE = "application/vnd.analytics.table+json"
ABOUT = {
    "run_id": "0123456789abcdef",
    "data_as_of": "2026-10-31T23:00:00Z",
    "data_version": "v1",
    "definition_version": "d1",
    "period": "2026-10",
    "subtitle": "All business models · October 2026 · Europe/Madrid",
    "scope": {"period": "2026-10", "business_models": []},
}
EVIL = "=cmd|' /C calc'!A0"
PLACES = [EVIL, "-5", "+49", "@x", "\tx", "https://example.com", 'Córdoba, "the" 京都', "007"]
"""Names of destinations that a spreadsheet may take for something else."""


def row(metric: str, value: Any, unit: str, **fields: Any) -> dict[str, Any]:
    """A row of the wire format with every field."""
    plain = dict.fromkeys(("bucket", "previous", "change", "change_ratio", "reason"))
    return {"metric": metric, "value": value, "unit": unit, "n": 40, **plain, "quality": "ok", **fields}


def numbers(title: str, rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """An answer with its rows; the titles of its metrics are made of their names."""
    metrics = {
        row["metric"]: {"title": row["metric"].replace("_", " ").capitalize(), "unit": row["unit"]}
        for row in rows
    }
    plain = {"dimensions": [], "over": None, "period": "2026-10", "compared": None}
    return {"title": title, "metrics": metrics, **plain, "rows": rows, **fields}


def headline() -> dict[str, Any]:
    rows = [
        row("total_bookings", 1240, "count", previous=1100, change=140, change_ratio=0.127272727),
        row("net_revenue", "-1234.50", "EUR", previous="10.00", change="-1244.50", change_ratio=-124.45),
        row("cancellation_rate", 0.125, "share", previous=0.11, change=0.015),
        row("lead_time_median", None, "days", reason="no arrival was recorded"),
        row("ai_response_p95", 812.5, "ms"),
    ]
    return numbers("Bookings rose by 12.7 %", rows, compared="previous")


def course() -> dict[str, Any]:
    days = [row("total_bookings", 40 + day, "count", bucket=f"2026-10-{day:02d}") for day in (1, 2, 3)]
    coming = row("total_bookings", 44.5, "count", bucket="2026-11-01", quality="forecast")
    return numbers("How it went", [*days, {**coming, "lower_80": 40.25, "upper_80": 48.75}], over="day")


def places() -> dict[str, Any]:
    rows = [
        row("gross_bookings_value", f"{place}00.10", unit, destination_name=name)
        for place, (name, unit) in enumerate(
            zip(PLACES, ["EUR", "JPY", "KWD", *["EUR"] * (len(PLACES) - 3)], strict=True), start=1
        )
    ]
    return numbers("Where: the places [by/value]?", rows, dimensions=["destination_name"])


def tiles(answer: dict[str, Any]) -> Any:
    return cell(display({TILES: {"tiles": [], "numbers": answer}, "text/html": "<p>tiles</p>"}))


def chart(answer: dict[str, Any] | None) -> Any:
    spec: dict[str, Any] = {"mark": "bar", "data": {"values": [{"x": 4711}]}, "title": "A chart"}
    spec |= {"description": "A bar.", "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    spec["usermeta"] = {"analytics": {"title": "A chart", "numbers": answer}} if answer else {}
    return cell(display({VEGALITE: spec, "text/plain": "a chart"}))


def table(answer: dict[str, Any]) -> Any:
    said = {"caption": "A table", "columns": [], "rows": [], "words": "", "numbers": answer}
    return cell(display({TABLE: said, "text/html": "<table><tr><td>shown</td></tr></table>"}))


def report() -> Any:
    """Tiles before the first section, a chart in one section, a table and a stranger's chart in another."""
    return document(
        nb.new_markdown_cell("# Bookings rose by 12.7 % in October"),
        tiles(headline()),
        nb.new_markdown_cell("## How the period went"),
        chart(course()),
        nb.new_markdown_cell("## Who *brought* it\n\n### In detail"),
        table(places()),
        chart(None),
        **ABOUT,
    )


def foreign() -> Any:
    """What a stranger's notebook shows: a chart with its own data, and odd things in our places."""
    odd = [{"numbers": None}, {"numbers": {"rows": "none"}}, {"numbers": {"rows": []}}, {"numbers": [1]}]
    charts = [
        cell(display({VEGALITE: {"mark": "bar", "data": {"values": [{"x": 1}]}, "usermeta": meta}}))
        for meta in [{}, {"analytics": "mine"}, *({"analytics": each} for each in odd)]
    ]
    tables = [cell(display({TABLE: said, "text/html": "<p>x</p>"})) for said in (None, '"a text"', [], {})]
    return document(nb.new_markdown_cell("# By others"), *charts, *tables)
