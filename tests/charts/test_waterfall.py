"""Waterfalls: from before to after without a remainder, good and bad by sign, colour and word."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics_lib import AnalyticsService, Scope, formatting
from analytics_lib.charts import waterfall
from tests.charts.answers import AS_OF, causes
from tests.charts.specification import drawn, layers_of, spec_of, words_of

PARTS = [("api", 30, 50, 20), ("app", 20, 12, -8), ("web", 5, 8, 3), ("phone", 2, 1, -1)]


def made(**words: Any) -> Any:
    return causes(PARTS, before=57, after=71, **words)


def steps(chart: Any) -> list[tuple[str, float, float]]:
    return [(row["name"], row["from"], row["to"]) for row in drawn(chart)]


def test_every_step_begins_where_the_last_one_ended() -> None:
    assert steps(waterfall(made())) == [
        ("September 2026", 0, 57),
        ("API", 57, 77),
        ("app", 77, 69),
        ("web", 69, 72),
        ("phone", 72, 71),
        ("October 2026", 0, 71),
    ]


def test_the_rest_is_one_exact_sum() -> None:
    chart = waterfall(made(), most=2)
    assert steps(chart)[3] == ("others (2)", 69, 71)
    assert drawn(chart)[3]["full"] == "+2"
    assert len(words_of(chart)["table"]["rows"]) == 5


amounts = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)


@given(st.lists(amounts, min_size=1, max_size=20), st.integers(0, 8), amounts)
def test_amounts_end_at_the_end_to_the_last_digit(effects: list[Decimal], most: int, before: Decimal) -> None:
    assume(any(effects))
    ordered = sorted(effects, key=abs, reverse=True)
    parts = [(f"g{place}", None, None, effect) for place, effect in enumerate(ordered)]
    after = before + sum(effects, Decimal(0))
    frame = causes(parts, before=before, after=after, unit="EUR")
    rows = drawn(waterfall(frame, most))
    assert rows[-2]["to"] == rows[-1]["to"] == float(after)
    if any(ordered[most:]):
        rest = sum(ordered[most:], Decimal(0))
        assert rows[-2]["full"] == formatting.change(rest, None, "EUR")


@pytest.mark.parametrize(
    ("better", "up", "down"),
    [("higher", "good", "bad"), ("lower", "bad", "good"), (None, "neutral", "neutral")],
)
def test_good_and_bad_belong_to_the_metric_and_signs_to_the_number(better: str, up: str, down: str) -> None:
    chart = waterfall(made(better=better))
    rows = drawn(chart)
    assert [row["kind"] for row in rows] == ["total", up, down, up, down, "total"]
    assert [row["shown"][0] for row in rows[1:-1]] == ["▲", "▼", "▲", "▼"]
    assert [row["shown"] for row in rows[1:3]] == ["▲ +20", "▼ −8"]
    has_words = "blue better, vermilion worse" in spec_of(chart)["title"]["subtitle"]
    assert has_words == (better is not None)


def test_a_ratio_changes_in_points() -> None:
    frame = causes([("api", 0.1, 0.3, 0.02)], before=0.1, after=0.12, unit="share")
    rows = drawn(waterfall(frame))
    assert rows[1]["full"].startswith("+2.0") and "pp" in rows[1]["full"]
    assert words_of(waterfall(frame))["table"]["rows"][0][1:3] == ["10.0%", "30.0%"]


def test_bars_of_totals_start_at_zero_or_are_marks() -> None:
    whole = waterfall(made())  # 57 to 77, cut
    assert "axis cut" in spec_of(whole)["title"]["subtitle"]
    (bar,) = layers_of(whole, "bar")
    assert bar["transform"][0]["filter"] == "datum.kind !== 'total'"
    assert bar["encoding"]["x"]["scale"]["domain"][0] > 0
    grown = waterfall(causes([("api", 1, 51, 50)], before=10, after=60))
    assert "axis cut" not in spec_of(grown)["title"]["subtitle"]
    (bar,) = layers_of(grown, "bar")
    assert "transform" not in bar and bar["encoding"]["x"]["scale"]["domain"][0] == 0


def test_below_zero_there_is_room_too() -> None:
    chart = waterfall(causes([("api", 10, -50, -60)], before=10, after=-50))
    low, high = layers_of(chart, "bar")[0]["encoding"]["x"]["scale"]["domain"]
    assert low < -50 and high > 10 and steps(chart)[1] == ("API", 10, -50)


def test_the_title_names_the_largest_part_that_went_the_way_of_the_whole() -> None:
    against = causes([("web", 5, 35, 30), ("app", 50, 25, -25), ("tv", 20, 0, -20)], before=75, after=60)
    assert words_of(waterfall(against))["title"] == "Made bookings: −15, most of all through app, −25"
    still = causes([("web", 5, 8, 3), ("app", 8, 5, -3)], before=13, after=13)
    assert "through web, +3" in words_of(waterfall(still))["title"]


def test_it_says_what_it_shows() -> None:
    words = words_of(waterfall(made()))
    assert words["title"] == "Made bookings: +14, most of all through API, +20"
    assert "from September 2026 to October 2026" in words["alt"]
    assert "September 2026 57, API ▲ +20, app ▼ −8" in words["alt"]
    assert words["table"]["rows"][0] == ["API", "30", "50", "+20"]
    assert words["table"]["rows"][-1] == ["all", "57", "71", "+14"]


@pytest.mark.parametrize("groups", [["unknown"], ["api", "web"]])
def test_where_nothing_moved_there_is_nothing_to_draw(groups: list[str]) -> None:
    words = words_of(waterfall(causes([(name, 0, 0, 0) for name in groups], before=0, after=0)))
    assert words["empty"] == "nothing moved" and len(words["table"]["rows"]) == len(groups) + 1


def share(*effects: float, **more: Any) -> Any:
    parts = [(f"part {place}", 0.1, 0.1, effect) for place, effect in enumerate(effects)]
    return waterfall(causes(parts, before=0.1, after=0.1 + sum(effects), unit="share"), **more)


def test_steps_that_are_written_as_nothing_are_gathered() -> None:
    assert [row["name"] for row in drawn(share(0.02, -0.00004, 0.00003, 0.01))[1:-1]] == ["part 0", "part 3"]
    gathered = drawn(share(0.02, 0.00004, 0.00004))[1:-1]
    assert [(row["name"], row["full"][:5]) for row in gathered] == [
        ("part 0", "+2.0\u202f"),
        ("others (2)", "+0.01"),
    ]


def test_a_share_that_hardly_moved_is_drawn_only_where_a_part_moved() -> None:
    still = words_of(share(0.0004, -0.0001))
    assert still["empty"] and still["title"] == "Made share hardly moved"
    moved = words_of(share(0.02, -0.0199))
    assert moved["empty"] is None
    assert moved["title"].startswith("Made share hardly moved, part 0 did most, +2.0")


def test_long_names_are_whole_and_in_several_lines() -> None:
    frame = causes([("api", 3, 5, 2)], before=3, after=5)
    asked = Scope.build(period="2026-10-15T08", as_of=AS_OF)
    frame.attrs |= {"scope": asked, "compared": asked.compared("previous")}
    axis = spec_of(waterfall(frame))["layer"][0]["encoding"]["y"]["axis"]
    assert '["October 15, 2026,", "08:00 to 09:00"]' in axis["labelExpr"] and axis["labelLimit"] == 0


def test_a_running_period_is_against_the_same_part_of_the_other() -> None:
    frame = made()
    asked = Scope.build(period="2026-10", as_of=datetime(2026, 10, 12))
    frame.attrs |= {"scope": asked, "compared": asked.compared("previous")}
    words = words_of(waterfall(frame))
    assert "from the same part of September 2026 to October 2026 to date" in words["alt"]
    assert [column["name"] for column in words["table"]["columns"]][1:3] == [
        "the same part of September 2026",
        "October 2026 to date",
    ]


def test_without_causes_there_is_a_reason() -> None:
    words = words_of(waterfall(causes([])))
    assert words["empty"] == "nothing is known of September" and words["numbers"]["rows"] == []
    assert words["alt"].endswith("nothing is known of September.")


def test_the_sample_adds_up(small: AnalyticsService) -> None:
    scope = small.scope(period="2026-Q3")
    frame = small.models.causes("gross_bookings_value", scope, "destination_name")
    rows = drawn(waterfall(frame, most=3))
    assert [row["name"] for row in rows[1:4]] == list(frame["group"].head(3))
    (total,) = small.measure("gross_bookings_value", scope)["value"]
    assert rows[-1]["value"] == rows[-2]["to"] == float(total)
