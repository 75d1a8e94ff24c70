"""The gate: a chart without a value does not pass, unless it says why it is empty."""

from __future__ import annotations

from typing import Any

import altair as alt
import nbformat
import nbformat.v4
import pandas as pd
import pytest

from analytics_lib.charts.figure import dressed, nothing_to_draw, twin_of
from analytics_lib.errors import RunError
from scheduler.gate import refuse_empty_charts

MIME = "application/vnd.vegalite.v6+json"
TWIN = twin_of([("Day", "left")], [])


def showing(spec: dict[str, Any], mime: str = MIME) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("display_data", data={mime: spec})
    cells = [nbformat.v4.new_markdown_cell("# 1"), nbformat.v4.new_code_cell("chart", outputs=[output])]
    return nbformat.v4.new_notebook(cells=cells)


def bars(values: Any) -> alt.Chart:
    return alt.Chart(values, title="Bookings").mark_bar().encode(x="value:Q")


FULL = bars(alt.InlineData(values=[{"value": None}, {"value": 3}]))
EMPTY = bars(alt.InlineData(values=[]))
BLANK = bars(alt.InlineData(values=[{"value": None}, {"value": None}]))


@pytest.mark.parametrize(
    "chart",
    [
        FULL,
        bars(pd.DataFrame({"value": [1, 2]})),
        FULL + FULL,
        alt.hconcat(FULL, FULL),
        bars(alt.InlineData(values=[{"value": 0}])),
    ],
)
def test_charts_with_values_pass(chart: Any) -> None:
    refuse_empty_charts(showing(chart.to_dict()))


@pytest.mark.parametrize("mime", [MIME, "application/vnd.vegalite.v5+json"])
@pytest.mark.parametrize(
    "chart",
    [
        EMPTY,
        BLANK,
        bars(pd.DataFrame({"value": []})),
        bars(pd.DataFrame({"value": [None, None]})),
        EMPTY + BLANK,
        alt.hconcat(EMPTY, EMPTY),
        alt.vconcat(EMPTY + EMPTY),
    ],
)
def test_charts_without_a_value_are_refused_with_cell_and_title(chart: Any, mime: str) -> None:
    with pytest.raises(RunError, match="cell 2 shows an empty chart") as refused:
        refuse_empty_charts(showing(chart.to_dict(), mime))
    assert len(str(refused.value).splitlines()) == 1


def test_the_title_of_the_empty_chart_is_named() -> None:
    with pytest.raises(RunError, match=r": Bookings\.$"):
        refuse_empty_charts(showing(EMPTY.to_dict()))


def test_a_chart_that_says_why_it_is_empty_passes() -> None:
    refuse_empty_charts(showing(nothing_to_draw("Bookings", "", "the source has no channel", TWIN).to_dict()))
    unsaid = dressed(EMPTY, title="Bookings", subtitle="", alt_text="Bookings", twin=TWIN)
    with pytest.raises(RunError, match="empty chart"):
        refuse_empty_charts(showing(unsaid.to_dict()))


def test_other_outputs_are_none_of_its_business() -> None:
    refuse_empty_charts(showing({"values": []}, "application/json"))
    refuse_empty_charts(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))


TWO = pd.DataFrame({"a": ["x", "y"], "b": [1, 2], "none": [None, None]})


def drawn(rows: pd.DataFrame, y: str) -> alt.Chart:
    return alt.Chart(rows, title="Bookings").mark_bar().encode(x="a:N", y=y)


def as_page(chart: Any) -> nbformat.NotebookNode:
    """The chart as plain Altair shows it: a page with the specification in a script."""
    data = chart._repr_mimebundle_()
    assert "text/html" in data and not any("vegalite" in mime for mime in data)
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("chart", outputs=[output])])


@pytest.mark.parametrize(
    ("chart", "reason"),
    [
        (drawn(TWO.head(0), "b:Q"), "shows an empty chart"),
        (drawn(TWO, "none:Q"), "shows an empty chart"),
        (drawn(TWO, "bb:Q"), "shows a chart of 'bb', which its data lacks"),
        (drawn(TWO, "b:Q").encode(color="none:N"), "shows an empty chart"),
        (drawn(TWO, "b:Q") + drawn(TWO, "bb:Q"), "'bb'"),
        (alt.Chart(TWO).mark_arc().encode(theta="none:Q"), "shows an empty chart"),
        (drawn(TWO.head(0), "count()"), "shows an empty chart"),
        (drawn(TWO.head(0), "b:Q") + alt.Chart(TWO.head(1)).mark_rule().encode(y=alt.datum(3)), "empty"),
        (drawn(pd.DataFrame({"a": ["x", None], "b": [None, 2]}), "b:Q"), "shows an empty chart"),
        (drawn(TWO, "none:Q").facet("a:N"), "shows an empty chart"),
    ],
)
def test_every_field_that_is_drawn_needs_values(chart: Any, reason: str) -> None:
    with alt.renderers.enable("html"), pytest.raises(RunError, match=reason) as refused:
        refuse_empty_charts(as_page(chart))
    assert str(refused.value).startswith("cell 1 shows") and len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "chart",
    [
        drawn(TWO, "b:Q"),
        drawn(TWO, "count()"),
        drawn(TWO, "b:Q").encode(tooltip="none:N"),
        drawn(TWO, "b:Q") + drawn(TWO, "none:Q"),
        drawn(TWO, "c:Q").transform_calculate(c="datum.b * 2"),
        alt.Chart(alt.sequence(3)).mark_bar().encode(x="data:Q"),
        alt.Chart(TWO).mark_bar().encode(x="a:N", y=alt.Y(alt.repeat("column"))).repeat(column=["b"]),
        drawn(TWO, "b:Q").facet("a:N"),
    ],
)
def test_what_can_be_drawn_passes(chart: Any) -> None:
    with alt.renderers.enable("html"):
        refuse_empty_charts(as_page(chart))
