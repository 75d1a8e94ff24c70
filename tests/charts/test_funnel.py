"""Funnels: the steps in their order, each rate between its two steps, none worked out here."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, formatting
from analytics_lib.charts import funnel
from analytics_lib.errors import InputError
from tests.charts.answers import answer
from tests.charts.specification import drawn, layers_of, spec_of, words_of

STEPS = ["sessions", "funnel_searched", "funnel_viewed", "funnel_checkout", "funnel_booked"]
RATES = ["funnel_search_rate", "funnel_view_rate", "funnel_checkout_rate", "funnel_booking_rate"]


def counts(*values: int | None, **more: object) -> pd.DataFrame:
    names = "abcdef"
    return answer(
        [{"metric": name, "value": value, **more} for name, value in zip(names, values, strict=False)]
    )


def parts(*values: float | None) -> pd.DataFrame:
    rows = [{"metric": f"rate{place}", "value": value} for place, value in enumerate(values)]
    return answer(rows, unit="share")


def test_the_samples_steps_and_rates_are_drawn_as_measured(small: AnalyticsService) -> None:
    scope = small.scope(period="2026-10")
    steps, rates = small.measure(STEPS, scope, compare="previous"), small.measure(RATES, scope)
    rows = drawn(funnel(steps, rates))
    assert [row["value"] for row in rows] == [float(value) for value in steps["value"]]
    assert [row["previous"] for row in rows] == [float(value) for value in steps["previous"]]
    said = [formatting.percent(value) for value in rates["value"]]
    assert [row["rate_full"] for row in rows] == [*said, ""]
    assert [row["step"] for row in rows] == ["Sessions", "Searched", "Viewed", "Checked out", "Booked"]


def test_rates_are_never_worked_out() -> None:
    # 0.9 is not 50 of 100; what was measured is what is shown.
    assert [row["rate"] for row in drawn(funnel(counts(100, 50), parts(0.9)))] == ["▼ 90.0%", ""]
    assert [row["rate"] for row in drawn(funnel(counts(100, 50)))] == ["", ""]


def test_fewer_rates_than_gaps_leave_the_last_gaps_open() -> None:
    assert [row["rate"] for row in drawn(funnel(counts(9, 6, 3), parts(0.6)))] == ["▼ 60.0%", "", ""]


def test_more_rates_than_gaps_are_refused() -> None:
    with pytest.raises(InputError, match="2 rates do not fit between 2 steps: give at most 1"):
        funnel(counts(9, 6), parts(0.6, 0.5))


def test_the_steps_keep_their_order_on_the_drawing() -> None:
    chart = funnel(counts(3, 9, 6))
    assert [row["value"] for row in drawn(chart)] == [3, 9, 6]
    assert layers_of(chart, "bar")[0]["encoding"]["y"]["sort"] == ["Made a", "Made b", "Made c"]
    assert layers_of(chart, "bar")[0]["encoding"]["x"]["scale"]["domain"][0] == 0


def test_it_says_what_it_shows_in_title_text_and_table() -> None:
    words = words_of(funnel(counts(12_345, 50), parts(0.0041)))
    assert words["title"] == "12.3K made a became 50 made b"
    assert "Made a 12,345, Made b 50" in words["alt"] and "0.4% went on from Made a" in words["alt"]
    assert words["table"]["rows"] == [["Made a", "12,345", "0.4%"], ["Made b", "50", ""]]
    assert [column["name"] for column in words["table"]["columns"]] == ["Step", "October 2026", "Went on"]


def test_what_was_before_is_lighter_and_in_the_table() -> None:
    rows = [{"metric": name, "value": 4, "previous": before} for name, before in (("a", 8), ("b", None))]
    chart = funnel(answer(rows, compared=True))
    assert (
        len(layers_of(chart, "bar")) == 2 and "lighter: September 2026" in spec_of(chart)["title"]["subtitle"]
    )
    assert words_of(chart)["table"]["rows"] == [
        ["Made a", "4", "8", "−4 (−50.0%)"],
        ["Made b", "4", "–", "–"],
    ]
    assert len(layers_of(funnel(counts(4, 4)), "bar")) == 1


@pytest.mark.parametrize("values", [(0, 0), (None, None)])
def test_nothing_to_follow_says_why(values: tuple[int | None, ...]) -> None:
    words = words_of(funnel(counts(*values, reason="no visits are recorded"), parts(None)))
    assert words["empty"] == "no visits are recorded"
    assert len(words["table"]["rows"]) == 2 and len(words["numbers"]["rows"]) == 3


def test_a_missing_step_has_a_place_and_no_bar() -> None:
    rows = drawn(funnel(counts(10, None, 5), parts(None, 0.5)))
    assert [(row["value"], row["shown"], row["rate"]) for row in rows] == [
        (10, "10", "▼ –"),
        (None, "–", "▼ 50.0%"),
        (5, "5", ""),
    ]


def test_one_step_and_huge_counts_are_drawn() -> None:
    assert drawn(funnel(counts(10**15)))[0]["value"] == 1e15


@pytest.mark.parametrize(("locale", "shown"), [("de", "65,4 %"), ("en", "65.4%")])
def test_rates_are_the_readers(locale: str, shown: str) -> None:
    (first, _) = drawn(funnel(counts(9, 6), parts(0.654), locale=locale))
    assert first["rate_full"].replace("\N{NO-BREAK SPACE}", " ") == shown
