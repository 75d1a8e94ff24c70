"""One look: our font and colours in every chart, and a renderer that needs no network."""

from __future__ import annotations

import json
import re

import altair as alt
import pandas as pd
import pytest
from altair.utils.schemapi import SchemaValidationError

from analytics_lib import charts
from analytics_lib.charts import ranking, theme, trend
from analytics_lib.errors import InputError
from tests.charts.answers import answer, causes
from tests.charts.specification import words_of


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("background", ["#FFFFFF", "#0F172A"])
@pytest.mark.parametrize("colour", theme.CATEGORIES)
def test_lines_and_bars_stand_out_on_light_and_dark(colour: str, background: str) -> None:
    assert contrast(colour, background) >= 3


def test_words_can_be_read() -> None:
    assert contrast(theme.INK, "#FFFFFF") >= 4.5 and contrast(theme.GREY, "#FFFFFF") >= 4.5


def test_charts_carry_our_font_and_no_other(october: pd.DataFrame, destinations: pd.DataFrame) -> None:
    for chart in (trend(october), ranking(destinations)):
        text = json.dumps(chart.to_dict())
        assert set(re.findall(r'"(?:font|\w+Font)": "([^"]+)"', text)) == {theme.FONT}


def test_a_notebook_is_handed_the_specification_and_its_text(october: pd.DataFrame) -> None:
    chart = trend(october)
    bundle = chart._repr_mimebundle_()
    assert set(bundle) == {theme.VEGALITE_MIME, "text/plain"}
    assert bundle["text/plain"] == chart.to_dict()["description"]
    addresses = set(re.findall(r"https?://[^\"\s]+", json.dumps(bundle)))
    assert all("vega.github.io/schema" in address for address in addresses)


def test_altair_is_as_strict_as_ever_with_charts_of_others(october: pd.DataFrame) -> None:
    trend(october)
    with pytest.raises(SchemaValidationError):
        alt.Axis(labelAngle="steep")  # type: ignore[arg-type]
    other = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point().encode(x=alt.X("a:Q", sort="a lot"))
    with pytest.raises(SchemaValidationError):
        (trend(october) | other).to_dict()


def test_charts_of_others_are_handed_out_too() -> None:
    chart = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point().encode(x="a:Q")
    assert theme.VEGALITE_MIME in chart._repr_mimebundle_()


def test_every_chart_has_a_title_and_a_text_and_a_table_also_where_it_is_empty() -> None:
    nothing = {"value": None, "reason": "no source"}
    timed = {**nothing, "bucket": "2026-10-01"}
    empty = [
        charts.trend(answer([timed], over="day")),
        charts.ranking(answer([{**nothing, "channel": "a"}], by=["channel"])),
        charts.cohorts(answer([{**nothing, "age": "01"}], by=["age"], unit="share")),
        charts.hours(
            answer([{**nothing, "weekday": "1", "hour_of_day": "01"}], by=["weekday", "hour_of_day"])
        ),
        charts.funnel(answer([nothing])),
        charts.multiples(answer([{**timed, "channel": "a"}], by=["channel"], over="day")),
        charts.distribution(answer([{**nothing, "nights_band": "1 one night"}], by=["nights_band"])),
        charts.currency_mix(answer([{**nothing, "currency": "EUR"}], by=["currency"], unit="share")),
        charts.waterfall(causes([])),
    ]
    for chart in empty:
        words = words_of(chart)
        assert words["empty"] and words["empty"] in words["alt"] and len(words["alt"]) > 40
        assert words["title"] and words["table"]["columns"]
    assert len(empty) == len(set(charts.__all__) - {"table", "tiles"})


def test_what_was_before_stands_out_on_light_and_dark_but_less_than_what_is() -> None:
    assert contrast(theme.LIGHTER, "#FFFFFF") >= 3 and contrast(theme.LIGHTER, "#0F172A") >= 3
    assert contrast(theme.LIGHTER, "#FFFFFF") < contrast(theme.ACCENT, "#FFFFFF")


@pytest.mark.parametrize(
    "name", sorted(set(charts.__all__) - {"table", "tiles", "funnel", "currency_mix", "waterfall"})
)
def test_several_metrics_are_never_drawn_as_one(name: str) -> None:
    rows = [{"metric": metric, "value": 1, "channel": "a", "bucket": "2026-10-01"} for metric in ("x", "y")]
    frame = answer(rows, by=["channel"], over="day")
    with pytest.raises(InputError, match="draws one metric, and the answer has x, y"):
        getattr(charts, name)(frame)


def test_a_metric_picked_out_of_several_speaks_for_itself_alone() -> None:
    rows = [{"metric": metric, "value": 1, "channel": "a"} for metric in ("x", "y")]
    frame = answer(rows, by=["channel"])
    chart = ranking(frame[frame["metric"] == "y"])
    assert chart.to_dict()["title"]["subtitle"] == "Made y · October 2026"
    assert list(words_of(chart)["numbers"]["metrics"]) == ["y"]
