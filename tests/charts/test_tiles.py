"""Tiles: value, change against a named period, good or bad in the metric's own sense, why one is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from analytics_lib import AnalyticsService, formatting
from analytics_lib.charts import tiles
from analytics_lib.charts.tiles import TILES_MIME
from analytics_lib.tile_markup import render_tiles, sparkline
from tests.charts.answers import answer, scope
from tests.small_platform import OCTOBER, SEPTEMBER, holding, placed

KEYS = {"label", "value", "delta", "spark", "note", "missing"}


def tile(analytics: AnalyticsService, metric: str, **words: str) -> Mapping[str, Any]:
    (only,) = tiles(analytics.measure(metric, analytics.scope(**words), compare="previous")).tiles
    return only


@pytest.mark.parametrize(
    ("metric", "before", "now", "direction", "verdict"),
    [
        ("total_bookings", 40, 50, "up", "good"),
        ("total_bookings", 50, 40, "down", "bad"),
        ("cancellations", 40, 50, "up", "bad"),
        ("cancellations", 50, 40, "down", "good"),
        ("total_bookings", 40, 40, "flat", "neutral"),
        ("cancellations", 40, 40, "flat", "neutral"),
    ],
)
def test_good_and_bad_belong_to_the_metric(
    tmp_path: Path, metric: str, before: int, now: int, direction: str, verdict: str
) -> None:
    rows = placed(before, SEPTEMBER, cancelled_at=SEPTEMBER + timedelta(days=1))
    rows += placed(now, OCTOBER, cancelled_at=OCTOBER + timedelta(days=1))
    with holding(tmp_path, rows) as analytics:
        shown = tile(analytics, metric)
    assert (shown["delta"]["direction"], shown["delta"]["verdict"]) == (direction, verdict)
    assert shown["value"] == str(now)
    words = {"good": "better", "bad": "worse"}
    assert shown["delta"]["word"] in ({words[verdict]} if verdict in words else {"", "unchanged"})


@pytest.mark.parametrize(("after", "verdict"), [(0.1004, "neutral"), (0.0996, "neutral"), (0.1006, "good")])
def test_a_share_that_hardly_moved_has_no_verdict(after: float, verdict: str) -> None:
    frame = answer([{"value": after, "previous": 0.1}], unit="share", compared=True)
    (shown,) = tiles(frame).tiles
    assert shown["delta"]["verdict"] == verdict and bool(shown["delta"]["word"]) == (verdict != "neutral")


@pytest.mark.parametrize(("before", "shown"), [(-3000, "+€13,300.00"), (0, "+€10,300.00")])
def test_what_was_negative_or_nothing_has_no_percentage(before: int, shown: str) -> None:
    rows = [{"value": Decimal(10_300), "previous": Decimal(before), "change_ratio": -4.3}]
    (tile,) = tiles(answer(rows, unit="EUR", compared=True)).tiles
    assert "%" not in tile["delta"]["text"] and tile["delta"]["text"].startswith("+")


def test_a_running_period_is_compared_with_the_same_part() -> None:
    asked = scope(as_of=datetime(2026, 10, 12))
    (shown,) = tiles(answer([{"value": 5, "previous": 4}], compared=True, asked=asked)).tiles
    assert shown["delta"]["against"] == "vs the same part of September 2026"


def test_a_metric_without_a_good_side_has_no_verdict(small: AnalyticsService) -> None:
    shown = tile(small, "lead_time_median", period="2026-Q3")
    assert shown["delta"]["verdict"] == "neutral" or small.measure("lead_time_median", small.scope()).attrs[
        "metrics"
    ]["lead_time_median"]["better"] in ("higher", "lower")
    party = tile(small, "average_party_size", period="2026-Q3")
    assert party["delta"]["direction"] in ("up", "down") and party["delta"]["verdict"] == "neutral"


def test_the_change_is_absolute_and_relative_against_a_named_period(tmp_path: Path) -> None:
    with holding(tmp_path, placed(40, SEPTEMBER) + placed(50, OCTOBER)) as analytics:
        delta = tile(analytics, "total_bookings")["delta"]
    assert delta["text"] == "+10 (+25.0%)"
    assert delta["against"].startswith("vs ") and "September 2026" in delta["against"]


@pytest.mark.parametrize(("before", "now"), [(2, 50), (29, 31), (50, 3), (0, 40)])
def test_a_small_base_shows_counts_and_no_percent(tmp_path: Path, before: int, now: int) -> None:
    with holding(tmp_path, placed(before, SEPTEMBER) + placed(now, OCTOBER)) as analytics:
        text = tile(analytics, "total_bookings")["delta"]["text"]
    assert "%" not in text and str(abs(now - before)) in text


def test_a_share_changes_in_points_and_a_small_one_is_flagged(tmp_path: Path) -> None:
    gone = {"cancelled_at": OCTOBER + timedelta(days=1)}
    rows = placed(50, SEPTEMBER) + placed(5, OCTOBER) + placed(5, OCTOBER, **gone)
    with holding(tmp_path, rows) as analytics:
        shown = tile(analytics, "cancellation_rate")
    assert shown["value"] == "50.0%"
    assert "50.0" in shown["delta"]["text"] and "pp" in shown["delta"]["text"]
    assert "small base" in shown["note"] and "10" in shown["note"]


def test_what_is_missing_says_why_and_shows_no_change(tmp_path: Path) -> None:
    rows = placed(50, SEPTEMBER) + placed(50, OCTOBER)
    with holding(tmp_path, rows, without=("bookings.price_base_minor",)) as analytics:
        shown = tile(analytics, "gross_bookings_value")
        html = tiles(analytics.measure("gross_bookings_value", analytics.scope()))._repr_mimebundle_()[
            "text/html"
        ]
    assert "price_base_minor" in shown["missing"] and shown["delta"] is None
    assert shown["value"] == formatting.MISSING
    assert "price_base_minor" in html and "€0" not in html


def test_incomplete_data_shows_its_number_with_a_note_and_no_change(tmp_path: Path) -> None:
    rows = placed(50, SEPTEMBER) + placed(3, OCTOBER)
    with holding(tmp_path, rows, complete_through=OCTOBER) as analytics:
        shown = tile(analytics, "total_bookings")
    assert shown["value"] == "3" and shown["delta"] is None and "incomplete" in shown["note"]


def test_the_sparkline_is_the_course_of_the_same_metric(small: AnalyticsService) -> None:
    scope = small.scope(period="2026-10")
    metrics = ["total_bookings", "gross_bookings_value"]
    course = small.measure(metrics, scope, over="day")
    shown = tiles(small.measure(metrics, scope, compare="previous"), course).tiles
    for metric, drawn in zip(metrics, shown, strict=True):
        days = course.loc[course["metric"] == metric, "value"]
        assert drawn["spark"] == [float(value) for value in days]
    assert sum(shown[0]["spark"]) == int(shown[0]["value"])


def test_a_gap_breaks_the_sparkline() -> None:
    svg = lxml.html.fromstring(sparkline([1, 2, None, 3, 4]))
    lines = [line.get("points").split() for line in svg.iter("polyline")]
    assert [len(line) for line in lines] == [2, 2]
    assert len(list(svg.iter("circle"))) == 1
    assert sparkline([None, 1.0]) == sparkline([]) == ""


def test_the_last_known_point_is_marked() -> None:
    svg = lxml.html.fromstring(sparkline([1, 5, 2]))
    (dot,), (line,) = svg.iter("circle"), svg.iter("polyline")
    assert f"{dot.get('cx')},{dot.get('cy')}" == line.get("points").split()[-1]


def test_notebooks_show_them_and_exporters_read_them(small: AnalyticsService) -> None:
    frame = small.measure(["total_bookings", "cancellation_rate"], small.scope(), compare="previous")
    row = tiles(frame)
    bundle = row._repr_mimebundle_()
    assert [set(drawn) for drawn in bundle[TILES_MIME]["tiles"]] == [KEYS, KEYS]
    html = lxml.html.fromstring(f"<main>{bundle['text/html']}</main>")
    values = [element.text_content() for element in html.find_class("tile-value")]
    assert values == [drawn["value"] for drawn in row.tiles]
    for drawn in row.tiles:
        assert drawn["label"] in bundle["text/plain"] and drawn["value"] in bundle["text/plain"]


def test_the_markup_says_the_verdict_in_colour_arrow_and_word() -> None:
    delta = {"text": "+3", "against": "vs May", "direction": "up", "verdict": "bad", "word": "worse"}
    html = lxml.html.fromstring(render_tiles([{"label": "No-shows", "value": "5", "delta": delta}]))
    (shown,) = html.find_class("tile-delta")
    assert "bad" in shown.get("class").split()
    assert "▲" in shown.text_content() and "+3" in shown.text_content()
    assert html.find_class("tile-against")[0].text_content() == "worse vs May"


def test_texts_from_the_data_cannot_write_html() -> None:
    html = render_tiles([{"label": "<script>x</script>", "value": "1 & 2", "note": "<b>", "delta": None}])
    assert "<script>" not in html and "<b>" not in html
    assert lxml.html.fromstring(html).find_class("tile-label")[0].text_content() == "<script>x</script>"


def test_a_band_holds_the_middle_half_of_the_course() -> None:
    svg = lxml.html.fromstring(sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8]))
    (band,) = svg.iter("rect")
    # 0 is drawn at 25, 8 at 3: the quartiles 2 and 6 at 19.5 and 8.5.
    assert (float(band.get("y")), float(band.get("height"))) == (8.5, 11.0)
    assert list(lxml.html.fromstring(sparkline([1, 2, 3])).iter("rect")) == []
