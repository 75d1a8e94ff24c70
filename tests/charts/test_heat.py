"""Cohorts and hours: a cell a number, legible on light and dark, gaps where nothing is known."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
import vl_convert

from analytics_lib import AnalyticsService
from analytics_lib.charts import cohorts, heat, hours
from scheduler.exporters.svg import finished
from tests.charts.answers import answer
from tests.charts.specification import drawn, spec_of, words_of
from tests.charts.test_theme import contrast
from tests.house import ROOT

RETENTION = [
    {"value": value, "age": age, "bucket": bucket}
    for bucket, values in (("2026-08-01", (1.0, 0.2, 0.125)), ("2026-09-01", (1.0, 0.3, None)))
    for age, value in zip(("00", "01", "02"), values, strict=True)
]


def by_age(rows: list[dict[str, object]] | None = None) -> pd.DataFrame:
    return answer(rows or RETENTION, by=["age"], over="month", unit="share")


@pytest.mark.parametrize("step", range(len(heat.STEPS)))
def test_numbers_can_be_read_on_every_step_and_the_steps_on_every_page(step: int) -> None:
    colour = heat.STEPS[step]
    assert contrast(colour, heat.text_on(step)) >= 4.5
    # Neither the lightest nor the darkest cell melts into a page, light or dark.
    assert contrast(colour, "#FFFFFF") >= 1.2 and contrast(colour, "#0F172A") >= 1.9


def test_steps_go_from_light_to_dark() -> None:
    on_white = [contrast(colour, "#FFFFFF") for colour in heat.STEPS]
    assert on_white == sorted(on_white) and len(set(on_white)) == len(on_white)


def test_a_page_leaves_the_colours_of_cells_and_their_numbers_alone() -> None:
    css = (ROOT / "scheduler/templates/report/report.css").read_text(encoding="utf-8").lower()
    for colour in (*heat.STEPS, heat.DARK_TEXT):
        assert f'fill="{colour.lower()}"' not in css


def test_cohorts_are_rows_and_ages_columns() -> None:
    cells = {
        (cell["down"], cell["across"]): (cell["value"], cell["shown"]) for cell in drawn(cohorts(by_age()))
    }
    assert cells == {
        ("Aug 2026", "1"): (0.2, "20.0%"),
        ("Aug 2026", "2"): (0.125, "12.5%"),
        ("Sep 2026", "1"): (0.3, "30.0%"),
    }


def test_the_first_age_is_left_out_with_a_word_where_it_says_nothing() -> None:
    chart = cohorts(by_age())
    assert "age 0 left out" in spec_of(chart)["title"]["subtitle"]
    assert len(words_of(chart)["table"]["rows"]) == len(RETENTION) == len(words_of(chart)["numbers"]["rows"])
    some = [{**row, "value": 0.9 if row["value"] == 1.0 else row["value"]} for row in RETENTION]
    kept = cohorts(by_age(some))
    assert "left out" not in spec_of(kept)["title"]["subtitle"] and len(drawn(kept)) == 5


def test_the_largest_number_is_darkest_and_the_least_lightest() -> None:
    steps = {cell["value"]: cell["step"] for cell in drawn(cohorts(by_age()))}
    assert steps[0.3] == len(heat.STEPS) - 1 and steps[0.125] == 0 < steps[0.2] < steps[0.3]


def test_one_dimension_is_one_row_and_two_are_a_grid() -> None:
    ages = [{"value": 0.3, "age": "01"}, {"value": 0.2, "age": "02"}, {"value": 0.1, "age": "10"}]
    strip = drawn(cohorts(answer(ages, by=["age"], unit="share")))
    assert [(cell["down"], cell["across"]) for cell in strip] == [
        ("October 2026", "1"),
        ("October 2026", "2"),
        ("October 2026", "10"),
    ]
    grid = [{**row, "segment": name} for name in ("new", "unknown") for row in ages]
    down = [cell["down"] for cell in drawn(cohorts(answer(grid, by=["segment", "age"], unit="share")))]
    assert down == ["new"] * 3 + ["unknown"] * 3


def test_cohorts_say_what_they_show() -> None:
    words = words_of(cohorts(by_age()))
    assert "2 cohorts, 2 ages" in words["alt"] and "20.0% to 30.0% at age 1" in words["alt"]
    assert words["title"] == "Made share: 20.0% to 30.0% at age 1"
    assert words["table"]["rows"][5] == ["Sep 2026", "2", "–", "0"]


def test_cohorts_without_numbers_say_why() -> None:
    rows = [{"value": None, "age": "01", "bucket": "2026-10-01", "reason": "no cohort is that old"}]
    assert words_of(cohorts(by_age(rows)))["empty"] == "no cohort is that old"


def test_cohorts_of_the_sample_are_those_of_the_answer(small: AnalyticsService) -> None:
    frame = small.measure("cohort_retention", small.scope(period="2026"), by=["age"], over="month")
    values = [
        value
        for age, value in zip(frame["age"], frame["value"], strict=True)
        if value is not None and age != "00"
    ]
    assert [cell["value"] for cell in drawn(cohorts(frame))] == [float(value) for value in values]


# Hours


def by_hour(rows: list[tuple[str, str, object]], unit: str = "ratio") -> pd.DataFrame:
    made = [{"weekday": day, "hour_of_day": hour, "value": value} for day, hour, value in rows]
    return answer(made, by=["weekday", "hour_of_day"], unit=unit)


@pytest.mark.parametrize(
    ("locale", "down", "across"), [("en", "Tue", "09"), ("de", "Di", "09 Uhr"), ("ja", "火", "9時")]
)
def test_hours_stand_across_and_weekdays_down_in_the_readers_words(
    locale: str, down: str, across: str
) -> None:
    chart = hours(by_hour([("2", "09", 4.25), ("3", "10", 1.0)]), locale=locale)
    cell, _ = drawn(chart)
    assert (cell["down"].rstrip("."), cell["across"], cell["value"]) == (down, across, 4.25)
    encoding = spec_of(chart)["layer"][0]["encoding"]
    assert len(encoding["x"]["scale"]["domain"]) == 24 and len(encoding["y"]["scale"]["domain"]) == 7


def test_hours_name_their_extremes() -> None:
    words = words_of(hours(by_hour([("1", "08", 3.0), ("7", "23", 68.75), ("3", "00", None)])))
    assert "highest 68.8 on Sun, 23:00" in words["alt"] and "lowest 3.00 on Mon, 08:00" in words["alt"]
    assert words["title"].endswith("highest on Sun, 23:00 with 68.8")
    assert len(words["table"]["rows"]) == 3


def test_unknown_hours_are_in_the_table_only() -> None:
    chart = hours(by_hour([("1", "08", 3.0), ("1", "09", 2.0), ("unknown", "unknown", 900.0)]))
    assert [cell["value"] for cell in drawn(chart)] == [3.0, 2.0]
    table = words_of(chart)["table"]
    assert [column["name"] for column in table["columns"]] == ["Hour", "Mon", "unknown"]
    assert table["rows"] == [["08", "3.00", ""], ["09", "2.00", ""], ["unknown", "", "900.0"]]


@pytest.mark.parametrize("values", [(-5.0, 1e15), (0.0, 0.0), (2.5, 2.5)])
def test_any_numbers_have_a_step(values: tuple[float, float]) -> None:
    cells = drawn(hours(by_hour([("1", "08", values[0]), ("1", "09", values[1])])))
    assert [cell["value"] for cell in cells] == list(values)
    assert all(0 <= cell["step"] < len(heat.STEPS) for cell in cells)
    assert (cells[0]["step"] == cells[1]["step"]) == (values[0] == values[1])


def test_hours_without_numbers_say_why() -> None:
    frame = by_hour([("1", "08", None)])
    frame["reason"] = "the source has no visits"
    assert words_of(hours(frame))["empty"] == "the source has no visits"


def test_a_single_hour_is_no_heatmap() -> None:
    words = words_of(hours(by_hour([("1", "08", 3.0), ("2", "09", None)])))
    assert words["empty"] == "a single hour has no course by weekday"
    assert len(words["numbers"]["rows"]) == 2


def test_hours_that_are_all_alike_have_no_highest() -> None:
    words = words_of(hours(by_hour([("1", "08", 3.0), ("2", "09", 3.0)])))
    assert "highest" not in words["alt"] and words["title"].endswith("3.00 throughout")


def test_numbers_are_hidden_where_cells_are_too_narrow_for_them() -> None:
    def written(width: int) -> int:
        spec = {**spec_of(hours(by_hour([("2", "09", 41.0), ("3", "10", 52.0)]))), "width": width}
        svg = finished(ElementTree.fromstring(vl_convert.vegalite_to_svg(spec)), "")
        return sum(f">{number}<" in svg for number in ("41", "52"))

    assert (written(300), written(600)) == (0, 2)


def test_a_cohort_whose_first_age_is_missing_keeps_its_place() -> None:
    rows = [
        {"value": value, "age": age, "bucket": bucket}
        for age, values in (("01", (None, 0.3)), ("02", (0.2, 0.1)))
        for bucket, value in zip(("2026-08-01", "2026-09-01"), values, strict=True)
    ]
    chart = cohorts(by_age(rows))
    assert spec_of(chart)["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["Aug 2026", "Sep 2026"]
