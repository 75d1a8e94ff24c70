"""What charts say besides numbers goes through the catalogue of the reader's language."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from typing import Any

import pytest

from analytics_lib.charts import (
    currency_mix,
    distribution,
    funnel,
    hours,
    multiples,
    ranking,
    tiles,
    trend,
    waterfall,
)
from analytics_lib.formatting import texts
from tests.charts.answers import answer, causes, outlook
from tests.charts.specification import spec_of, words_of


class _Marked(gettext.NullTranslations):
    """A language whose every text is the English one between two marks."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(gettext, "translation", lambda *_, **__: _Marked())
    texts.cache_clear()
    yield
    texts.cache_clear()


def groups(**values: Any) -> Any:
    rows = [{"value": value, "previous": 4, "channel": name} for name, value in values.items()]
    return answer(rows, by=["channel"], compared=True)


def days() -> Any:
    rows = [{"value": value, "previous": 4, "bucket": f"2026-10-0{value}"} for value in (1, 2, 3)]
    return answer(rows, over="day", compared=True)


def drawn() -> dict[str, Any]:
    steps = answer([{"metric": name, "value": 4, "previous": 8} for name in "ab"], compared=True)
    clock = [{"weekday": "1", "hour_of_day": f"0{hour}", "value": hour} for hour in (1, 2)]
    panels = [{"value": day, "channel": "api", "bucket": f"2026-10-0{day}"} for day in (1, 2)]
    parts = [{"value": 0.1, "currency": f"C{place}"} for place in range(10)]
    return {
        "trend": trend(days(), outlook([("2026-10-04", 13.5, 11.0, 16.0)])),
        "ranking": ranking(groups(api=3, web=5)),
        "distribution": distribution(groups(api=3, web=5)),
        "funnel": funnel(steps),
        "hours": hours(answer(clock, by=["weekday", "hour_of_day"])),
        "multiples": multiples(answer(panels, by=["channel"], over="day")),
        "currency_mix": currency_mix(answer(parts, by=["currency"], unit="share")),
        "waterfall": waterfall(causes([("api", 3, 5, 2), ("web", 3, 2, -1)], before=6, after=7)),
    }


def test_every_text_that_describes_a_chart_is_translated(marked: None) -> None:
    for name, chart in drawn().items():
        assert words_of(chart)["alt"].startswith("«"), name
        assert "«" in words_of(chart)["title"], name


def test_lighter_forecast_and_others_are_translated(marked: None) -> None:
    charts = drawn()
    for name in ("trend", "ranking", "distribution", "funnel"):
        assert "«lighter: September 2026»" in spec_of(charts[name])["title"]["subtitle"]
    assert "«forecast, 80% range»" in str(spec_of(charts["trend"]))
    assert "«others (3)»" in str(spec_of(charts["currency_mix"]))


def test_tiles_are_translated(marked: None) -> None:
    (up, flat) = tiles(
        answer(
            [{"metric": name, "value": 50, "previous": was} for name, was in (("a", 40), ("b", 50))],
            compared=True,
        )
    ).tiles
    assert up["delta"]["against"] == "«vs {period}»".format(period="September 2026")
    assert up["delta"]["word"] == "«better»" and flat["delta"]["text"] == "«unchanged»"
