"""The page about charts names every chart, and its calls work as they stand there."""

from __future__ import annotations

import re

import pytest

from analytics_lib import AnalyticsService, charts
from tests.house import ROOT

PAGE = (ROOT / "docs/charts.md").read_text(encoding="utf-8")
CALLS = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| `(.+)` \|$", PAGE, re.MULTILINE))


def test_every_chart_is_on_the_page() -> None:
    assert sorted(CALLS) == sorted(charts.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_its_call_draws_something(name: str, small: AnalyticsService) -> None:
    known = {
        "analytics": small,
        "charts": charts,
        "measure": small.measure,
        "models": small.models,
        "scope": small.scope(period="2026-10"),
    }
    made = eval(CALLS[name], known)
    if name in ("tiles", "table"):
        assert made.numbers["rows"]
        return
    words = made.to_dict()["usermeta"]["analytics"]
    assert words["empty"] is None and words["table"]["rows"]
