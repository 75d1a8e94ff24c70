"""The one that stands out is the one that the rows say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics_lib.sentences import leader, weakest


def rates(**values: float | None) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [{"metric": k, "value": v, "unit": "share"} for k, v in values.items()]
    frame = pd.DataFrame(rows).astype({"value": object})
    frame["value"] = pd.Series([row["value"] for row in rows], dtype=object)
    frame.attrs = {"metrics": {name: {"title": f"Rate {name}"} for name in values}, "dimensions": ()}
    return frame


def test_the_weakest_of_several_rates_is_named() -> None:
    assert str(weakest(rates(a=0.5, b=0.2, c=0.9))) == "The lowest of these 3 rates is 20.0%: rate b."


def test_rates_that_are_not_known_are_passed_over() -> None:
    assert str(weakest(rates(a=0.5, b=None))) == "Only one rate is known: Rate a, 50.0%."
    assert str(weakest(rates(a=None))) == "None of these rates is known."


def test_a_leader_without_numbers_is_not_made_up() -> None:
    frame = rates(a=None).assign(channel="app")
    frame.attrs["dimensions"] = ("channel",)
    assert str(leader(frame)) == "Rate a is not known for any group."
