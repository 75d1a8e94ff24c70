"""Executed notebooks to render: one as our own reports are, and ones as strangers write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import altair as alt
import nbformat.v4 as nb
import pandas as pd

INK, GREY, GRID, BLUE, VERMILION = "#111827", "#6B7280", "#E5E7EB", "#0072B2", "#D55E00"
VEGALITE = "application/vnd.vegalite.v6+json"
TILES = "application/vnd.analytics.tiles+json"
CONFIG = {
    "font": "Inter",
    "background": "#FFFFFF",
    "view": {"stroke": None},
    "axis": {
        "labelColor": GREY,
        "titleColor": GREY,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelFontSize": 12,
    },
    "title": {"color": INK, "anchor": "start"},
}


def display(data: dict[str, Any], **metadata: Any) -> Any:
    return nb.new_output("display_data", data=data, metadata=metadata)


def cell(*outputs: Any) -> Any:
    return nb.new_code_cell("secret_code = 1", outputs=list(outputs), execution_count=1)


def document(*cells: Any, **about: Any) -> Any:
    notebook = nb.new_notebook(cells=list(cells))
    for number, one in enumerate(notebook.cells):
        one["id"] = f"cell-{number}"
    if about:
        notebook.metadata["analytics"] = about
    return notebook


def ours(chart: Any, title: str, columns: list[str], rows: list[list[str]], empty: str | None = None) -> Any:
    """A chart as our notebooks show it: alternative text and table twin inside."""
    spec = chart.to_dict()
    alt = f"{title} Alternative text with its extremes."
    spec["description"] = alt
    align = ["left", *["right"] * (len(columns) - 1)]
    table = {
        "columns": [{"name": name, "align": side} for name, side in zip(columns, align, strict=True)],
        "rows": rows,
    }
    spec["usermeta"] = {"analytics": {"title": title, "alt": alt, "table": table, "empty": empty}}
    return cell(display({VEGALITE: spec, "text/plain": alt}))


def trend(title: str = "Bookings grew by 12.4 % over the year, with a dip in February.") -> Any:
    days = [dt.date(2025, 11, 1) + dt.timedelta(days=7 * week) for week in range(52)]
    frame = pd.DataFrame(
        {
            "week": [day.isoformat() for day in days] * 2,
            "bookings": [900 + 9 * n + (n * 37 % 90) for n in range(52)]
            + [800 + 8 * n + (n * 53 % 80) for n in range(52)],
            "series": ["this year"] * 52 + ["previous year"] * 52,
        }
    )
    lines = (
        alt.Chart(frame)
        .mark_line()
        .encode(
            alt.X("week:T", title=None, scale=alt.Scale(type="utc")),
            alt.Y("bookings:Q", title=None),
            alt.Color(
                "series:N",
                legend=None,
                scale=alt.Scale(domain=["this year", "previous year"], range=[INK, GREY]),
            ),
            tooltip=["week:T", "bookings:Q"],
        )
    )
    label = lines.transform_filter("toDate(datum.week) == utc(2026, 9, 24)").mark_text(align="left", dx=4)
    chart = (lines + label.encode(text="series:N")).properties(
        width=640, height=280, padding={"left": 4, "top": 4, "bottom": 4, "right": 90}
    )
    rows = [[str(row.week), str(row.bookings)] for row in frame.head(52).itertuples()]
    return ours(chart.configure(**CONFIG), title, ["Week", "Bookings"], rows)


def bars(title: str, colour: str = BLUE) -> Any:
    frame = pd.DataFrame({"model": ["B2C", "B2B", "B2B2C"], "bookings": [6412, 3118, 2650]})
    base = alt.Chart(frame).encode(
        alt.Y("model:N", title=None, sort=None),
        alt.X("bookings:Q", axis=None),
        tooltip=["model:N", "bookings:Q"],
    )
    labels = base.mark_text(align="left", dx=4, color=INK).encode(text="bookings:Q")
    chart = base.mark_bar(color=colour) + labels
    rows = [[row.model, f"{row.bookings:,}"] for row in frame.itertuples()]
    return ours(
        chart.properties(height=160, width=320).configure(**CONFIG),
        title,
        ["Business model", "Bookings"],
        rows,
    )


def panels() -> Any:
    frame = pd.DataFrame(
        [
            {"month": f"2026-{month:02d}", "rate": 0.1 + 0.02 * place + month / 200, "model": model}
            for place, model in enumerate(["B2C", "B2B", "B2B2C", "unknown"])
            for month in range(1, 11)
        ]
    )
    chart = (
        alt.Chart(frame)
        .mark_line(color=VERMILION)
        .encode(
            alt.X("month:O", title=None),
            alt.Y("rate:Q", title=None),
            alt.Facet("model:N", columns=4),
        )
        .properties(width=180, height=120)
        .configure(**CONFIG)
    )
    return ours(
        chart, "Cancellation rises in every business model.", ["Month", "Rate"], [["2026-01", "10.5 %"]]
    )


def tile(label: str, value: str, **others: Any) -> dict[str, Any]:
    delta = {
        "text": "+412 (+3.5 %)",
        "against": "vs September 2026",
        "direction": "up",
        "verdict": "good",
        "word": "better",
    }
    spark = [10, 12, 11, 13, None, 14, 13, 15, 17, 16, 18, 21]
    return {
        "label": label,
        "value": value,
        "delta": delta,
        "spark": spark,
        "note": "",
        "missing": None,
        **others,
    }


def tiles() -> Any:
    worse = {
        "text": "+1.2 pp",
        "against": "vs September 2026",
        "direction": "up",
        "verdict": "bad",
        "word": "worse",
    }
    shown = [
        tile("Bookings", "12,180"),
        tile("Gross bookings value", "€4.27M"),
        tile("Average booking value", "€351", note="median €290"),
        tile("Cancellation rate", "20.4 %", delta=worse),
        tile("Confirmation rate", "94.1 %", delta=None),
        tile("Repeat guests", "", missing="the source names no customers"),
    ]
    return cell(
        display({TILES: {"tiles": shown}, "text/html": "<p>tiles as html</p>", "text/plain": "tiles"})
    )


ABOUT = {
    "title": "Bookings",
    "subtitle": "Bookings report · October 2026 · all business models · reporting zone Europe/Madrid",
    "run_id": "3f9c2a7be01d",
    "data_as_of": "2026-11-01 00:00 UTC",
    "data_version": "sha256:5c0e9b1f",
    "definition_version": "defs:77ab02",
    "language": "en",
}

NUMBERS = """<table class="numbers"><caption>Products by value</caption><thead><tr><th>Product</th>
<th class="num">Bookings</th><th class="num">Gross value</th><th class="num">Share</th>
<th class="num">Average stay</th><th class="num">Cancelled</th></tr></thead><tbody>""" + "".join(
    f'<tr><td>City hotel {n}</td><td class="num">{4000 - 131 * n:,}</td>'
    f'<td class="num">€{900 - 31 * n},000.00</td>'
    f'<td class="num">{20 - n}.0 %</td><td class="num">3.{n} nights</td><td class="num">1{n}.4 %</td></tr>'
    for n in range(9)
)


def report() -> Any:
    """A notebook as our reports are: headline, tiles, charts, a table, the small print."""
    return document(
        nb.new_markdown_cell("# October brought 12,180 bookings, 3.5 % more than September"),
        cell(nb.new_output("stream", name="stderr", text="a warning nobody reads")),
        tiles(),
        trend(),
        nb.new_markdown_cell(
            "## Who booked\n\nDirect guests made **6,412 bookings**, half of all; agencies followed."
        ),
        bars("Direct guests lead with 6,412 bookings."),
        bars("Distributors cancel most.", VERMILION),
        nb.new_markdown_cell("## Cancellation by business model"),
        panels(),
        nb.new_markdown_cell("## Products"),
        cell(display({"text/html": NUMBERS + "</tbody></table>", "text/plain": "a table"})),
        nb.new_markdown_cell(
            "## What these numbers are\n\n- Bookings: *placed in the period*, test records apart.\n"
            "- Missing: destinations, customers, payments.\n\n### Definitions\n\nSee the `catalogue`."
        ),
        **ABOUT,
    )


def plain_chart(**others: Any) -> dict[str, Any]:
    """A chart as Altair alone makes it."""
    frame = pd.DataFrame({"fruit": ["apple", "pear"], "weight": [3, 5]})
    spec: dict[str, Any] = alt.Chart(frame).mark_bar().encode(x="fruit", y="weight").to_dict()
    return {**spec, **others}


def altair_page() -> str:
    """What Altair shows by default: HTML that loads Vega from afar."""
    frame = pd.DataFrame({"fruit": ["apple", "pear"], "weight": [3, 5]})
    chart = alt.Chart(frame).mark_bar().encode(x="fruit", y="weight")
    with alt.renderers.enable("default"):
        return str(chart._repr_mimebundle_()["text/html"])


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def foreign() -> Any:
    """Whatever a stranger's notebook may hold: gaps in headings, no names, plain pandas, errors."""
    frame = pd.DataFrame({"city": ["Oslo", "서울"], "nights": [3, None], "price": [-1.5, 2e6]})
    return document(
        nb.new_markdown_cell(
            "Intro before any title, costs $5 and $10, and $x^2 + y_1$ is an equation.\n\n$$\\sum x$$"
        ),
        nb.new_markdown_cell("# First part\n\ntext[^1]\n\n[^1]: A note."),
        nb.new_markdown_cell("### Too deep\n\n| a | b |\n|---|---|\n| x | 1 |\n\n```python\nprint(1)\n```"),
        cell(display({VEGALITE: plain_chart(), "text/plain": "chart"})),
        cell(
            display({"application/vnd.vegalite.v5+json": plain_chart(title="Fruit"), "text/plain": "chart"})
        ),
        cell(display({"text/html": altair_page(), "text/plain": "alt.Chart(...)"})),
        nb.new_markdown_cell("# Second part 🚀"),
        cell(
            nb.new_output("stream", name="stdout", text="printed \x1b[31mred\x1b[0m\n"),
            nb.new_output("stream", name="stderr", text="warned"),
            nb.new_output(
                "execute_result",
                data={"text/html": frame.to_html(), "text/plain": "a frame"},
                execution_count=1,
            ),
            display({"image/png": PIXEL, "text/plain": "<Figure>"}),
            display({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}, alt="A vector"),
            display({"text/latex": "$$E = mc^2$$"}),
            display({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider()"}),
            nb.new_output("error", ename="ValueError", evalue="bad <value>", traceback=["long", "trace"]),
        ),
    )


def hostile() -> Any:
    """A notebook that tries to run code and to ask the network."""
    far = "http://127.0.0.1:9/x"
    attacks = f"""<script>window.harmed = 1</script><img src="{far}.png" onerror="window.harmed = 1"
alt="far"><img src="x" onerror="window.harmed = 1">
<link rel="stylesheet" href="{far}.css"><iframe src="{far}"></iframe>
<svg onload="window.harmed = 1"><style>@import '{far}'</style></svg>
<a href="javascript:window.harmed = 1">link</a>
<style>body {{ background: url({far}) }}</style>
<p style="background: url({far})" onclick="window.harmed = 1">text</p>
<video src="{far}" autoplay></video><object data="{far}"></object><form action="{far}"><input autofocus
onfocus="window.harmed = 1"></form><base href="{far}"><meta http-equiv="refresh" content="0;url={far}">
<math><mtext><table><mglyph>
<style><img src=x onerror="window.harmed = 1"></style></mglyph></table></mtext></math>"""
    breaking = plain_chart(title="</script><script>window.harmed = 1</script>")
    breaking["usermeta"] = {"embedOptions": {"patch": far, "config": far, "actions": True}}
    away = {"data": {"url": far + ".csv"}, "mark": "point"}
    return document(
        nb.new_markdown_cell(
            "# Title <script>window.harmed = 1</script>\n\n" + attacks + f"\n\n![far]({far}.png)"
        ),
        cell(display({"text/html": attacks, "text/plain": "attacks"})),
        cell(display({VEGALITE: breaking}), display({VEGALITE: away})),
    )
