"""The machine-readable answer beside each picture: all rows as the wire format has them, and no others."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, wire
from analytics_lib.charts import ranking, table, tiles, trend, waterfall
from analytics_lib.charts.numbers import numbers_of
from analytics_lib.charts.tables import TABLE_MIME
from analytics_lib.charts.tiles import TILES_MIME
from scheduler.exporters.html_blocks import Chart
from scheduler.exporters.html_figures import render_chart
from tests.charts.answers import answer, causes, outlook
from tests.charts.specification import spec_of, words_of


def test_a_chart_carries_every_group_also_those_not_drawn(destinations: pd.DataFrame) -> None:
    numbers = words_of(ranking(destinations, most=3, title="Value by destination"))["numbers"]
    assert numbers == {
        "title": "Value by destination",
        "metrics": {"gross_bookings_value": {"title": "Gross bookings value", "unit": "money"}},
        "dimensions": ["destination_name"],
        "over": None,
        "period": "2026-Q3",
        "compared": "2026-Q2",
        "rows": wire.rows(destinations, ["destination_name"]),
    }


def test_buckets_are_named(october: pd.DataFrame) -> None:
    numbers = words_of(trend(october))["numbers"]
    assert numbers["over"] == "day" and numbers["dimensions"] == []
    assert [row["bucket"] for row in numbers["rows"]] == list(october["bucket"])
    assert numbers["rows"][0].keys() == set(wire.fields_of([]))


def test_expected_money_is_a_decimal_text() -> None:
    frame = answer([{"value": Decimal("1.50"), "bucket": "2026-10-01"}], over="day", unit="EUR")
    ahead = outlook([("2026-10-02", Decimal("2.50"), Decimal("1.00"), Decimal("4.00"))], unit="EUR")
    assert numbers_of(frame, ahead, title="T")["rows"][1] == {
        "metric": "made",
        "value": "2.50",
        "unit": "EUR",
        "n": None,
        "bucket": "2026-10-02",
        "previous": None,
        "change": None,
        "change_ratio": None,
        "quality": "forecast",
        "reason": None,
        "lower_80": "1.00",
        "upper_80": "4.00",
    }


def test_causes_are_values_before_and_after() -> None:
    frame = causes([("api", 3, 7, 4), ("app", 2, 1, -1)], before=5, after=8)
    numbers = words_of(waterfall(frame, most=1))["numbers"]
    assert numbers["dimensions"] == ["channel"] and numbers["compared"] == "2026-09"
    assert numbers["rows"][1] == {
        "metric": "made",
        "value": 1,
        "unit": "count",
        "n": None,
        "channel": "app",
        "bucket": None,
        "previous": 2,
        "change": -1,
        "change_ratio": None,
        "quality": "ok",
        "reason": None,
    }


def test_tiles_and_tables_carry_theirs(small: AnalyticsService) -> None:
    frame = small.measure(["total_bookings", "cancellation_rate"], small.scope(), compare="previous")
    given = tiles(frame, title="Headline")._repr_mimebundle_()[TILES_MIME]["numbers"]
    assert given["title"] == "Headline" and given["rows"] == wire.rows(frame, [])
    grouped = small.measure(["total_bookings"], small.scope(), by=["channel"])
    shown = table(grouped, caption="Channels", most=2)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) == {TABLE_MIME, "text/html", "text/plain"}
    written: dict[str, Any] = bundle[TABLE_MIME]
    assert written["columns"] == list(shown.columns) and written["rows"] == [list(row) for row in shown.rows]
    assert (written["caption"], written["words"]) == (shown.caption, 1)
    assert written["numbers"]["title"] == "Channels" and len(written["rows"]) == 2
    assert written["numbers"]["rows"] == wire.rows(grouped, ["channel"])
    assert bundle["text/html"] == shown._repr_html_() and bundle["text/plain"] == str(shown)


@pytest.mark.parametrize("value", [Decimal("1E+20"), Decimal("-0.01"), None])
def test_they_are_json(value: Decimal | None) -> None:
    frame = answer([{"value": value, "channel": "a"}], by=["channel"], unit="EUR")
    (row,) = json.loads(json.dumps(words_of(ranking(frame))["numbers"]))["rows"]
    assert row["value"] == (None if value is None else f"{value:f}")


def test_a_chart_that_is_empty_carries_them_too() -> None:
    frame = answer([{"value": None, "channel": "a", "reason": "no source"}], by=["channel"])
    assert words_of(ranking(frame))["numbers"]["rows"][0]["reason"] == "no source"


def test_a_page_does_not_grow_by_them(destinations: pd.DataFrame) -> None:
    spec = spec_of(ranking(destinations))
    bare = {**spec, "usermeta": {"analytics": {**spec["usermeta"]["analytics"], "numbers": None}}}
    pages = [render_chart(Chart(each), 1, "", half=False, strict=True) for each in (spec, bare)]
    assert pages[0] == pages[1]
