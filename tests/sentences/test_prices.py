"""Prices and terms: the sign, the doubt and the losing tiers are those of the rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analytics_lib.sentences import elasticity, tiers
from tests.sentences.frames import scope

WINDOW = "12 months to October 31, 2026: "


def slope(value: float, lower: float, upper: float, *, is_causal: bool = True) -> pd.DataFrame:
    row = {"elasticity": value, "lower": lower, "upper": upper, "n": 1200, "is_causal": is_causal}
    frame = pd.DataFrame([row])
    frame.attrs = {"confidence": 0.95, "reason": None, "scope": scope().last_months(12)}
    return frame


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (
            slope(-1.5, -2.0, -1.0),
            "Demand is lower where prices are higher: elasticity −1.50 (95% interval −2.00 to",
        ),
        (slope(1.5, 1.0, 2.0), "Demand is higher where prices are higher: elasticity 1.50"),
        (slope(-0.1, -0.4, 0.2), "No link of demand with the price shows: elasticity −0.10"),
        (slope(0.1, -0.2, 0.4), "No link of demand with the price shows: elasticity 0.10"),
    ],
)
def test_the_sign_and_the_doubt_are_those_of_the_interval(frame: pd.DataFrame, words: str) -> None:
    text = str(elasticity(frame))
    assert text.startswith(WINDOW + words) and text.endswith("1,200 quotes).")


def test_without_an_experiment_it_claims_no_effect() -> None:
    text = str(elasticity(slope(-1.5, -2.0, -1.0, is_causal=False)))
    assert text.endswith("so this does not say what a price change would do.")


def margins(*rows: tuple[str, float, bool]) -> pd.DataFrame:
    made: list[dict[str, Any]] = [
        {"business_model": "b2b", "tier": tier, "margin_rate": rate, "is_losing": losing}
        for tier, rate, losing in rows
    ]
    frame = pd.DataFrame(made)
    frame.attrs = {"reason": None, "scope": scope().last_months(12)}
    return frame


def test_losing_tiers_are_named_and_only_they() -> None:
    text = str(tiers(margins(("platinum", -0.016, True), ("gold", 0.03, False))))
    assert text == WINDOW + "Of 2 tiers of partners, these cost more than they bring: B2B platinum (−1.6%)."
    none = str(tiers(margins(("platinum", -0.016, False), ("gold", 0.03, False))))
    assert none == WINDOW + "None of the 2 tiers of partners costs more than it brings, beyond doubt."


@pytest.mark.parametrize("sentence", [elasticity, tiers])
def test_without_rows_the_reason_is_given(sentence: Any) -> None:
    frame = pd.DataFrame()
    frame.attrs = {"reason": "no price was shown"}
    assert str(sentence(frame)).endswith("is not known: no price was shown.")
