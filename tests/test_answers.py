"""Answers for other programs: the keys, the types and the nulls that DESIGN section 7 promises."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from analytics_lib import AnalyticsService, answers
from tests.small_platform import OCTOBER, SEPTEMBER, holding, placed

SCOPE_KEYS = {
    "time_frame",
    "period",
    "start",
    "end",
    "zone",
    "as_of",
    "is_partial",
    "elapsed_fraction",
    "business_models",
    "partners",
}
ROW_KEYS = [
    "metric",
    "value",
    "unit",
    "n",
    "business_model",
    "bucket",
    "previous",
    "change",
    "change_ratio",
    "quality",
    "reason",
]
METRICS = ["total_bookings", "gross_bookings_value", "average_booking_value", "cancellation_rate"]


@pytest.fixture(scope="module")
def wired(small: AnalyticsService) -> dict[str, object]:
    scope = small.scope(period="2026-10")
    frame = small.measure(METRICS, scope, by=["business_model"], compare="previous")
    again: dict[str, object] = json.loads(json.dumps(answers.wire(frame, scope, ["business_model"])))
    return again


def test_the_scope_says_what_was_asked(wired: dict[str, object]) -> None:
    scope = wired["scope"]
    assert isinstance(scope, dict)
    assert scope.keys() == SCOPE_KEYS
    assert scope["period"] == "2026-10" and scope["time_frame"] == "month"
    assert scope["as_of"] == "2026-10-31T23:00:00Z"
    assert scope["is_partial"] is False and scope["elapsed_fraction"] == 1.0


def test_every_row_has_every_key_in_one_order(wired: dict[str, object]) -> None:
    rows = wired["rows"]
    assert isinstance(rows, list)
    assert {tuple(row) for row in rows} == {tuple(ROW_KEYS)}
    assert {row["metric"] for row in rows} == set(METRICS)
    assert {row["quality"] for row in rows} == {"ok"}
    assert {row["bucket"] for row in rows} == {None}


def test_counts_are_integers_money_decimal_strings_and_rates_fractions(wired: dict[str, object]) -> None:
    rows = wired["rows"]
    assert isinstance(rows, list)
    for row in rows:
        match row["metric"]:
            case "total_bookings":
                assert type(row["value"]) is int and row["unit"] == "count"
            case "gross_bookings_value":
                whole, cents = row["value"].split(".")
                assert whole.isdigit() and len(cents) == 2 and row["unit"] == "EUR"
                assert Decimal(row["change"]) == Decimal(row["value"]) - Decimal(row["previous"])
            case "cancellation_rate":
                assert 0 <= row["value"] <= 1 and row["unit"] == "share"
                assert row["change"] == pytest.approx(row["value"] - row["previous"])
                assert row["change_ratio"] is None


def test_missing_values_are_null_with_a_reason(tmp_path: Path) -> None:
    with holding(tmp_path, placed(3, SEPTEMBER), without=("bookings.price_base_minor",)) as analytics:
        scope = analytics.scope()
        frame = analytics.measure(["gross_bookings_value", "cancellation_rate"], scope, compare="previous")
        absent, undivided = answers.rows(frame, ())
        text = answers.csv(frame, ())
    assert absent["value"] is absent["previous"] is absent["change"] is None
    assert "price_base_minor" in absent["reason"]
    assert undivided["value"] is None and "nothing to divide by" in undivided["reason"]
    assert next(csv.DictReader(io.StringIO(text)))["value"] == ""


def test_csv_holds_the_same_fields_as_the_json(small: AnalyticsService, wired: dict[str, object]) -> None:
    frame = small.measure(METRICS, small.scope(period="2026-10"), by=["business_model"], compare="previous")
    read = list(csv.DictReader(io.StringIO(answers.csv(frame, ["business_model"]))))
    rows = wired["rows"]
    assert isinstance(rows, list)
    assert list(read[0]) == ROW_KEYS
    for told, row in zip(read, rows, strict=True):
        for name in ("metric", "unit", "business_model", "quality"):
            assert told[name] == row[name]
        assert Decimal(told["value"]) == pytest.approx(Decimal(str(row["value"])))
        assert told["reason"] == (row["reason"] or "")


def test_csv_survives_the_names_that_data_holds(tmp_path: Path) -> None:
    name = 'a "b", c\nd;=1+1'
    with holding(tmp_path, placed(3, OCTOBER, channel=name)) as analytics:
        frame = analytics.measure("total_bookings", analytics.scope(), by=["channel"])
        read = list(csv.DictReader(io.StringIO(answers.csv(frame, ["channel"]))))
    assert [(row["channel"], row["value"]) for row in read] == [(name, "3")]


def test_buckets_are_named_in_order(small: AnalyticsService) -> None:
    scope = small.scope(period="2026-10")
    rows = answers.rows(small.measure("total_bookings", scope, over="day"), ())
    assert [row["bucket"] for row in rows] == [f"2026-10-{day:02}" for day in range(1, 32)]
    assert rows[0]["previous"] is None


def test_a_terminal_shows_values_in_their_unit_and_notes(small: AnalyticsService) -> None:
    scope = small.scope(period="2026-10")
    frame = small.measure(METRICS, scope, by=["business_model"], compare="previous")
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(answers.table(frame, scope, ["business_model"]))
    shown = console.export_text()
    assert "October 2026" in shown and "Europe/Madrid" in shown
    assert "€" in shown and "pp" in shown
    for reason in filter(None, frame["reason"]):
        assert reason in shown


def test_names_that_a_spreadsheet_would_run_are_texts_and_negative_amounts_numbers(tmp_path: Path) -> None:
    evil = ["=cmd|' /C calc'!A0", "-5", "+49", "@x", "\tx"]
    october = [row for name in evil for row in placed(1, OCTOBER, channel=name, price_base_minor=-250)]
    with holding(tmp_path, october) as analytics:
        scope = analytics.scope(period="2026-10")
        frame = analytics.measure("gross_bookings_value", scope, by=["channel"])
        read = list(csv.DictReader(io.StringIO(answers.csv(frame, ["channel"]))))
        kept = [row["channel"] for row in answers.wire(frame, scope, ["channel"])["rows"]]
    assert sorted(row["channel"] for row in read) == sorted(f"'{name}" for name in evil)
    assert {row["value"] for row in read} == {"-2.50"}
    assert sorted(kept) == sorted(evil), "JSON is read by programs, which run no cell"
