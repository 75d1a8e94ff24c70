"""The commands of `analytics model`: shapes, sentences and exit codes."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import Any

import pytest

from analytics_lib import AnalyticsService
from tests.small_platform import Command

EXAMPLES = {
    "forecast": ("total_bookings", "--over", "week", "--horizon", "4"),
    "anomalies": ("total_bookings", "payment_declines", "--over", "week", "--threshold", "3"),
    "drivers": ("total_bookings", "--by", "business_model", "--period", "2026-10"),
    "lifetime-value": ("--days", "180"),
    "churn": ("--partners",),
    "survival": (),
    "demand": ("--period", "2025-Q4"),
    "elasticity": ("--period", "2025-Q4"),
    "markup": ("--bound", "0.1"),
    "tiers": ("--period", "2026-Q3"),
    "discounts": ("--business-model", "b2b"),
    "scenario": ("commission", "--period", "2026"),
}


def refused_constant(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


@pytest.fixture(scope="module")
def story_url(story: AnalyticsService) -> str:
    return str(story.warehouse.url)


def test_the_group_lists_these_and_no_other(analytics: Command) -> None:
    listed = analytics("model", "--help").out.split("Commands:")[1]
    assert set(re.findall(r"^  ([\w-]+)", listed, re.MULTILINE)) == set(EXAMPLES)


@pytest.mark.parametrize("command", EXAMPLES)
def test_every_command_has_help_with_an_example(analytics: Command, command: str) -> None:
    said = analytics("model", command, "--help")
    assert said.code == 0
    assert f"Example: analytics model {command}" in " ".join(said.out.split())


@pytest.mark.slow
@pytest.mark.parametrize("command", EXAMPLES)
def test_every_command_answers_in_every_format(analytics: Command, story_url: str, command: str) -> None:
    words = ("model", command, *EXAMPLES[command], "--database", story_url)
    as_json = analytics(*words, "--format", "json")
    assert (as_json.code, as_json.err) == (0, "")
    answer = json.loads(as_json.out, parse_constant=refused_constant)
    assert list(answer) == ["account", "scope", "details", "rows"]
    assert list(answer["account"]) == ["did", "data", "quality", "doubts"]
    assert answer["account"]["did"] and answer["rows"]
    as_csv = analytics(*words, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.out)))
    assert len(rows) == len(answer["rows"]) and list(rows[0]) == list(answer["rows"][0])
    table = analytics(*words, "--limit", "1")
    assert table.code == 0 and answer["account"]["did"] in table.out
    for doubt in answer["account"]["doubts"]:
        assert f"Caution: {doubt}" in table.out


def test_what_is_printed_is_what_python_says(
    analytics: Command, story: AnalyticsService, story_url: str
) -> None:
    said = analytics(
        *("model", "forecast", "total_bookings", "--over", "week", "--horizon", "3", "--level", "90"),
        *("--database", story_url, "--format", "json"),
    )
    rows = json.loads(said.out)["rows"]
    frame = story.models.forecast("total_bookings", over="week", horizon=3, levels=(90,))
    assert [row["bucket"] for row in rows] == list(frame["bucket"])
    for row, mean, upper in zip(rows, frame["mean"], frame["upper_90"], strict=True):
        assert math.isclose(row["mean"], mean) and math.isclose(row["upper_90"], upper)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("forecast", "total_bookingz"), "did you mean total_bookings"),
        (("forecast", "total_bookings", "--horizon", "0"), "horizon 0"),
        (("forecast", "total_bookings", "--level", "100"), "level 100"),
        (("forecast", "total_bookings", "--country", "XX"), "Unknown country 'XX'"),
        (("forecast", "total_bookings", "--over", "fortnight"), "fortnight"),
        (("forecast", "cancellation_rate", "--by", "business_model"), "do not add up"),
        (("anomalies", "cancellation_rate"), "neither"),
        (("anomalies", "total_bookings", "--direction", "left"), "both, up, down"),
        (("drivers", "total_bookings", "--by", "weather"), "Unknown dimension"),
        (("survival", "--by", "weather"), "--by cohort"),
        (("scenario", "weather"), "commission, markup, revenue_share"),
        (("discounts",), "name one business model"),
        (("churn", "--as-of", "yesterday"), "yesterday"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    analytics: Command, story_url: str, words: tuple[str, ...], said: str
) -> None:
    answer = analytics("model", *words, "--database", story_url)
    assert answer.code == 2 and answer.out == ""
    assert said in answer.err and answer.err.startswith("Error: ") and answer.err.count("\n") == 1


def test_no_cell_is_cut_off_on_a_narrow_terminal(
    analytics: Command, story_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    said = analytics("model", "tiers", "--period", "2026-Q3", "--database", story_url)
    assert "business_model" in said.out and "platinum" in said.out and "…" not in said.out
