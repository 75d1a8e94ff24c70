"""Difference in differences: two by two by hand, against another library, and where the truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from linearmodels.panel import PanelOLS

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.discounts import discount_effect

SINCE = "2026-01"
MONTHS = [f"2025-{month:02}" for month in range(1, 13)] + [f"2026-{month:02}" for month in range(1, 13)]


def only(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = frame.to_dict("records")
    return row


def panel(
    seed: int | None, effect: float = 0.0, *, trend: float = 0.0, early: float = 0.0, partners: int = 40
) -> pd.DataFrame:
    """Partners of all sizes in a year with seasons; without a seed, just what is expected of them."""
    chance = np.random.default_rng(seed)
    rows = []
    for partner in range(partners):
        treated = partner % 2 == 0
        size = np.exp(1 + 1.5 * (partner % 7) / 7)
        for place, month in enumerate(MONTHS):
            grown = effect * (month >= SINCE) + trend * place + early * (month == "2025-12")
            mean = size * (1 + 0.4 * np.sin(place)) * np.exp(grown * treated)
            volume = mean if seed is None else chance.poisson(mean)
            margin = volume * (20 if month < SINCE or not treated else 15)
            rows.append((f"p{partner}", month, volume, margin, treated))
    return pd.DataFrame(rows, columns=["partner_id", "month", "volume", "margin", "treated"])


def test_two_by_two_by_hand() -> None:
    rows = [
        ("t", "2025-12", 10, 200.0, True), ("t", "2026-01", 30, 450.0, True),
        ("u", "2025-12", 30, 600.0, True), ("u", "2026-01", 30, 450.0, True),
        ("c", "2025-12", 20, 0.0, False), ("c", "2026-01", 10, 0.0, False),
        ("d", "2025-12", 20, 0.0, False), ("d", "2026-01", 40, 0.0, False),
    ]  # fmt: skip
    frame = discount_effect(
        pd.DataFrame(rows, columns=["partner_id", "month", "volume", "margin", "treated"]), SINCE
    )
    row = only(frame)
    # Treated 40 -> 60, others 40 -> 50: in ratios 1.5 / 1.25.
    assert row["volume_change"] == pytest.approx(0.2)
    assert row["volume_counterfactual"] == pytest.approx(50)
    assert (row["margin_before"], row["margin_after"]) == (20, 15)
    assert row["effect"] == pytest.approx(60 * 15 - 50 * 20)
    assert row["break_even_ratio"] == pytest.approx(20 / 15)
    assert row["effect_lower"] == pytest.approx(900 - 60 / (1 + row["volume_lower"]) * 20)
    assert row["effect_upper"] == pytest.approx(900 - 60 / (1 + row["volume_upper"]) * 20)
    # Of the treated 60 of 100 fall after, of t's 40 thus 24 and not 30: 6 / (100 x 0.6 x 0.4) is its part.
    # Of c's 30 it is 16 2/3 and not 10, over 90 x 5/9 x 4/9; u and d are as far off the other way.
    error = np.sqrt(4 / 3 * (2 * (6 / 24) ** 2 + 2 * (0.3) ** 2))
    assert np.log1p(row["volume_upper"]) == pytest.approx(np.log(1.2) + 12.7062 * error, rel=1e-4)
    assert row["pre_trend_p"] is row["pulled_forward"] is None
    doubts = account_of(frame).doubts
    assert any("Too few months" in doubt for doubt in doubts)
    assert any("Only 2 partners" in doubt for doubt in doubts)


def test_with_little_noise_it_is_what_a_panel_of_logarithms_says() -> None:
    rows = panel(None, 0.3)
    rows["volume"] *= 1 + 0.001 * np.sin(np.arange(len(rows)) ** 2)
    row = only(discount_effect(rows, SINCE))
    indexed = rows.assign(
        month=pd.to_datetime(rows["month"]),
        log=np.log(rows["volume"]),
        did=rows["treated"] * (rows["month"] >= SINCE),
    ).set_index(["partner_id", "month"])
    other = PanelOLS(
        indexed["log"], indexed[["did"]].astype(float), entity_effects=True, time_effects=True
    ).fit()
    assert np.log1p(row["volume_change"]) == pytest.approx(0.3, abs=1e-3)
    assert other.params["did"] == pytest.approx(0.3, abs=1e-3)


def test_the_interval_holds_what_it_promises() -> None:
    held, parallel, pulled = 0, [], []
    for seed in range(12):
        row = only(discount_effect(panel(seed, 0.15, partners=20), SINCE))
        held += row["volume_lower"] <= np.expm1(0.15) <= row["volume_upper"]
        parallel.append(row["pre_trend_p"] < 0.05)
        pulled.append(row["pulled_forward_p"] < 0.05)
    assert held >= 10
    assert sum(parallel) <= 3
    assert sum(pulled) <= 3


def test_trends_that_were_not_parallel_are_found() -> None:
    frame = discount_effect(panel(1, trend=0.06), SINCE)
    assert only(frame)["volume_lower"] > 0
    assert only(frame)["pre_trend_p"] < 0.001
    assert any("not parallel" in doubt for doubt in account_of(frame).doubts)


def test_each_part_of_the_time_before_counts() -> None:
    rows = panel(1)
    spring, summer = rows["month"].between("2025-04", "2025-06"), rows["month"].between("2025-07", "2025-09")
    rows["volume"] *= np.where(rows["treated"] & spring, 1.5, np.where(rows["treated"] & summer, 0.6, 1.0))
    assert only(discount_effect(rows, SINCE))["pre_trend_p"] < 1e-4


def test_what_was_pulled_forward_is_found() -> None:
    frame = discount_effect(panel(2, early=0.5), SINCE)
    assert only(frame)["pulled_forward"] == pytest.approx(np.expm1(0.5), abs=0.25)
    assert any("pulled forward" in doubt for doubt in account_of(frame).doubts)


def test_a_loss_stays_a_loss_and_breaks_even_never() -> None:
    rows = panel(3)
    rows["margin"] = np.where(rows["treated"] & (rows["month"] >= SINCE), -2.0, 5.0) * rows["volume"]
    frame = discount_effect(rows, SINCE)
    assert only(frame)["effect_upper"] < 0
    assert only(frame)["break_even_ratio"] is None
    assert "no volume makes it pay" in account_of(frame).quality


def test_who_never_sold_changes_nothing() -> None:
    rows = panel(4)
    silent = rows[rows["partner_id"] == "p1"].assign(partner_id="silent", volume=0, margin=0.0)
    more = only(discount_effect(pd.concat([rows, silent]), SINCE))
    for name, value in only(discount_effect(rows, SINCE)).items():
        assert more[name] == pytest.approx(value, rel=1e-6), name


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (lambda rows: rows.drop(columns="margin"), "no column 'margin'"),
        (lambda rows: rows.assign(volume=-1), "zero or more"),
        (lambda rows: rows.assign(margin=float("nan")), "a margin in every row"),
        (lambda rows: rows.assign(treated=rows["month"] >= SINCE), "treated or it is not"),
        (lambda rows: pd.concat([rows, rows.head(1)]), "twice in one month"),
        (lambda rows: rows.assign(treated=False), "Nobody to compare"),
        (lambda rows: rows[~rows["treated"] | (rows["partner_id"] == "p0")], "two partners or more"),
        (lambda rows: rows[rows["month"] >= SINCE], "sold nothing before"),
        (lambda rows: rows[~rows["treated"] | (rows["month"] < SINCE)], "changed sold nothing since"),
    ],
)
def test_what_cannot_tell_says_why(changed: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        discount_effect(changed(panel(5, partners=6)), SINCE)
    with pytest.raises(InputError, match="confidence 95 is no share"):
        discount_effect(panel(5, partners=6), SINCE, confidence=95)
