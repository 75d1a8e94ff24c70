"""Sentences say what the numbers say: the direction, the size, the period, and what is not known."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, sentences
from tests.sentences.frames import scope
from tests.small_platform import NOVEMBER, OCTOBER, SEPTEMBER, holding, placed

KPIS = ["total_bookings", "gross_bookings_value", "cancellation_rate"]
UP = re.compile(r"\b(rose|grew|increased|up|more|higher)\b")
DOWN = re.compile(r"\b(fell|dropped|decreased|down|fewer|less|lower)\b")


def kpis(analytics: AnalyticsService, **words: str) -> str:
    frame = analytics.measure(KPIS, analytics.scope(**words), compare="previous")
    return f"{sentences.headline(frame)}\n\n{sentences.summary(frame)}"


def headline(analytics: AnalyticsService, **words: str) -> str:
    return kpis(analytics, **words).splitlines()[0]


@pytest.mark.parametrize(
    ("before", "now", "direction"), [(40, 50, UP), (50, 40, DOWN), (2, 5, UP), (0, 5, UP), (5, 0, DOWN)]
)
def test_the_headline_has_the_direction_of_its_number(
    tmp_path: Path, before: int, now: int, direction: re.Pattern[str]
) -> None:
    with holding(tmp_path, placed(before, SEPTEMBER) + placed(now, OCTOBER)) as analytics:
        text = headline(analytics)
    (other,) = {UP, DOWN} - {direction}
    assert text.startswith("# ") and not text.endswith(".")
    assert direction.search(text) and not other.search(text), text
    assert re.search(rf"\b{now}\b", text), text
    assert "October 2026" in text and "September 2026" in text


def test_equal_numbers_neither_rise_nor_fall(tmp_path: Path) -> None:
    with holding(tmp_path, placed(40, SEPTEMBER) + placed(40, OCTOBER)) as analytics:
        text = headline(analytics)
    assert not UP.search(text) and not DOWN.search(text), text
    assert "40" in text


def test_a_change_is_a_percentage_on_a_large_base_and_a_count_on_a_small_one(tmp_path: Path) -> None:
    with holding(tmp_path, placed(40, SEPTEMBER) + placed(50, OCTOBER)) as analytics:
        assert "25.0%" in headline(analytics)
    (tmp_path / "few").mkdir()
    with holding(tmp_path / "few", placed(4, SEPTEMBER) + placed(5, OCTOBER)) as analytics:
        text = kpis(analytics)
    counts = text.split("Cancellation", 1)[0]
    assert "%" not in counts, text
    assert "by 1 " in counts


def test_rates_change_in_points(tmp_path: Path) -> None:
    gone = {"cancelled_at": SEPTEMBER + timedelta(days=1)}
    rows = placed(50, SEPTEMBER) + placed(50, SEPTEMBER, **gone) + placed(100, OCTOBER)
    with holding(tmp_path, rows) as analytics:
        summary = kpis(analytics).split("\n\n")[-1]
    rate = summary[summary.lower().index("cancellation rate") :]
    assert "50.0 points" in rate and DOWN.search(rate) and not UP.search(rate)


def test_a_period_to_date_is_called_that(tmp_path: Path) -> None:
    with holding(tmp_path, placed(40, SEPTEMBER) + placed(50, OCTOBER)) as analytics:
        text = kpis(analytics, period="2026-10", as_of="2026-10-20")
        assert "to date" in text.splitlines()[0] and "complete" not in text
        assert "to date" not in kpis(analytics, period="2026-10")


def test_incomplete_data_is_said_and_no_collapse_worded(tmp_path: Path) -> None:
    rows = placed(50, SEPTEMBER) + placed(3, OCTOBER)
    with holding(tmp_path, rows, complete_through=OCTOBER) as analytics:
        text = headline(analytics)
    assert "incomplete" in text and "3" in text
    assert not UP.search(text) and not DOWN.search(text) and "%" not in text


def test_a_missing_number_is_said_to_be_missing_with_its_reason(tmp_path: Path) -> None:
    with holding(tmp_path, placed(50, OCTOBER), without=("bookings.price_base_minor",)) as analytics:
        frame = analytics.measure(KPIS, analytics.scope(), compare="previous")
        summary = str(sentences.summary(frame))
        headline = str(sentences.headline(frame.iloc[1:].reset_index(drop=True)))
    assert "missing" in summary and "price" in summary and "€0" not in summary
    assert "no figure" in headline and "October 2026" in headline


def test_whom_a_report_is_for_stands_below_the_headline(small: AnalyticsService) -> None:
    below = kpis(small, business_model="b2b,b2b2c", partner="ag-001").split("\n\n")[1]
    assert "B2B" in below and "B2B2C" in below and "ag-001" in below and "Europe/Madrid" in below


def test_the_leader_is_the_group_with_the_most(small: AnalyticsService) -> None:
    frame = small.measure("gross_bookings_value_share", small.scope(), by=["destination_name"])
    most = max(frame.to_dict("records"), key=lambda row: row["value"])
    text = str(sentences.leader(frame))
    assert most["destination_name"] in text
    assert f"{most['value'] * 100:.1f}%" in text
    assert str(len(frame)) in text


def test_provenance_names_the_version_the_definitions_and_the_gaps(tmp_path: Path) -> None:
    with holding(tmp_path, placed(50, OCTOBER), without=("bookings.price_base_minor",)) as analytics:
        frame = analytics.measure(KPIS, analytics.scope(), compare="previous")
        text = str(sentences.provenance(analytics.about, frame))
    assert frame.attrs["data_version"][:12] in text
    for words in frame.attrs["metrics"].values():
        assert words["title"] in text
        assert words["says"] in text
    gaps = text.split("### What was missing")[1]
    assert "Gross bookings value" in gaps and "price" in gaps
    assert "Bookings:" not in gaps


def test_a_complete_report_says_that_nothing_was_missing(tmp_path: Path) -> None:
    rows = placed(50, SEPTEMBER) + placed(50, OCTOBER)
    with holding(tmp_path, rows) as analytics:
        frame = analytics.measure("total_bookings", analytics.scope(), compare="previous")
        assert "Nothing" in str(sentences.provenance(analytics.about, frame)).split("### What was missing")[1]


def test_names_from_the_data_cannot_write_markdown(tmp_path: Path) -> None:
    rows = placed(50, OCTOBER, channel="<b>*loud*</b> [x](y)")
    with holding(tmp_path, rows) as analytics:
        frame = analytics.measure("bookings_share", analytics.scope(), by=["channel"])
        text = str(sentences.leader(frame))
    assert not re.search(r"(?<!\\)[<*\[]", text), text


def test_prose_is_shown_as_markdown() -> None:
    assert sentences.Prose("# One")._repr_markdown_() == str(sentences.Prose("# One")) == "# One"


def test_the_first_of_november_is_where_these_platforms_end(tmp_path: Path) -> None:
    with holding(tmp_path, placed(1, OCTOBER)) as analytics:
        assert analytics.scope().as_of == NOVEMBER


def test_what_is_missing_in_some_groups_only_is_told_apart(tmp_path: Path) -> None:
    rows = placed(40, OCTOBER, channel="app") + placed(1, SEPTEMBER, channel="web")
    with holding(tmp_path, rows) as analytics:
        cut = analytics.measure("cancellation_rate", analytics.scope(), by=["channel"], compare="previous")
        text = str(sentences.provenance(analytics.about, cut)).split("### What was missing")[1]
    assert "Cancellation rate so far (in places): nothing to divide by" in text


def test_how_the_past_is_looked_at_is_said_where_something_is_compared(small: AnalyticsService) -> None:
    scope = small.scope()
    plain = small.measure("cancellation_rate", scope)
    compared = small.measure("cancellation_rate", scope, compare="previous")
    assert "at the same age" not in str(sentences.provenance(small.about, plain))
    assert "at the same age" in str(sentences.provenance(small.about, plain, compared))


def test_a_change_that_its_unit_cannot_show_is_none(tmp_path: Path) -> None:
    gone = {"cancelled_at": SEPTEMBER + timedelta(days=1)}
    rows = placed(4999, SEPTEMBER) + placed(1, SEPTEMBER, **gone) + placed(5000, OCTOBER)
    with holding(tmp_path, rows) as analytics:
        text = kpis(analytics).split("\n\n")[-1]
    assert "Cancellation rate so far hardly moved and is 0.0%" in text


def test_on_a_base_below_zero_there_is_no_percentage() -> None:
    row = {"metric": "m", "value": -17, "previous": -30, "change": 13, "change_ratio": -0.43}
    frame = pd.DataFrame([row | {"unit": "count", "n": 100, "quality": "ok", "reason": None}], dtype=object)
    now = scope()
    words = {"m": {"title": "Cost of refunds", "small_base": 5}}
    frame.attrs = {"metrics": words, "scope": now, "compared": now.compared("previous")}
    assert str(sentences.summary(frame, whole=True)) == "Cost of refunds rose by 13 to −17."
