"""What is expected follows what was: dashed, within its interval, marked in the table, said in the text."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from analytics_lib import formatting
from analytics_lib.charts import trend
from tests.charts.answers import answer, outlook
from tests.charts.specification import drawn, layers_of, rows_of, spec_of, words_of

DAYS = [
    {"value": value, "bucket": f"2026-10-0{day}", "previous": 5} for day, value in ((1, 10), (2, 14), (3, 12))
]
AHEAD = [("2026-10-04", 13.5, 11.0, 16.0), ("2026-10-05", 15.0, 12.0, 18.5)]


@pytest.fixture
def known() -> pd.DataFrame:
    return answer(DAYS, over="day", compared=True)


def band(chart: object) -> list[dict[str, object]]:
    (area,) = layers_of(chart, "area")
    return rows_of(chart, area)


def test_the_forecast_begins_at_the_last_actual_point(known: pd.DataFrame) -> None:
    points = band(trend(known, outlook(AHEAD)))
    assert [(point["when"], point["value"], point["low"], point["high"]) for point in points] == [
        ("2026-10-03T00:00:00Z", 12.0, 12.0, 12.0),
        ("2026-10-04T00:00:00Z", 13.5, 11.0, 16.0),
        ("2026-10-05T00:00:00Z", 15.0, 12.0, 18.5),
    ]


def test_it_joins_the_last_known_point_and_not_a_gap() -> None:
    frame = answer(
        [*DAYS[:2], {"value": None, "bucket": "2026-10-03", "previous": 5}], over="day", compared=True
    )
    assert band(trend(frame, outlook(AHEAD)))[0]["when"] == "2026-10-02T00:00:00Z"


def test_a_forecast_without_anything_before_it_stands_alone(known: pd.DataFrame) -> None:
    early = outlook([("2026-10-01", 9.0, 8.0, 11.0)])
    assert [point["value"] for point in band(trend(known, early))] == [9.0]


def test_it_is_dashed_and_named_on_the_drawing(known: pd.DataFrame) -> None:
    chart = trend(known, outlook(AHEAD))
    dashes = [layer["mark"].get("strokeDash") for layer in layers_of(chart, "line")]
    assert dashes[0] is None and dashes[1]
    names = [rows_of(chart, layer)[0]["name"] for layer in layers_of(chart, "text")]
    assert names[0] == "October 2026" and "forecast" in names[1] and "80% range" in names[1]
    assert "lighter: September 2026" in spec_of(chart)["title"]["subtitle"]


def test_the_axis_reaches_the_ends_of_the_interval(known: pd.DataFrame) -> None:
    low, high = layers_of(trend(known, outlook([("2026-10-04", 50, -20, 120)])), "line")[0]["encoding"]["y"][
        "scale"
    ]["domain"]
    assert low <= -20 and high >= 120


def test_the_table_marks_the_forecast_and_gives_its_range(known: pd.DataFrame) -> None:
    table = words_of(trend(known, outlook(AHEAD)))["table"]
    assert table["columns"][-1]["name"] == "80% range"
    assert table["rows"][2] == ["Oct 3", "12", "5", ""]
    assert table["rows"][3] == ["Oct 4", "14 (forecast)", "", "11 to 16"]


def test_the_text_says_what_is_expected(known: pd.DataFrame) -> None:
    text = words_of(trend(known, outlook(AHEAD)))["alt"]
    assert "Expected for Oct 4 to Oct 5: 14 to 15 each; between 11 and 18 in 80% of cases." in text


@pytest.mark.parametrize(("locale", "said"), [("en", "80%"), ("de", "80\N{NO-BREAK SPACE}%")])
def test_its_interval_is_named_alike_everywhere(known: pd.DataFrame, locale: str, said: str) -> None:
    chart = trend(known, outlook(AHEAD), locale=locale)
    label = rows_of(chart, layers_of(chart, "text")[1])[0]["name"]
    words = words_of(chart)
    assert said in label and said in words["alt"] and said in words["table"]["columns"][-1]["name"]


@pytest.mark.parametrize("expected", [None, outlook([])], ids=["none", "empty"])
def test_nothing_expected_draws_nothing_more(known: pd.DataFrame, expected: pd.DataFrame | None) -> None:
    assert spec_of(trend(known, expected)) == spec_of(trend(known))


def test_the_numbers_hold_both(known: pd.DataFrame) -> None:
    numbers = words_of(trend(known, outlook(AHEAD)))["numbers"]
    assert [row["value"] for row in numbers["rows"]] == [10, 14, 12, 13.5, 15.0]
    last = numbers["rows"][-1]
    assert (last["bucket"], last["quality"], last["lower_80"], last["upper_80"]) == (
        "2026-10-05",
        "forecast",
        12.0,
        18.5,
    )


# One bucket


def hour(**row: object) -> pd.DataFrame:
    return answer([{"value": 5, "bucket": "2026-10-20T14", "previous": 6, **row}], over="hour", compared=True)


def test_one_bucket_is_three_bars_in_the_order_of_ibcs() -> None:
    chart = trend(hour(), outlook([("2026-10-20T15", 5.8, 3.0, 8.0)]))
    bars = [(bar["group"].partition(",")[0], bar["value"], bar["kind"], bar["shown"]) for bar in drawn(chart)]
    assert bars == [
        ("previous", 6.0, "before", "6"),
        ("actual", 5.0, "named", "5"),
        ("forecast", 5.8, "forecast", "6"),
    ]
    assert words_of(chart)["alt"].startswith("Bar chart of made bookings by hour")
    assert words_of(chart)["table"]["rows"][1][1] == "6 (forecast)"


def test_bars_that_are_not_known_are_left_out() -> None:
    kinds = [bar["kind"] for bar in drawn(trend(hour(previous=None)))]
    assert kinds == ["named"]


@pytest.mark.parametrize("value", [-4, 0, 10**12, Decimal("-0.01")])
def test_a_single_bucket_shows_any_number(value: object) -> None:
    unit = "EUR" if isinstance(value, Decimal) else "count"
    chart = trend(answer([{"value": value, "bucket": "2026-10-20T14"}], over="hour", unit=unit))
    assert drawn(chart)[0]["value"] == float(value)  # type: ignore[arg-type]
    assert formatting.quantity(value, unit) in words_of(chart)["alt"]  # type: ignore[arg-type]


def test_a_single_bucket_without_a_number_says_why() -> None:
    frame = answer([{"value": None, "bucket": "2026-10-20T14", "reason": "no source"}], over="hour")
    assert words_of(trend(frame))["empty"] == "no source"
