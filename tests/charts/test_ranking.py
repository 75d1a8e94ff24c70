"""Rankings: largest first, cut with a word, and the table beside them holds every group."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analytics_lib import formatting
from analytics_lib.charts import distribution, ranking
from tests.charts.answers import answer
from tests.charts.specification import drawn, layers_of, rows_of, spec_of, words_of
from tests.small_platform import OCTOBER, holding, placed, raw

BY_DESTINATION = """
    SELECT d.name, sum(b.price_base_minor) AS minor
    FROM bookings b LEFT JOIN destinations d USING (destination_id)
    WHERE NOT b.is_test AND b.created_at >= '2026-06-30 22:00' AND b.created_at < '2026-09-30 22:00'
    GROUP BY d.name HAVING minor IS NOT NULL ORDER BY minor DESC
"""
"""The third quarter in Madrid's summer time, summed without the library."""


def test_groups_are_drawn_largest_first_with_the_datas_own_sums(
    destinations: pd.DataFrame, small_url: str
) -> None:
    counted = raw(small_url, BY_DESTINATION)
    shown = [(bar["group"], bar["value"]) for bar in drawn(ranking(destinations, most=5))]
    expected = [(name, float(minor) / 100) for name, minor in counted.head(5).itertuples(index=False)]
    assert shown == expected


def test_the_alternative_text_names_metric_dimension_period_and_extremes(
    destinations: pd.DataFrame, small_url: str
) -> None:
    counted = raw(small_url, BY_DESTINATION)
    text = words_of(ranking(destinations, most=5))["alt"]
    assert "gross bookings value" in text.lower() and "destination" in text and "Q3 2026" in text
    for end in (0, -1):
        name, minor = counted.iloc[end]
        assert f"{name} with {formatting.money(Decimal(int(minor)) / 100, 'EUR')}" in text
    assert text.index(counted.iloc[0, 0]) < text.index("lowest") < text.rindex(counted.iloc[-1, 0])


def test_a_cut_list_says_so_and_its_table_is_whole(destinations: pd.DataFrame) -> None:
    words = words_of(ranking(destinations, most=5))
    groups = int(destinations["value"].notna().sum())
    assert len(drawn(ranking(destinations, most=5))) == 5 < groups
    assert "5" in words["alt"] and str(groups) in words["alt"]
    assert len(words["table"]["rows"]) == groups


def test_the_table_twin_holds_value_comparison_and_change(destinations: pd.DataFrame) -> None:
    table = words_of(ranking(destinations))["table"]
    assert [column["align"] for column in table["columns"]] == ["left", "right", "right", "right"]
    shown = {row[0]: row[1:] for row in table["rows"]}
    for row in destinations.to_dict("records"):
        assert shown[row["destination_name"]] == [
            formatting.money(row["value"], "EUR"),
            formatting.money(row["previous"], "EUR"),
            formatting.change(row["change"], row["change_ratio"], "EUR"),
        ]


def test_bars_start_at_zero(destinations: pd.DataFrame) -> None:
    layer = spec_of(ranking(destinations))["layer"][0]
    low, high = layer["encoding"]["x"]["scale"]["domain"]
    assert low == 0 and high > max(bar["value"] for bar in drawn(ranking(destinations)))


def test_names_that_begin_with_a_digit_stay_whole(tmp_path: Path) -> None:
    rows = placed(40, OCTOBER, channel="5 Terre Tours") + placed(30, OCTOBER, channel="2 go")
    with holding(tmp_path, rows) as analytics:
        frame = analytics.measure("total_bookings", analytics.scope(), by=["channel"])
    assert [bar["group"] for bar in drawn(ranking(frame))] == ["5 Terre Tours", "2 go"]


def test_what_is_unknown_is_grey(tmp_path: Path) -> None:
    rows = placed(40, OCTOBER, channel="direct") + placed(50, OCTOBER, channel=None)
    with holding(tmp_path, rows) as analytics:
        frame = analytics.measure("total_bookings", analytics.scope(), by=["channel"])
    kinds = {bar["group"]: bar["kind"] for bar in drawn(ranking(frame))}
    assert kinds["unknown"] != kinds["direct"]


def test_an_answer_without_numbers_says_why(tmp_path: Path) -> None:
    with holding(tmp_path, placed(40, OCTOBER), without=("bookings.price_base_minor",)) as analytics:
        frame = analytics.measure("gross_bookings_value", analytics.scope(), by=["channel"])
    words = words_of(ranking(frame))
    assert "price_base_minor" in words["empty"] and words["empty"] in words["alt"]


def test_the_frame_is_left_as_it_was(destinations: pd.DataFrame) -> None:
    before = destinations.copy(deep=True)
    ranking(destinations, most=3)
    pd.testing.assert_frame_equal(destinations, before)


def test_the_period_before_is_a_thinner_lighter_bar(destinations: pd.DataFrame) -> None:
    chart = ranking(destinations, most=5)
    before = dict(zip(destinations["destination_name"], destinations["previous"], strict=True))
    assert [bar["previous"] for bar in drawn(chart)] == [float(before[bar["group"]]) for bar in drawn(chart)]
    thick, thin = layers_of(chart, "bar")
    assert thin["mark"]["height"] < thick["mark"]["height"]
    assert thin["encoding"]["x"]["scale"] == thick["encoding"]["x"]["scale"]
    assert "lighter: Q2 2026" in spec_of(chart)["title"]["subtitle"]
    assert "lighter bars show Q2 2026" in words_of(chart)["alt"]


def test_the_axis_reaches_what_was_before_too() -> None:
    frame = answer([{"value": 5, "previous": 500, "channel": "api"}], by=["channel"], compared=True)
    assert layers_of(ranking(frame), "bar")[0]["encoding"]["x"]["scale"]["domain"][1] > 500


def test_numbers_stand_beyond_the_ends_of_their_bars_on_either_side() -> None:
    rows = [{"value": value, "channel": name} for name, value in (("up", 10**15), ("down", -300))]
    chart = ranking(answer(rows, by=["channel"]))
    sides = {layer["mark"]["align"]: rows_of(chart, layer) for layer in layers_of(chart, "text")}
    assert [bar["group"] for bar in sides["left"]] == ["up"]
    assert [bar["group"] for bar in sides["right"]] == ["down"]
    low, high = layers_of(chart, "bar")[0]["encoding"]["x"]["scale"]["domain"]
    assert low < -300 and high > 10**15


def test_without_a_comparison_there_is_one_bar_a_group() -> None:
    chart = ranking(answer([{"value": 5, "channel": "api"}], by=["channel"]))
    assert len(layers_of(chart, "bar")) == 1 and "lighter" not in words_of(chart)["alt"]


# Who leads


def of_models(values: dict[str, object], unit: str = "share", **more: object) -> pd.DataFrame:
    rows = [{"value": value, "business_model": name, **more} for name, value in values.items()]
    return answer(rows, by=["business_model"], unit=unit, compared="previous" in more)


@pytest.mark.parametrize(
    ("values", "unit", "title"),
    [
        ({"b2c": 0.0, "b2b": 0.0, "b2b2c": 0.0}, "share", "Made share: 0.0% for all 3 business models"),
        (
            {"b2c": 9, "b2b": 9, "b2b2c": 4},
            "count",
            "Made bookings: highest 9, shared by 2 of 3 business models",
        ),
        ({"b2b2c": Decimal(1200)}, "EUR", "Made value: €1,200.00, all of it B2B2C"),
        ({"b2b2c": 0.25}, "share", "Made share: 25.0% (B2B2C only)"),
        ({"b2c": 0.5, "b2b": 0.25}, "share", "B2C: highest made share, 50.0%"),
        ({"unknown": 90, "b2b": 9, "b2c": 4}, "count", "B2B: highest made bookings, 9"),
        ({"unknown": 90}, "count", "Made bookings: 90 (unknown only)"),
    ],
)
@pytest.mark.parametrize("draw", [ranking, distribution])
def test_only_a_named_group_that_is_alone_at_the_top_leads(
    draw: Any, values: dict[str, object], unit: str, title: str
) -> None:
    assert words_of(draw(of_models(values, unit)))["title"] == title


def test_what_is_unknown_keeps_its_bar_and_comes_last() -> None:
    frame = of_models({"unknown": 90, "b2b": 9, "b2c": 4}, "count")
    assert [bar["group"] for bar in drawn(ranking(frame))] == ["B2B", "B2C", "unknown"]
    assert [bar["group"] for bar in drawn(ranking(frame, most=2))] == ["B2B", "unknown"]
    assert "lowest B2C with 4" in words_of(ranking(frame))["alt"]


@pytest.mark.parametrize("draw", [ranking, distribution])
def test_nothing_lighter_is_claimed_where_nothing_before_is_known(draw: Any) -> None:
    chart = draw(of_models({"b2c": 9, "b2b": 4}, "count", previous=None))
    words = words_of(chart)
    assert "ighter" not in words["alt"] + spec_of(chart)["title"]["subtitle"]
    assert len(words["table"]["columns"]) == 2


@pytest.mark.parametrize("previous", [Decimal(-20), Decimal(0)])
def test_what_was_negative_or_nothing_has_no_percentage(previous: Decimal) -> None:
    frame = of_models({"b2c": Decimal(10)}, "EUR", previous=previous)
    assert "%" not in words_of(ranking(frame))["table"]["rows"][0][-1]


def test_abbreviations_keep_their_capitals() -> None:
    frame = of_models({"b2c": 9, "b2b": 4}, "count")
    frame.attrs["metrics"]["made"]["title"] = "Bookings by Shapley value"
    words = words_of(ranking(frame))
    assert "bookings by Shapley value" in words["alt"] and "bookings by Shapley value" in words["title"]
