"""Tables: every number of the frame in its unit, sorted and cut as asked, safe as HTML."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest

from analytics_lib import AnalyticsService, formatting
from analytics_lib.charts import table
from tests.small_platform import OCTOBER, holding, placed

METRICS = ["total_bookings", "gross_bookings_value", "cancellation_rate"]


def test_every_number_stands_in_its_row_and_column(small: AnalyticsService) -> None:
    frame = small.measure(METRICS, small.scope(period="2026-10"), by=["business_model"])
    shown = table(frame)
    assert len(shown.columns) == 4 and shown.words == 1
    cells = {row[0]: row[1:] for row in shown.rows}
    for row in frame.to_dict("records"):
        group = formatting.group_label(row["business_model"], "business_model")
        place = METRICS.index(row["metric"])
        assert cells[group][place] == formatting.quantity(row["value"], row["unit"])


def test_it_is_sorted_and_cut_with_a_word(small: AnalyticsService) -> None:
    frame = small.measure(METRICS, small.scope(period="2026-Q3"), by=["product_name"])
    shown = table(frame, caption="Products", sort_by="gross_bookings_value", most=7)
    values = frame[frame["metric"] == "gross_bookings_value"]
    largest = sorted((value for value in values["value"] if value is not None), reverse=True)[:7]
    assert [row[2] for row in shown.rows] == [formatting.money(value, "EUR") for value in largest]
    assert "Products" in shown.caption and "7" in shown.caption and str(len(values)) in shown.caption


def test_missing_numbers_are_dashes_at_the_end(tmp_path: Path) -> None:
    rows = placed(3, OCTOBER, channel="a") + placed(2, OCTOBER, channel="b", price_base_minor=None)
    with holding(tmp_path, rows) as analytics:
        frame = analytics.measure(METRICS, analytics.scope(), by=["channel"])
    shown = table(frame, sort_by="gross_bookings_value")
    assert [row[0] for row in shown.rows] == ["a", "b"]
    assert shown.rows[1][2] == formatting.MISSING


@pytest.mark.parametrize("over", ["day", None])
def test_html_has_headers_numbers_and_caption(small: AnalyticsService, over: str | None) -> None:
    frame = small.measure(METRICS, small.scope(period="2026-10"), by=["business_model"], over=over)
    shown = table(frame, caption="A & B")
    html = lxml.html.fromstring(shown._repr_html_())
    assert html.get("class") == "numbers" and html.findtext("caption") == "A & B"
    heads = html.findall("thead/tr/th")
    assert [head.text for head in heads] == list(shown.columns)
    assert {head.get("scope") for head in heads} == {"col"}
    words = 1 if over is None else 2
    for row, line in zip(shown.rows, html.findall("tbody/tr"), strict=True):
        assert [cell.text for cell in line] == list(row)
        assert [cell.get("class") for cell in line] == [None] * words + ["num"] * len(METRICS)
        assert line[0].tag == "th" and line[0].get("scope") == "row"


def test_names_from_the_data_cannot_write_html(tmp_path: Path) -> None:
    with holding(tmp_path, placed(3, OCTOBER, channel="<script>alert(1)</script>")) as analytics:
        shown = table(analytics.measure(METRICS, analytics.scope(), by=["channel"]))
    assert "<script" not in shown._repr_html_()
    assert "alert(1)" in lxml.html.fromstring(shown._repr_html_()).text_content()


def test_as_text_it_is_one_line_a_row(small: AnalyticsService) -> None:
    shown = table(small.measure(METRICS, small.scope(), by=["business_model"]))
    assert [line.split("\t") for line in str(shown).splitlines()] == [
        list(shown.columns),
        *(list(row) for row in shown.rows),
    ]
