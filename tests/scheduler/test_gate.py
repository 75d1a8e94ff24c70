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
        bars(pd.DataFrame({"height": [1, 2]})),
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
