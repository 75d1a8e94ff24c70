"""Distributions and mixes: bands in their order from zero, parts of the whole with their amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.charts import currency_mix, distribution
from analytics_lib.errors import InputError
from tests.charts.answers import answer
from tests.charts.specification import drawn, layers_of, spec_of, words_of

BANDS = ["10 over a year", "2 within a week", "unknown", "1 same day"]


def bands(*values: Any, **more: Any) -> pd.DataFrame:
    rows = [
        {"value": value, "lead_time_band": band, **more} for band, value in zip(BANDS, values, strict=False)
    ]
    return answer(rows, by=["lead_time_band"], compared="previous" in more)


def columns(chart: Any, when: str = "now") -> list[tuple[str, float]]:
    return [(row["group"], row["value"]) for row in drawn(chart) if row["when"] == when]


def test_bands_stand_in_their_order_and_what_is_unknown_last() -> None:
    assert columns(distribution(bands(4, 3, 2, 1))) == [
        ("same day", 1),
        ("within a week", 3),
        ("over a year", 4),
        ("unknown", 2),
    ]


def test_columns_start_at_zero_with_their_numbers_above() -> None:
    chart = distribution(bands(40, 30, 20, 10))
    (bar,) = layers_of(chart, "bar")
    low, high = bar["encoding"]["y"]["scale"]["domain"]
    assert low == 0 and high > 40
    assert [row["shown"] for row in drawn(chart)] == ["10", "30", "40", "20"]


def test_what_was_before_stands_lighter_beside() -> None:
    chart = distribution(bands(4, 3, previous=9))
    assert columns(chart, "before") == [("within a week", 9), ("over a year", 9)]
    assert {row["kind"] for row in drawn(chart) if row["when"] == "before"} == {"before"}
    assert layers_of(chart, "bar")[0]["encoding"]["xOffset"]["sort"] == ["before", "now"]
    assert "lighter: September 2026" in spec_of(chart)["title"]["subtitle"]
    assert words_of(chart)["table"]["rows"][0] == ["within a week", "3", "9", "−6 (−66.7%)"]


def test_what_is_unknown_is_grey() -> None:
    kinds = {row["group"]: row["kind"] for row in drawn(distribution(bands(4, 3, 2, 1)))}
    assert kinds["unknown"] == "quiet" and kinds["same day"] == "named"


def test_losses_hang_below_zero() -> None:
    chart = distribution(bands(-(10**9), 5))
    assert layers_of(chart, "bar")[0]["encoding"]["y"]["scale"]["domain"][0] < -(10**9)
    assert len(layers_of(chart, "text")) == 2


def test_it_says_every_band() -> None:
    words = words_of(distribution(bands(4, 3)))
    assert words["title"] == "Over a year: highest made bookings, 4"
    assert "within a week 3, over a year 4" in words["alt"]


def test_without_numbers_there_is_a_reason() -> None:
    assert words_of(distribution(bands(None, reason="no source")))["empty"] == "no source"


# Mixes of currencies


def mix(shares: dict[str, Any], amounts: dict[str, Any] | None = None, **more: Any) -> pd.DataFrame:
    rows = [{"metric": "part", "value": share, "currency": code, **more} for code, share in shares.items()]
    frame = answer(rows, by=["currency"], unit="share", compared="previous" in more)
    if amounts is None:
        return frame
    rows = [{"metric": "whole", "value": amount, "currency": code} for code, amount in amounts.items()]
    beside = answer(rows, by=["currency"], unit="EUR")
    both = pd.concat([frame, beside], ignore_index=True)
    both.attrs = {**frame.attrs, "metrics": frame.attrs["metrics"] | beside.attrs["metrics"]}
    return both


def test_the_largest_part_comes_first_with_its_amount() -> None:
    chart = currency_mix(mix({"JPY": 0.25, "EUR": 0.75}, {"JPY": Decimal(250), "EUR": Decimal(750)}))
    assert [(bar["group"], bar["value"], bar["shown"]) for bar in drawn(chart)] == [
        ("EUR", 0.75, "75.0% · €750.00"),
        ("JPY", 0.25, "25.0% · €250.00"),
    ]
    assert words_of(chart)["title"] == "EUR: 75.0% of made whole"
    assert words_of(chart)["table"]["rows"][0] == ["EUR", "75.0%", "€750.00"]


def test_without_amounts_there_are_shares_alone() -> None:
    chart = currency_mix(mix({"EUR": 1.0}))
    assert drawn(chart)[0]["shown"] == "100.0%" and "EUR 100.0%" in words_of(chart)["alt"]


def test_many_small_parts_are_gathered_exactly() -> None:
    shares = dict.fromkeys(("AUD", "CHF", "DKK", "EUR", "GBP", "JPY", "NOK", "PLN", "SEK", "USD"), 0.1)
    chart = currency_mix(mix(shares))
    assert len(drawn(chart)) == 8
    assert (drawn(chart)[-1]["group"], drawn(chart)[-1]["shown"]) == ("others (3)", "30.0%")
    assert len(words_of(chart)["table"]["rows"]) == len(words_of(chart)["numbers"]["rows"]) == 10


def test_the_period_before_is_thinner_above() -> None:
    chart = currency_mix(mix({"EUR": 0.75, "unknown": 0.25}, previous=0.5))
    assert [bar["previous"] for bar in drawn(chart)] == [0.5, 0.5]
    assert [bar["kind"] for bar in drawn(chart)] == ["named", "quiet"]


def test_amounts_alone_are_refused() -> None:
    frame = answer([{"value": Decimal(1), "currency": "EUR"}], by=["currency"], unit="EUR")
    with pytest.raises(InputError, match="ask for payment_value_share"):
        currency_mix(frame)


def test_a_mix_without_numbers_says_why() -> None:
    assert words_of(currency_mix(mix({"EUR": None}, reason="no payments")))["empty"] == "no payments"


def test_the_samples_shares_are_those_of_the_answer(small: AnalyticsService) -> None:
    frame = small.measure(["bookings_share", "total_bookings"], small.scope(), by=["business_model"])
    shares = frame.loc[frame["metric"] == "bookings_share", "value"]
    assert [bar["value"] for bar in drawn(currency_mix(frame))] == sorted(map(float, shares), reverse=True)
