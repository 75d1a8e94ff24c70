"""Scenarios by closed forms, by hand and by search; tiers by hand and by resampling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.scenarios import commission_scenario, markup_scenario, revenue_share_scenario
from analytics_lib.models.tiers import tier_margins


def only(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = frame.to_dict("records")
    return row


def terms(**columns: float) -> pd.DataFrame:
    return pd.DataFrame({"tier": ["gold"], **{name: [value] for name, value in columns.items()}})


# By hand


def test_a_commission_by_hand() -> None:
    # With elasticity 1 and a margin of 20 %, ten percent are best; with 1/3 it is five, with 3 fifteen.
    given_ = terms(volume=1000.0, margin=0.2, commission=0.12)
    row = only(commission_scenario(given_, elasticity=(1 / 3, 1, 3), reach=0.9))
    assert row["best"] == pytest.approx(0.10)
    assert (row["lowest"], row["highest"]) == (pytest.approx(0.05), pytest.approx(0.15))
    assert row["contribution_today"] == pytest.approx(80)
    assert row["contribution_best"] == pytest.approx(1000 * 10 / 12 * 0.1)
    assert row["gain"] == pytest.approx(1000 * 10 / 12 * 0.1 - 80)
    ends = [1000 * (10 / 12) ** e * 0.1 - 80 for e in (1 / 3, 1, 3)]
    assert (row["gain_lower"], row["gain_upper"]) == (pytest.approx(min(ends)), pytest.approx(max(ends)))
    assert not row["is_bounded"]


def test_a_losing_tier_is_offered_less_and_stays_in_bounds() -> None:
    frame = commission_scenario(terms(volume=1000.0, margin=0.15, commission=0.165), elasticity=(0.2, 0.5, 1))
    row = only(frame)
    assert row["contribution_today"] == pytest.approx(-15)
    assert row["best"] == pytest.approx(0.165 / 2)
    assert row["is_bounded"]
    assert row["gain_lower"] > 0
    curve = frame.attrs["curve"]
    middle = curve[curve["elasticity"] == 0.5]
    assert middle["contribution"].max() == pytest.approx(row["contribution_best"])
    # Where nothing is left before the commission, no commission pays.
    nothing = only(commission_scenario(terms(volume=1.0, margin=-0.1, commission=0.1), elasticity=(1, 1, 1)))
    assert nothing["best"] == pytest.approx(0.05)


def test_a_share_stops_where_the_reseller_would_leave() -> None:
    given_ = terms(volume=1000.0, share=0.5)
    free = only(revenue_share_scenario(given_, elasticity=(0.25, 0.5, 1), outside_option=0))
    assert free["best"] == pytest.approx(1 / 3)
    kept = only(revenue_share_scenario(given_, elasticity=(0.25, 0.5, 1), outside_option=0.9))
    assert kept["best"] == pytest.approx(0.5 * 0.9 ** (1 / 1.5))
    income = 1000 * (kept["best"] / 0.5) ** 0.5 * kept["best"]
    assert income == pytest.approx(0.9 * 500)
    assert 0 < kept["gain"] < free["gain"]
    # Whoever has nearly all of the margin can be given no more than all.
    most = only(revenue_share_scenario(terms(volume=1.0, share=0.96), elasticity=(99, 99, 99)))
    assert most["best"] <= 1


def test_a_price_by_hand() -> None:
    given_ = pd.DataFrame({"product_id": ["h1"], "volume": [10.0], "price": [100.0], "cost": [60.0]})
    row = only(markup_scenario(given_, elasticity=(-3, -2.5, -2)))
    assert row["best"] == pytest.approx(100)
    assert (row["lowest"], row["highest"]) == (pytest.approx(90), pytest.approx(120))
    assert row["gain"] == pytest.approx(0)
    weak = only(markup_scenario(given_, elasticity=(-1, -0.8, -0.5)))
    assert weak["lowest"] == weak["best"] == pytest.approx(120)


# By search

rates = st.floats(0.02, 0.6)


@given(rates, rates, st.floats(0.1, 4), st.floats(0.05, 0.9))
def test_no_commission_within_reach_brings_more(m: float, c: float, e: float, reach: float) -> None:
    row = only(
        commission_scenario(terms(volume=1.0, margin=m, commission=c), elasticity=(e, e, e), reach=reach)
    )
    _is_largest(lambda at: (at / c) ** e * (m - at), row, c * (1 - reach), c * (1 + reach))


@given(st.floats(1, 50), st.floats(1, 100), st.floats(-6, -0.2), st.floats(0.05, 0.5))
def test_no_price_within_reach_brings_more(cost: float, price: float, e: float, reach: float) -> None:
    given_ = pd.DataFrame({"product_id": ["h1"], "volume": [1.0], "price": [price], "cost": [cost]})
    row = only(markup_scenario(given_, elasticity=(e, e, e), reach=reach))
    # Below cost a higher price only loses less: look at what sells at a profit.
    if cost < price * (1 - reach):
        _is_largest(lambda at: (at / price) ** e * (at - cost), row, price * (1 - reach), price * (1 + reach))


def _is_largest(brings: Callable[[float], float], row: dict[str, Any], least: float, most: float) -> None:
    found = minimize_scalar(lambda at: -brings(at), bounds=(least, most), method="bounded")
    assert brings(row["best"]) >= -found.fun - 1e-9
    assert row["contribution_best"] == pytest.approx(brings(row["best"]))
    assert least - 1e-9 <= row["best"] <= most + 1e-9


def test_a_scenario_says_that_it_is_one() -> None:
    account = account_of(
        commission_scenario(terms(volume=1, margin=0.3, commission=0.1), elasticity=(1, 1, 2))
    )
    assert "from 1 to 2" in account.data
    assert "supposed" in account.doubts[0]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"elasticity": (1.0, 0.5, 2.0)}, "three rising numbers above zero"),
        ({"elasticity": (-1.0, 0.5, 2.0)}, "three rising numbers above zero"),
        ({"reach": 1.0}, "a share of today's value"),
        ({"by": "level"}, "needs the column 'level'"),
        ({"terms": terms(volume=1, margin=0.3, commission=0.1).head(0)}, "nothing to try"),
        ({"terms": terms(volume=0, margin=0.3, commission=0.1)}, "a volume above zero"),
        ({"terms": terms(volume=1, margin=float("nan"), commission=0.1)}, "of every group"),
        ({"terms": terms(volume=1, margin=0.3, commission=0)}, "leave out such groups"),
    ],
)
def test_what_is_no_scenario_says_why(words: dict[str, Any], why: str) -> None:
    asked = {"terms": terms(volume=1, margin=0.3, commission=0.1), "elasticity": (1.0, 1.0, 1.0)} | words
    with pytest.raises(InputError, match=why):
        commission_scenario(**asked)
    with pytest.raises(InputError, match="part of today's income"):
        revenue_share_scenario(terms(volume=1, share=0.5), elasticity=(1, 1, 1), outside_option=2)
    with pytest.raises(InputError, match="three rising numbers below zero"):
        markup_scenario(terms(), elasticity=(-1, 0, 1), by="tier")


# Tiers


def partners() -> pd.DataFrame:
    rows = [
        ("p1", "gold", 100.0, 4.0), ("p1", "gold", 100.0, 6.0), ("p2", "gold", 300.0, 20.0),
        ("p3", "platinum", 400.0, -4.0), ("p4", "platinum", 600.0, -8.0), ("p1", None, 50.0, 5.0),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["partner_id", "tier", "net", "margin"])


def test_tiers_by_hand() -> None:
    frame = tier_margins(partners())
    assert frame["tier"].tolist() == ["platinum", "gold", "unknown"]
    assert frame["margin_rate"].tolist() == pytest.approx([-0.012, 0.06, 0.1])
    assert frame["partners"].tolist() == [2, 2, 1]
    assert frame["is_losing"].tolist() == [True, False, False]
    assert frame.attrs["losing"] == ("platinum",)
    # Residuals of -4 and -8 about -1.2 % are 0.8 and -0.8; Student's 97.5 % point is 12.7062 for one degree.
    half = 12.7062 * np.sqrt(2 * (0.8**2 + 0.8**2)) / 1000
    assert frame["upper"].iloc[0] == pytest.approx(-0.012 + half, rel=1e-4)
    assert np.isnan(frame["lower"].iloc[2])
    account = account_of(frame)
    assert account.quality.startswith("platinum keeps -1.2%")
    assert "not beyond chance" in account.doubts[0]


def test_tiers_of_more_than_one_name() -> None:
    frame = tier_margins(partners().assign(model="b2b"), by=["model", "tier"])
    assert frame.attrs["losing"] == ("b2b platinum",)
    assert account_of(tier_margins(partners().query("tier == 'gold'"))).quality == "No group loses money."
    with pytest.raises(InputError, match="no column 'level'"):
        tier_margins(partners(), by=["level"])
    with pytest.raises(InputError, match="No partner has a margin"):
        tier_margins(partners().head(0))


def test_the_interval_of_a_tier_is_that_of_resampled_partners() -> None:
    chance = np.random.default_rng(1)
    net = chance.lognormal(3, 0.7, 80)
    margin = net * chance.normal(0.05, 0.03, 80)
    frame = pd.DataFrame({"partner_id": np.arange(80), "tier": "gold", "net": net, "margin": margin})
    row = only(tier_margins(frame))
    drawn = chance.integers(0, 80, (4000, 80))
    low, high = np.quantile(margin[drawn].sum(axis=1) / net[drawn].sum(axis=1), [0.025, 0.975])
    assert row["upper"] - row["lower"] == pytest.approx(high - low, rel=0.1)
    assert row["lower"] < row["margin_rate"] < row["upper"]
