"""Demand and the advised price, by hand and by search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, account_of, accounted
from analytics_lib.models.pricing import demand, optimal_markup


def quoted() -> pd.DataFrame:
    rows = [
        # product, lead time, quotes, available, bookings, price
        ("h1", "2 within a week", 6, 5, 2, 500.0),
        ("h1", "2 within a week", 4, 3, 1, 300.0),
        ("h1", "3 8 to 30 days", 2, 0, 0, 0.0),
        ("h2", None, 8, 8, 0, 80.0),
    ]
    columns = ["product_id", "lead_time_band", "quotes", "available", "bookings", "price"]
    return pd.DataFrame(rows, columns=columns)


def test_demand_by_hand() -> None:
    frame = demand(quoted())
    assert frame[["product_id", "lead_time_band"]].to_numpy().tolist() == [
        ["h1", "2 within a week"],
        ["h1", "3 8 to 30 days"],
        ["h2", "unknown"],
    ]
    assert frame["conversion"].tolist()[::2] == [3 / 8, 0]
    assert frame["mean_price"].tolist()[::2] == [100, 10]
    assert frame["stock_out_share"].tolist() == [0.2, 1, 0]
    assert frame[["conversion", "lower", "upper", "mean_price"]].iloc[1].isna().all()
    # Wilson 1927, eq. 4, with 3 of 8 and 0 of 8.
    z, p, n = 1.959964, 3 / 8, 8
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert frame["lower"].iloc[0] == pytest.approx((middle - half) / (1 + z**2 / n))
    assert frame["upper"].iloc[0] == pytest.approx((middle + half) / (1 + z**2 / n))
    assert frame["upper"].iloc[2] == pytest.approx(z**2 / (n + z**2))
    (doubt,) = account_of(frame).doubts
    assert doubt.startswith("4 of 20 quotes (20.0%) had no room: demand is censored")


def test_demand_by_what_is_asked() -> None:
    frame = demand(quoted(), by=["product_id"])
    assert frame["quotes"].tolist() == [12, 8]
    assert not account_of(demand(quoted().tail(1))).doubts


def test_demand_refuses_what_cannot_be() -> None:
    with pytest.raises(InputError, match="no column 'available'"):
        demand(quoted().drop(columns="available"))
    with pytest.raises(InputError, match="confidence 95 is no share"):
        demand(quoted(), confidence=95)
    with pytest.raises(InputError, match="More was booked than was available"):
        demand(quoted().assign(bookings=9))


def estimated(point: float, half: float = 0.2, *, is_causal: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"elasticity": [point], "lower": [point - half], "upper": [point + half], "is_causal": [is_causal]}
    )
    return accounted(frame, Account("did", "on some data", "", ("a doubt of before",)))


def advised(*given: Any, **words: Any) -> dict[str, Any]:
    (row,) = optimal_markup(*given, **words).to_dict("records")
    return row


def test_lerner_by_hand() -> None:
    # With -4 the margin is a quarter of the price; with -5 a fifth, with -3 a third.
    row = advised(estimated(-4, 1), 90.0, 110.0)
    assert row["advised_price"] == row["unbounded_price"] == pytest.approx(120)
    assert (row["lowest"], row["highest"]) == (pytest.approx(112.5), pytest.approx(132))
    assert row["change"] == pytest.approx(120 / 110 - 1)
    assert row["is_bounded"] is False
    assert row["reason"] is None


def test_advice_stays_near_todays_price() -> None:
    frame = optimal_markup(estimated(-1.6), 80.0, 100.0)
    assert frame["advised_price"].iloc[0] == pytest.approx(120)
    assert frame["unbounded_price"].iloc[0] == pytest.approx(80 * 1.6 / 0.6)
    assert any("outside the bounds of -20% and +20%" in doubt for doubt in account_of(frame).doubts)
    assert account_of(frame).doubts[0] == "a doubt of before"
    assert advised(estimated(-1.6), 80.0, 100.0, bounds=(-0.1, 0.05))["advised_price"] == pytest.approx(105)
    assert advised(estimated(-9.0), 50.0, 100.0)["advised_price"] == pytest.approx(80)


def test_no_advice_without_a_reason_for_it() -> None:
    for frame, why in (
        (estimated(-1.1), "from -1 upwards no price is best"),
        (estimated(-1.2), "from -1 upwards no price is best"),
        (estimated(-2, is_causal=False), "not causal"),
    ):
        row = advised(frame, 80.0, 100.0)
        assert why in row["reason"]
        assert row["advised_price"] is row["lowest"] is row["is_bounded"] is None


@given(st.floats(-12, -1.3), st.floats(1, 100), st.floats(1, 200))
def test_no_other_price_within_the_bounds_brings_more(point: float, cost: float, price: float) -> None:
    row = advised(estimated(point, 0.1), cost, price)

    def margin(at: float) -> float:
        return (at / price) ** point * (at - cost)

    best = minimize_scalar(lambda at: -margin(at), bounds=(0.8 * price, 1.2 * price), method="bounded")
    assert margin(row["advised_price"]) >= -best.fun - 1e-6 * abs(best.fun)
    assert 0.8 * price - 1e-9 <= row["lowest"] <= row["advised_price"] <= row["highest"] <= 1.2 * price + 1e-9


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        ((80.0, 0.0), "must lie above zero"),
        ((-1.0, 100.0), "must not lie below zero"),
        ((float("nan"), 100.0), "must not lie below zero"),
        ((80.0, 100.0, (0.1, 0.2)), "must hold today's price"),
        ((80.0, 100.0, (-1.0, 0.2)), "must hold today's price"),
    ],
)
def test_what_cannot_be_is_refused(given_: tuple[Any, ...], why: str) -> None:
    bounds = {"bounds": given_[2]} if len(given_) > 2 else {}
    with pytest.raises(InputError, match=why):
        optimal_markup(estimated(-2), *given_[:2], **bounds)
