"""Elasticities against textbooks and libraries, by hand, and where the truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from linearmodels.datasets import mroz
from linearmodels.iv import IV2SLS

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.elasticity import NOT_CAUSAL, price_elasticity


def row(frame: pd.DataFrame) -> dict[str, Any]:
    (only,) = frame.to_dict("records")
    return only


def shop(seed: int, visits: int = 6000, slope: float = -1.6, noise: float = 0.3) -> pd.DataFrame:
    """Visitors of some visits each; dear goods are wanted more, so that prices as they come mislead."""
    chance = np.random.default_rng(seed)
    arm = chance.integers(0, 3, visits)
    wanted = chance.normal(0, 1, visits)
    price = np.exp(5 + 0.8 * wanted + noise * chance.normal(0, 1, visits)) * np.array([0.9, 1.0, 1.1])[arm]
    rate = 0.2 * np.exp(0.5 * wanted) * np.array([0.9, 1.0, 1.1])[arm] ** slope / np.exp(0.125)
    return pd.DataFrame(
        {
            "price": price,
            "bought": (chance.random(visits) < np.minimum(rate, 1)).astype(int),
            "arm": np.array(["low", "control", "high"])[arm],
            "wanted": wanted,
            "visitor": chance.integers(0, visits // 2, visits).astype(str),
        }
    )


# Textbooks


def women() -> pd.DataFrame:
    """Mroz's working women: the logarithm of the "price" is education, as it takes the place of one."""
    found = mroz.load().query("inlf == 1")
    return found.assign(price=np.exp(found["educ"].astype(float)))


def test_wooldridge_by_least_squares_and_by_one_instrument() -> None:
    # Wooldridge, Introductory Econometrics, example 15.1: .109 (.014) and .059 (.035).
    plain = row(price_elasticity(women(), price="price", quantity="wage"))
    assert plain["elasticity"] == pytest.approx(0.1086, abs=5e-5)
    assert plain["standard_error"] == pytest.approx(0.0144, abs=0.001)
    found = row(price_elasticity(women(), price="price", quantity="wage", instrument="fatheduc"))
    assert found["elasticity"] == pytest.approx(0.0592, abs=5e-5)
    assert found["standard_error"] == pytest.approx(0.0351, abs=0.003)
    assert found["first_stage_f"] > 50


def test_wooldridge_by_two_instruments() -> None:
    # Example 15.5: .0614 (.0314); the first stage's F is 55.40 there, without robust errors.
    asked = {"price": "price", "quantity": "wage", "instrument": ["motheduc", "fatheduc"]}
    found = row(price_elasticity(women(), controls=("exper", "expersq"), **asked))  # type: ignore[arg-type]
    assert found["elasticity"] == pytest.approx(0.0614, abs=5e-5)
    assert found["standard_error"] == pytest.approx(0.0314, abs=0.003)
    assert found["first_stage_f"] == pytest.approx(55.4, rel=0.15)


def test_it_is_what_the_libraries_say() -> None:
    data = women()
    data["town"] = data["city"].map({0: "no", 1: "yes"})
    found = row(
        price_elasticity(
            data, price="price", quantity="wage", instrument="fatheduc", controls=("town",), cluster="kidslt6"
        )
    )
    others = pd.DataFrame({"one": 1.0, "town": (data["town"] == "yes").astype(float)})
    fit = IV2SLS(np.log(data["wage"]), others, data[["educ"]].astype(float), data[["fatheduc"]].astype(float))
    result = fit.fit(cov_type="clustered", clusters=data["kidslt6"].astype(int).to_numpy())
    assert found["elasticity"] == pytest.approx(result.params["educ"])
    assert found["standard_error"] == pytest.approx(result.std_errors["educ"])
    goods = shop(1)
    columns = sm.add_constant(np.log(goods["price"]).to_numpy())
    plain = sm.GLM(goods["bought"].to_numpy(), columns, family=sm.families.Poisson()).fit(cov_type="HC1")
    same = row(price_elasticity(goods, price="price", bought="bought"))
    assert same["elasticity"] == pytest.approx(plain.params[1])
    # HC1 corrects for two coefficients, G / (G - 1) for one.
    assert same["standard_error"] == pytest.approx(plain.bse[1], rel=1e-3)


# By hand


def test_two_arms_by_hand() -> None:
    # Wald's estimate: the logarithms of the rates over those of the mean prices; errors by the delta method.
    goods = shop(2, 800).query("arm != 'control'").reset_index(drop=True)
    found = row(price_elasticity(goods, price="price", bought="bought", arm="arm"))
    log_price, low = np.log(goods["price"]), goods["arm"] == "low"
    rates = [goods["bought"][each].mean() for each in (~low, low)]
    means = [log_price[each].mean() for each in (~low, low)]
    slope = np.log(rates[0] / rates[1]) / (means[0] - means[1])
    assert found["elasticity"] == pytest.approx(slope)
    squares = 0.0
    for each, rate, mean in zip((~low, low), rates, means, strict=True):
        influence = (goods["bought"][each] - rate) / rate - slope * (log_price[each] - mean)
        squares += (influence**2).sum() / each.sum() ** 2
    n = len(goods)
    error = np.sqrt(squares * n / (n - 1)) / abs(means[0] - means[1])
    assert found["standard_error"] == pytest.approx(error)
    assert found["upper"] - found["elasticity"] == pytest.approx(1.959964 * error)


def test_a_repeated_row_is_not_news() -> None:
    goods = shop(3, 900).assign(visitor=lambda rows: np.arange(len(rows)).astype(str))
    once = row(price_elasticity(goods, price="price", bought="bought", arm="arm", cluster="visitor"))
    twice = pd.concat([goods, goods])
    again = row(price_elasticity(twice, price="price", bought="bought", arm="arm", cluster="visitor"))
    for name in ("elasticity", "standard_error", "first_stage_f", "clusters"):
        assert again[name] == pytest.approx(once[name]), name
    alone = row(price_elasticity(twice, price="price", bought="bought", arm="arm"))
    assert alone["standard_error"] == pytest.approx(once["standard_error"] / np.sqrt(2), rel=1e-3)


def test_three_arms_are_what_leaving_out_each_visitor_says() -> None:
    # The middle arm sells most, so that no slope fits and the arms' prices matter to the error.
    goods = shop(4, 600, noise=0.05)
    chance = np.random.default_rng(4)
    rates = goods["arm"].map({"low": 0.2, "control": 0.9, "high": 0.35})
    goods["bought"] = (chance.random(len(goods)) < rates).astype(int)
    goods["visitor"] = (np.arange(len(goods)) // 3).astype(str)
    asked = {"price": "price", "bought": "bought", "arm": "arm", "cluster": "visitor"}
    found = row(price_elasticity(goods, **asked))  # type: ignore[arg-type]
    without = [
        row(price_elasticity(goods[goods["visitor"] != each], **asked))["elasticity"]  # type: ignore[arg-type]
        for each in goods["visitor"].unique()
    ]
    jackknife = np.sqrt((len(without) - 1) * np.var(without))
    assert found["standard_error"] == pytest.approx(jackknife, rel=0.1)


def test_the_first_stage_is_that_of_least_squares() -> None:
    goods = shop(6, 900)
    arms = pd.get_dummies(goods["arm"], drop_first=True).astype(float)
    plain = sm.OLS(np.log(goods["price"]), sm.add_constant(arms)).fit(cov_type="HC0")
    found = row(price_elasticity(goods, price="price", bought="bought", arm="arm"))
    assert found["first_stage_f"] == pytest.approx(float(plain.fvalue) * 899 / 900)


def test_unnamed_visitors_are_each_their_own() -> None:
    goods = shop(6, 900)
    goods["visitor"] = np.where(np.arange(900) < 300, "one", pd.Series(None, index=range(900), dtype=object))
    asked = {"price": "price", "bought": "bought", "arm": "arm", "cluster": "visitor"}
    assert row(price_elasticity(goods, **asked))["clusters"] == 601  # type: ignore[arg-type]


# Where the truth is known


def test_the_interval_of_an_experiment_holds_what_it_promises() -> None:
    held, errors, estimates = 0, [], []
    for seed in range(60):
        asked = {"price": "price", "bought": "bought", "arm": "arm", "controls": ("wanted",)}
        found = row(price_elasticity(shop(seed, 4000), **asked))  # type: ignore[arg-type]
        held += found["lower"] <= -1.6 <= found["upper"]
        errors.append(found["standard_error"])
        estimates.append(found["elasticity"])
    assert 53 <= held <= 60
    assert np.mean(estimates) == pytest.approx(-1.6, abs=3 * np.std(estimates) / np.sqrt(60))
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.25)


def test_prices_as_they_come_mislead_and_say_so() -> None:
    goods = shop(7, 20_000)
    naive = price_elasticity(goods, price="price", bought="bought")
    assert row(naive)["lower"] > 0
    assert NOT_CAUSAL in account_of(naive).doubts
    assert not row(naive)["is_causal"]
    fair = price_elasticity(goods, price="price", bought="bought", arm="arm", controls=("wanted",))
    assert row(fair)["lower"] < -1.6 < row(fair)["upper"] < 0
    assert row(fair)["is_causal"]


def test_an_instrument_finds_what_least_squares_miss() -> None:
    chance = np.random.default_rng(5)
    cost, wanted = chance.normal(0, 0.3, 3000), chance.normal(0, 0.5, 3000)
    log_price = 4 + cost + 0.6 * wanted
    frame = pd.DataFrame(
        {"p": np.exp(log_price), "q": np.exp(9 - 2 * log_price + 2 * wanted), "cost": cost, "no": wanted * 0}
    )
    assert row(price_elasticity(frame, price="p", quantity="q"))["lower"] > -2
    found = row(price_elasticity(frame, price="p", quantity="q", instrument="cost"))
    assert found["lower"] < -2 < found["upper"]
    frame["no"] = chance.normal(0, 1, 3000)
    weak = price_elasticity(frame, price="p", quantity="q", instrument="no")
    assert any("The instrument is weak" in doubt for doubt in account_of(weak).doubts)


def test_products_nobody_buys_are_left_out_and_told() -> None:
    goods = shop(11, 3000)
    goods["product"] = np.where(np.arange(len(goods)) % 10, "bed", "tent")
    goods.loc[goods["product"] == "tent", "bought"] = 0
    asked = {"price": "price", "bought": "bought", "arm": "arm"}
    found = price_elasticity(goods, controls=("product",), **asked)  # type: ignore[arg-type]
    beds = price_elasticity(goods[goods["product"] == "bed"], **asked)  # type: ignore[arg-type]
    assert row(found)["elasticity"] == pytest.approx(row(beds)["elasticity"])
    assert "300 rows left out" in account_of(found).data


# What cannot serve


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({}, "name either bought or quantity"),
        ({"bought": "bought", "quantity": "bought"}, "name either bought or quantity"),
        ({"bought": "bought", "arm": "arm", "instrument": "wanted"}, "name either arm or instrument"),
        ({"bought": "bought", "confidence": 95}, "is no share"),
        ({"bought": "bought", "cluster": "same"}, "All observations are of one 'same'"),
        ({"bought": "bought", "price": "arm"}, "'arm' holds what is no number"),
        ({"bought": "sold"}, "no column 'sold'"),
        ({"bought": "price"}, "must hold 0 and 1"),
        ({"quantity": "wanted"}, "below zero"),
        ({"bought": "bought", "instrument": "wanted"}, "zeros have none"),
        ({"bought": "bought", "arm": "same"}, "fewer than two arms"),
        ({"bought": "bought", "arm": "late"}, "Nobody bought in the arm late"),
        ({"bought": "none"}, "Nobody bought anything"),
        ({"bought": "bought", "price": "one"}, "never changes"),
        ({"bought": "bought", "price": "none"}, "Only 0 observations can serve"),
        ({"quantity": "price", "instrument": "one"}, "cannot tell price from demand"),
    ],
)
def test_what_cannot_serve_says_why(words: dict[str, Any], why: str) -> None:
    goods = shop(1, 300).assign(same="x", none=0, one=1.0)
    goods["late"] = np.where(goods["bought"] == 1, "early", "late")
    with pytest.raises(InputError, match=why):
        price_elasticity(goods, **({"price": "price"} | words))
