from __future__ import annotations

from typing import Any

import altair as alt
import nbformat.v4 as nb
import pandas as pd
import pytest

from analytics_lib.errors import RunError
from scheduler.exporters.html import HtmlReport
from scheduler.exporters.pdf import PdfReport
from scheduler.exporters.svg_extent import overflow, render_whole
from tests.scheduler.exporters.html_notebooks import VEGALITE, cell, display, document

EXPORTERS = [HtmlReport, PdfReport]


def chart_of(y: str = "weight:Q", **usermeta: Any) -> alt.Chart:
    frame = pd.DataFrame({"fruit": ["apple", "pear"], "weight": [3, 5]})
    chart = (
        alt.Chart(frame, title="Fruit", description="Weights of fruit.").mark_bar().encode(x="fruit:N", y=y)
    )
    return chart.properties(usermeta=usermeta) if usermeta else chart


def shown(chart: alt.Chart, *, as_page: bool = False) -> Any:
    if as_page:
        with alt.renderers.enable("default"):
            data = {"text/html": str(chart._repr_mimebundle_()["text/html"])}
    else:
        data = {VEGALITE: chart.to_dict()}
    return document(nb.new_markdown_cell("# Fruit"), cell(display({**data, "text/plain": "chart"})))


@pytest.mark.parametrize("exporter", EXPORTERS)
@pytest.mark.parametrize("as_page", [False, True])
def test_strict_refuses_a_chart_that_shows_nothing(exporter: Any, as_page: bool) -> None:
    misspelt = shown(chart_of("wieght:Q"), as_page=as_page)
    with pytest.raises(RunError, match="The chart 'Fruit' shows nothing: "):
        exporter(strict=True).from_notebook_node(misspelt)
    exporter().from_notebook_node(misspelt)
    exporter(strict=True).from_notebook_node(shown(chart_of(), as_page=as_page))


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_a_chart_that_says_why_it_is_empty_is_no_mistake(exporter: Any) -> None:
    told = chart_of("wieght:Q", analytics={"empty": "nobody weighed anything"})
    exporter(strict=True).from_notebook_node(shown(told))


@pytest.mark.parametrize("width", [200, 340, 640, None])
def test_every_text_lies_inside_the_drawing(width: int | None) -> None:
    frame = pd.DataFrame({"hour": ["23"], "value": [3], "series": ["October 31, 2026, 22:00 to 23:00"]})
    base = alt.Chart(frame).encode(alt.X("hour:N"), alt.Y("value:Q"))
    spec = (base.mark_point() + base.mark_text(align="left", dx=8).encode(text="series:N")).to_dict()
    svg = render_whole(spec, width=width)
    left, _, wide, _ = map(float, svg.partition(' viewBox="')[2].partition('"')[0].split())
    beyond = overflow(svg)
    assert beyond[0] <= -left + 0.1
    assert beyond[1] + left <= 0.1
    assert wide > 0
