"""Trends: what is drawn, what is said of it, and the table beside it are the numbers of the frame."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from analytics_lib import AnalyticsService, TimeFrame
from analytics_lib.charts import trend
from analytics_lib.charts.axes import bucket_text
from tests.charts.answers import answer, scope
from tests.charts.specification import drawn, layers_of, rows_of, spec_of, words_of
from tests.small_platform import raw

BY_DAY = """
    SELECT CAST(created_at + INTERVAL 2 HOUR AS DATE) AS day, count(*) AS n FROM bookings
    WHERE NOT is_test AND created_at >= '2026-09-30 22:00' AND created_at < '2026-10-24 22:00'
    GROUP BY day
"""
"""October up to the change of the clock, in Madrid's summer time, counted without the library."""


def said_day(day: date) -> str:
    return f"{day:%B} {day.day}"


def test_the_alternative_text_names_metric_period_and_extremes(
    small: AnalyticsService, small_url: str
) -> None:
    scope = small.scope(period="2026-10", as_of="2026-10-25")
    text = words_of(trend(small.measure("total_bookings", scope, over="day")))["alt"]
    counted = raw(small_url, BY_DAY)
    by_day = {moment.date(): int(n) for moment, n in counted.itertuples(index=False)}
    every = [by_day.get(date(2026, 10, day), 0) for day in range(1, 25)]
    assert "bookings" in text.lower() and "October 2026" in text
    high, low = (
        re.search(r"highest (\d+) (?:first )?on ([A-Z]\w+ \d+)", text),
        re.search(r"lowest (\d+) (?:first )?on ([A-Z]\w+ \d+)", text),
    )
    assert high and low, text
    assert int(high[1]) == max(every) and int(low[1]) == min(every)
    assert high[2] in {said_day(date(2026, 10, 1 + i)) for i, n in enumerate(every) if n == max(every)}
    assert low[2] in {said_day(date(2026, 10, 1 + i)) for i, n in enumerate(every) if n == min(every)}


def test_the_description_is_the_alternative_text(october: pd.DataFrame) -> None:
    spec = spec_of(trend(october))
    assert spec["description"] == spec["usermeta"]["analytics"]["alt"]
    assert spec["title"]["text"] == spec["usermeta"]["analytics"]["title"]
    assert spec["usermeta"]["analytics"]["empty"] is None


def test_the_title_is_a_sentence_with_a_number(october: pd.DataFrame) -> None:
    title = words_of(trend(october))["title"]
    assert str(max(october["value"])) in title and len(title.split()) >= 4


def test_every_number_of_the_frame_is_drawn_once_and_no_other(october: pd.DataFrame) -> None:
    points = drawn(trend(october))
    for column, series in (("value", 0), ("previous", 1)):
        names = list(dict.fromkeys(point["series"] for point in points))
        values = [point["value"] for point in points if point["series"] == names[series]]
        assert values == [float(value) for value in october[column] if value is not None]
    assert {point["when"] for point in points} == {
        f"{start.isoformat()}Z" for start in october["bucket_start"]
    }
    assert {point["state"] for point in points} == {"complete"}


def test_the_table_twin_holds_the_frames_numbers(october: pd.DataFrame) -> None:
    table = words_of(trend(october))["table"]
    assert [column["align"] for column in table["columns"]] == ["left", "right", "right"]
    assert "October 2026" in table["columns"][1]["name"] and "September 2026" in table["columns"][2]["name"]
    rows = [(bucket, int(now), before) for bucket, now, before in table["rows"]]
    expected = [
        (
            bucket_text(row["bucket_start"], TimeFrame.DAY, "en"),
            row["value"],
            "–" if row["previous"] is None else str(row["previous"]),
        )
        for row in october.to_dict("records")
    ]
    assert rows == expected


def test_the_axis_is_the_wall_clock_wherever_the_reader_is(october: pd.DataFrame) -> None:
    spec = spec_of(trend(october))
    lines = spec["layer"][0] if "layer" in spec else spec
    assert lines["encoding"]["x"]["scale"]["type"] == "utc"
    assert all(point["when"].endswith("T00:00:00Z") for point in drawn(trend(october)))


def test_without_a_comparison_there_is_one_line(small: AnalyticsService) -> None:
    frame = small.measure("total_bookings", small.scope(period="2026"), over="month")
    chart = trend(frame)
    assert len({point["series"] for point in drawn(chart)}) == 1
    assert len(words_of(chart)["table"]["columns"]) == 2
    assert "lighter" not in words_of(chart)["alt"]


def test_a_period_to_date_is_called_that(small: AnalyticsService) -> None:
    frame = small.measure("total_bookings", small.scope(period="2026-10", as_of="2026-10-12"), over="day")
    words = words_of(trend(frame))
    assert "to date" in words["alt"] and "to date" in words["table"]["columns"][1]["name"]
    assert len(words["table"]["rows"]) == 11


def test_days_that_the_data_does_not_cover_are_dotted_and_marked(half_known: pd.DataFrame) -> None:
    chart = trend(half_known)
    names = list(dict.fromkeys(point["series"] for point in drawn(chart)))
    states = {point["when"][:10]: point["state"] for point in drawn(chart) if point["series"] == names[0]}
    assert states["2026-10-13"] == "complete"
    assert all(states[f"2026-10-{day}"] == "incomplete" for day in range(17, 32))
    words = words_of(chart)
    assert "incomplete" in words["alt"]
    marked = {bucket for bucket, now, *_ in words["table"]["rows"] if "incomplete" in now}
    assert marked == {f"Oct {day}" for day in range(15, 32)}


def test_a_missing_number_is_a_gap_and_not_a_zero(with_gaps: pd.DataFrame) -> None:
    chart = trend(with_gaps)
    by_day = {point["when"][:10]: point["value"] for point in drawn(chart)}
    assert by_day["2026-10-10"] == 0.0 and by_day["2026-10-12"] == 1.0
    assert by_day["2026-10-11"] is None
    table = dict(words_of(chart)["table"]["rows"])
    assert table["Oct 11"] == "–" and table["Oct 12"] == "100.0%"


def test_extremes_are_of_the_known_numbers_only(with_gaps: pd.DataFrame) -> None:
    text = words_of(trend(with_gaps))["alt"]
    assert "highest 100.0% on October 12" in text and "lowest 0.0% on October 10" in text


def test_a_period_without_anything_is_a_line_at_zero_and_not_missing(nothing: pd.DataFrame) -> None:
    words = words_of(trend(nothing))
    assert words["empty"] is None
    assert "0 throughout" in words["alt"] and "0 throughout" in words["title"]
    assert [row[1] for row in words["table"]["rows"]] == ["0"] * 31


def test_a_number_that_cannot_be_served_says_why(small: AnalyticsService) -> None:
    frame = small.measure("confirmation_rate", small.scope(period="2026-10", as_of="2026-10-02"), over="day")
    words = words_of(trend(frame))
    assert words["empty"] and "not yet known" in words["empty"]


def test_hours_of_the_long_day_are_all_there(small: AnalyticsService) -> None:
    frame = small.measure("total_bookings", small.scope(period="2026-10-25"), over="hour")
    assert len(words_of(trend(frame))["table"]["rows"]) == 25
    assert datetime(2026, 10, 25, 2) in set(frame["bucket_start"])


def test_the_hour_that_comes_twice_is_told_apart_in_the_readers_words(small: AnalyticsService) -> None:
    frame = small.measure("total_bookings", small.scope(period="2026-10-25"), over="hour")
    said = [row[0] for row in words_of(trend(frame))["table"]["rows"]]
    assert said[1:5] == ["01:00", "02:00 (UTC+2)", "02:00 (UTC+1)", "03:00"] and len(set(said)) == 25


@pytest.mark.parametrize(("locale", "said"), [("de", "1. Okt."), ("ja", "10月1日")])
def test_the_table_has_the_readers_days(october: pd.DataFrame, locale: str, said: str) -> None:
    assert words_of(trend(october, locale=locale))["table"]["rows"][0][0] == said


def test_days_of_several_years_have_their_year() -> None:
    rows = [{"value": 4, "bucket": day} for day in ("2025-10-01", "2026-10-01")]
    said = [row[0] for row in words_of(trend(answer(rows, over="day")))["table"]["rows"]]
    assert said == ["Oct 1, 2025", "Oct 1, 2026"]


def by_day(*values: int, **more: Any) -> pd.DataFrame:
    rows = [{"value": value, "bucket": f"2026-10-{day:02}"} for day, value in enumerate(values, start=1)]
    return answer([{**row, **more} for row in rows], over="day", compared="previous" in more)


def test_a_bucket_that_is_not_over_is_neither_highest_nor_lowest() -> None:
    frame = by_day(5, 9, 1)
    frame.attrs["scope"] = scope(as_of=datetime(2026, 10, 3, 6))
    words = words_of(trend(frame))
    assert "highest 9 on October 2, lowest 5 on October 1" in words["alt"]
    frame.loc[1, "quality"] = "provisional"
    assert words_of(trend(frame))["title"] == "Made bookings: 5 on October 1"


def test_a_number_that_came_more_than_once_is_not_one_days_alone() -> None:
    title = words_of(trend(by_day(9, 1, 9)))["title"]
    assert title == "Made bookings: highest first on October 1 with 9"


def test_nothing_lighter_is_claimed_where_nothing_before_is_known() -> None:
    chart = trend(by_day(5, 9, previous=None))
    words = words_of(chart)
    assert "ighter" not in words["alt"] and len(words["table"]["columns"]) == 2
    assert {point["series"] for point in drawn(chart)} == {"October 2026"}


def test_long_names_of_lines_are_whole_and_in_several_lines() -> None:
    frame = by_day(5, 9, previous=4)
    asked = scope(as_of=datetime(2026, 10, 12))
    frame.attrs |= {"scope": asked, "compared": asked.compared("previous")}
    chart = trend(frame)
    names = {rows_of(chart, layer)[0]["name"] for layer in layers_of(chart, "text")}
    assert names == {"October 2026\nto date", "the same part\nof September\n2026"}


def test_the_frame_is_left_as_it_was(october: pd.DataFrame) -> None:
    before = october.copy(deep=True)
    trend(october)
    pd.testing.assert_frame_equal(october, before)
