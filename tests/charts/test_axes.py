"""Axes: round ticks that cover the numbers, said in the reader's language and nowhere in Vega's English."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import pairwise

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib import TimeFrame
from analytics_lib.charts import cohorts, currency_mix, distribution, hours, multiples, ranking, trend
from analytics_lib.charts.axes import (
    bucket_text,
    hour_text,
    looked_up,
    tick_texts,
    ticks_of,
    value_axis,
    weekday_text,
)
from analytics_lib.charts.labels import width_of
from tests.charts.answers import answer
from tests.charts.specification import axis_texts, spec_of

LOCALES = ("en", "de", "es", "ja")
UNITS = ("count", "share", "EUR", "JPY", "KWD", "days", "nights", "ms", "seconds", "score", "ratio", "bytes")
OCTOBER = datetime(2026, 10, 5, 14)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 150, [0, 50, 100, 150]),
        (0, 0.29, [0, 0.1, 0.2, 0.3]),
        (-30, 70, [-40, -20, 0, 20, 40, 60, 80]),
        (0, 3, [0, 1, 2, 3]),
        (0, 94_529, [0, 20_000, 40_000, 60_000, 80_000, 100_000]),
    ],
)
def test_ticks_are_round_and_cover_the_numbers(low: float, high: float, ticks: list[float]) -> None:
    assert (
        ticks_of(low, high, "count" if high >= 3 else "share", most=5 if high > 3 else 3, covering=True)
        == ticks
    )


def test_whole_things_have_no_ticks_between_them() -> None:
    assert ticks_of(0, 2, "count", most=5, covering=True) == [0, 1, 2]


def test_seconds_are_ticked_as_clocks_are() -> None:
    assert ticks_of(0, 7_000, "seconds", most=4, covering=True) == [0, 1_800, 3_600, 5_400, 7_200]


finite = st.floats(-1e18, 1e18, allow_nan=False)


@given(st.lists(finite, min_size=1, max_size=6), st.sampled_from(UNITS), st.sampled_from(LOCALES))
def test_every_axis_covers_its_numbers_with_few_and_different_labels(
    numbers: list[float], unit: str, locale: str
) -> None:
    axis, scale = value_axis(numbers, unit, locale)
    ticks = axis.to_dict()["values"]
    low, high = scale.to_dict()["domain"]
    assert low <= min(numbers) and max(numbers) <= high
    assert 1 <= len(ticks) <= 12 and all(a < b for a, b in pairwise(ticks))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "ticks", [[0, 0.001, 0.002], [0, 0.05, 0.1], [0, 500, 1_000], [1_000_000, 1_000_500, 1_001_000]]
)
def test_no_two_labels_are_alike(ticks: list[float], locale: str) -> None:
    for unit in ("EUR", "count") if max(ticks) > 1 else ("share", "ratio"):
        texts = tick_texts(ticks, unit, locale)
        assert len(set(texts)) == len(ticks), texts


@pytest.mark.parametrize(
    ("unit", "locale", "texts"),
    [
        ("EUR", "en", ["€0", "€500K", "€1M", "€1.5M"]),
        ("EUR", "de", ["0 €", "500.000 €", "1 Mio. €", "1,5 Mio. €"]),
        ("EUR", "es", ["0 €", "500 mil €", "1 M €", "1,5 M €"]),
        ("EUR", "ja", ["€0", "€50万", "€100万", "€150万"]),
        ("count", "de", ["0", "500.000", "1 Mio.", "1,5 Mio."]),
        ("count", "ja", ["0", "50万", "100万", "150万"]),
    ],
)
def test_large_numbers_are_said_as_the_reader_says_them(unit: str, locale: str, texts: list[str]) -> None:
    said = tick_texts([0, 500_000, 1_000_000, 1_500_000], unit, locale)
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in said] == texts


def test_shares_are_percent_and_zeros_that_say_nothing_are_left_out() -> None:
    assert tick_texts([0, 0.05, 0.1], "share", "en") == ["0%", "5%", "10%"]
    assert tick_texts([0, 0.025, 0.05], "share", "en") == ["0%", "2.5%", "5%"]
    assert tick_texts([10.0, 20.0], "ratio", "en") == ["10", "20"]


@pytest.mark.parametrize(
    ("locale", "day", "month", "hour", "monday", "axis_hour"),
    [
        ("en", "Oct 5", "Oct 2026", "14:00", "Mon", "14"),
        ("en_US", "Oct 5", "Oct 2026", "2:00 PM", "Mon", "14"),
        ("de", "5. Okt.", "Okt. 2026", "14:00", "Mo", "14 Uhr"),
        ("es", "5 oct", "oct 2026", "14:00", "lun", "14"),
        ("ja", "10月5日", "2026年10月", "14:00", "月", "14時"),
    ],
)
def test_times_are_the_readers(
    locale: str, day: str, month: str, hour: str, monday: str, axis_hour: str
) -> None:
    said = [bucket_text(OCTOBER, TimeFrame(over), locale) for over in ("day", "month", "hour")]
    assert [text.replace("\N{NARROW NO-BREAK SPACE}", " ") for text in said] == [day, month, hour]
    assert weekday_text(1, locale).rstrip(".") == monday and hour_text(14, locale) == axis_hour


@pytest.mark.parametrize("locale", LOCALES)
def test_a_trend_is_labelled_in_the_readers_language(locale: str) -> None:
    rows = [{"value": 1_000_000 * place, "bucket": f"2026-{place:02}-01"} for place in range(1, 5)]
    frame = answer(rows, over="month", unit="EUR")
    chart = trend(frame, locale=locale)
    assert axis_texts(chart, "x") == [
        bucket_text(start, TimeFrame.MONTH, locale) for start in frame["bucket_start"]
    ]
    assert axis_texts(chart, "y") == tick_texts([0, 1e6, 2e6, 3e6, 4e6], "EUR", locale)


def test_vega_finds_the_labels() -> None:
    spec = spec_of(
        trend(answer([{"value": n, "bucket": f"2026-10-0{n}"} for n in (1, 2, 3)], over="day"), locale="de")
    )
    svg = vl_convert.vegalite_to_svg(spec)
    assert ">1. Okt.<" in svg and ">3. Okt.<" in svg and ">3<" in svg
    assert "undefined" not in svg


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("width", [160, 340, 520, 1000])
def test_names_of_days_keep_apart(locale: str, width: int) -> None:
    rows = [{"value": 4, "bucket": f"2026-10-{day:02}"} for day in range(1, 32)]
    svg = vl_convert.vegalite_to_svg(
        {**spec_of(trend(answer(rows, over="day"), locale=locale)), "width": width}
    )
    said = re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>([^<·]*(?:Oct|Okt|oct|月)[^<]*)</text>', svg)
    places = [(float(x) - width_of(text) / 2, float(x) + width_of(text) / 2) for x, text in said]
    assert len(places) >= 2
    assert all(end + 4 <= start for (_, end), (start, _) in pairwise(places)), said


def test_texts_cannot_leave_their_place_in_an_expression() -> None:
    expression = looked_up([1], ['"]; alert(1)'])
    assert json.loads(expression.partition("[indexof")[0]) == ['"]; alert(1)']


@pytest.mark.parametrize("locale", LOCALES)
def test_no_chart_leaves_numbers_or_dates_to_vega(locale: str) -> None:
    by_day = [{"value": 4, "bucket": f"2026-10-0{day}"} for day in (1, 2, 3)]
    by_month = [{"value": 0.5, "age": age, "bucket": "2026-10-01"} for age in ("00", "01")]
    grouped = [{**row, "channel": "api"} for row in by_day]
    charts = [
        trend(answer(by_day, over="day"), locale=locale),
        ranking(answer([{"value": 4, "channel": "api"}], by=["channel"]), locale=locale),
        cohorts(answer(by_month, by=["age"], over="month", unit="share"), locale=locale),
        hours(
            answer([{"value": 2, "weekday": "1", "hour_of_day": "09"}], by=["weekday", "hour_of_day"]),
            locale=locale,
        ),
        multiples(answer(grouped, by=["channel"], over="day"), locale=locale),
        distribution(
            answer([{"value": 4, "lead_time_band": "1 same day"}], by=["lead_time_band"]), locale=locale
        ),
        currency_mix(
            answer([{"value": 0.4, "currency": "EUR"}], by=["currency"], unit="share"), locale=locale
        ),
    ]
    for chart in charts:
        for encoding in _encodings(spec_of(chart)):
            for channel in ("x", "y"):
                axis = encoding.get(channel, {}).get("axis")
                if encoding.get(channel, {}).get("type") in ("quantitative", "temporal") and axis is not None:
                    assert "labelExpr" in axis and "format" not in axis
            for tip in encoding.get("tooltip", []):
                assert tip["type"] == "nominal"


def _encodings(spec: dict[str, object]) -> list[dict[str, dict[str, object]]]:
    layers = spec.get("layer") or [spec.get("spec") or spec]
    return [layer["encoding"] for layer in layers]  # type: ignore[index, union-attr]
