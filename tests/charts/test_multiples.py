"""Small multiples: one scale, the largest group first, cut with a word."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from analytics_lib.charts import multiples, ranking
from scheduler.exporters.html_blocks import Chart
from scheduler.exporters.html_figures import render_chart
from tests.browser import chromium
from tests.charts.answers import answer, scope
from tests.charts.specification import axis_texts, drawn, spec_of, words_of
from tests.house import ROOT

SIZES = {"api": (5, 7), "app": (40, 60), "unknown": (3, None), "web": (9, 9)}


def by_channel(*, unit: str = "count", **more: Any) -> pd.DataFrame:
    rows = [
        {"value": value, "channel": name, "bucket": f"2026-10-0{day}", **more}
        for name, values in SIZES.items()
        for day, value in enumerate(values, start=1)
    ]
    return answer(rows, by=["channel"], over="day", unit=unit, compared="previous" in more)


def groups(chart: Any) -> list[str]:
    return list(dict.fromkeys(row["group"] for row in drawn(chart)))


def test_the_largest_group_comes_first() -> None:
    chart = multiples(by_channel())
    assert groups(chart) == ["app", "web", "API", "unknown"]
    assert spec_of(chart)["encoding"]["facet"]["sort"] == groups(chart)


def test_rates_are_sorted_by_what_they_stand_on() -> None:
    frame = by_channel(unit="share")
    frame["n"] = frame["channel"].map({"api": 900, "app": 1, "unknown": 2, "web": 3})
    assert groups(multiples(frame)) == ["API", "web", "unknown", "app"]


def test_a_cut_list_says_so_and_its_table_has_what_is_drawn() -> None:
    chart = multiples(by_channel(), most=2)
    assert groups(chart) == ["app", "web"]
    words = words_of(chart)
    assert (
        "the first 2 of 4 shown" in words["alt"] and "the first 2 of 4" in spec_of(chart)["title"]["subtitle"]
    )
    assert [column["name"] for column in words["table"]["columns"]] == ["Time", "app", "web"]
    assert words["table"]["rows"] == [["Oct 1", "40", "9"], ["Oct 2", "60", "9"]]
    assert len(words["numbers"]["rows"]) == 8
    assert "first" not in words_of(multiples(by_channel()))["alt"]


def test_every_number_is_drawn_in_its_group_on_one_scale() -> None:
    chart = multiples(by_channel())
    assert [row["value"] for row in drawn(chart) if row["group"] == "unknown"] == [3, None]
    y = spec_of(chart)["encoding"]["y"]
    assert y["scale"]["domain"][0] == 0 and y["scale"]["domain"][1] >= 60
    assert "resolve" not in spec_of(chart)


def test_what_was_before_is_lighter_behind() -> None:
    chart = multiples(by_channel(previous=4))
    assert "lighter: September 2026" in spec_of(chart)["title"]["subtitle"]
    assert {row["series"] for row in drawn(chart)} == {"October 2026", "September 2026"}
    assert words_of(chart)["table"]["rows"][0] == ["app", "Oct 1", "40", "4"]


def test_it_says_what_it_shows() -> None:
    words = words_of(multiples(by_channel()))
    assert words["title"] == "Made bookings by channel: highest 60 (app, Oct 2)"
    assert "4 small line charts of made bookings by channel, October 2026" in words["alt"]
    assert "app, web, API, unknown" in words["alt"]


@pytest.mark.parametrize(("locale", "first"), [("en", "Oct 1"), ("de", "1. Okt."), ("ja", "10月1日")])
def test_days_are_the_readers(locale: str, first: str) -> None:
    assert axis_texts(multiples(by_channel(), locale=locale), "x")[0] == first


def test_one_bucket_is_a_dot() -> None:
    frame = answer(
        [{"value": -(10**12), "channel": "api", "bucket": "2026-10-01"}], by=["channel"], over="day"
    )
    chart = multiples(frame)
    assert spec_of(chart)["mark"]["point"] is True and drawn(chart)[0]["value"] == -1e12


def test_without_numbers_there_is_a_reason() -> None:
    frame = answer(
        [{"value": None, "channel": "api", "bucket": "2026-10-01", "reason": "no source"}],
        by=["channel"],
        over="day",
    )
    assert words_of(multiples(frame))["empty"] == "no source"


def test_a_page_draws_it_and_can_put_the_panels_below_each_other() -> None:
    html = render_chart(Chart(spec_of(multiples(by_channel()))), 1, "", half=False, strict=True)
    assert '"facet"' in html and "wide alone" in html and ">app<" in html


def test_panels_take_the_whole_row_of_a_page_and_so_does_what_would_stand_alone_beside_them() -> None:
    css = (ROOT / "scheduler/templates/report/report.css").read_text(encoding="utf-8")
    half, panels = (
        render_chart(Chart(spec_of(chart)), 1, "", half=True, strict=True)
        for chart in (
            ranking(answer([{"value": 5, "channel": "api"}], by=["channel"])),
            multiples(by_channel()),
        )
    )
    page = "<style>{}</style><main style='width:1000px'><div class=figures>{}</div></main>"
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        for pair in (half + panels, panels + half, half + half):
            tab.set_content(page.format(css, pair))
            widths = tab.evaluate("[...document.querySelectorAll('figure')].map((each) => each.clientWidth)")
            assert widths == ([1000, 1000] if panels in pair else [484, 484])


def test_a_group_that_is_not_known_and_a_day_that_is_not_over_do_not_lead() -> None:
    rows = [
        {"value": value, "channel": name, "bucket": f"2026-10-0{day}"}
        for name, values in {"unknown": (99, 99), "api": (5, 70), "web": (1, 2)}.items()
        for day, value in enumerate(values, start=1)
    ]
    frame = answer(rows, by=["channel"], over="day")
    frame.attrs["scope"] = scope(as_of=datetime(2026, 10, 2, 12))
    assert words_of(multiples(frame))["title"] == "Made bookings by channel: highest 5 (API, Oct 1)"
