"""Gamma-Gamma: the published results, simulations, a second opinion, and what must hold."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.models.purchases import purchase_summary
from analytics_lib.models.spending import GammaGamma, fit_gamma_gamma
from tests.models import cdnow

PUBLISHED = GammaGamma(p=6.25, q=3.74, gamma=15.44, log_likelihood=0.0, customers=946)


def test_cdnow_as_published() -> None:
    # Fader, Hardie 2013: 946 repeat customers. From the purchases themselves, whose means are not rounded.
    known = purchase_summary(cdnow.transactions(), until="1997-09-30")
    model = fit_gamma_gamma(known["frequency"], known["mean_value"])
    assert (round(model.p, 2), round(model.q, 2), round(model.gamma, 2)) == (6.25, 3.74, 15.44)
    assert (model.customers, model.is_found) == (946, True)
    rounded = fit_gamma_gamma(cdnow.spending()["x"], cdnow.spending()["zbar"])
    assert (rounded.p, rounded.q, rounded.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)


def test_second_opinion_of_lifetimes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import GammaGammaFitter
    other: Any = GammaGammaFitter()
    other.params_ = {"p": PUBLISHED.p, "q": PUBLISHED.q, "v": PUBLISHED.gamma}
    chance = np.random.default_rng(3)
    x, value = chance.integers(1, 30, 200), chance.gamma(2, 20, 200)
    expected = other.conditional_expected_average_profit(x, value)
    assert PUBLISHED.expected_value(x, value) == pytest.approx(np.asarray(expected), rel=1e-9)


def test_by_hand() -> None:
    model = GammaGamma(p=2.0, q=3.0, gamma=10.0, log_likelihood=0.0, customers=1)
    # 2 (10 + 4 x 20) / (8 + 3 - 1), and 2 x 10 / (3 - 1) for who never came back.
    assert float(model.expected_value(4, 20.0)) == pytest.approx(18.0)
    assert model.expected_value([0, 0], [99.0, np.nan]) == pytest.approx([10.0, 10.0])


def test_what_the_model_has_no_place_for_is_missing() -> None:
    assert np.isnan(PUBLISHED.expected_value([1, 1, 1], [0.0, -5.0, np.nan])).all()
    no_mean = GammaGamma(p=0.5, q=0.4, gamma=10.0, log_likelihood=0.0, customers=1)
    assert np.isnan(no_mean.expected_value([0, 1], [0.0, 5.0])).all()
    assert float(no_mean.expected_value(2, 5.0)) > 0


def test_parameters_come_back_from_simulated_customers() -> None:
    chance = np.random.default_rng(11)
    x = chance.integers(1, 15, 20_000)
    rate = chance.gamma(4.0, 1 / 20.0, len(x))
    mean = chance.gamma(3.0 * x, 1 / (rate * x))
    model = fit_gamma_gamma(x, mean)
    assert (model.p, model.q, model.gamma) == pytest.approx((3.0, 4.0, 20.0), rel=0.08)


@pytest.mark.parametrize("unit", [1e-4, 0.9, 1e4])
def test_another_unit_of_money_is_the_same_model(unit: float) -> None:
    data = cdnow.spending().head(300)
    euros, others = fit_gamma_gamma(data["x"], data["zbar"]), fit_gamma_gamma(data["x"], data["zbar"] * unit)
    assert others.expected_value(3, 20.0 * unit) == pytest.approx(
        float(euros.expected_value(3, 20.0)) * unit, rel=1e-4
    )
    assert others.log_likelihood == pytest.approx(
        euros.log_likelihood - euros.customers * np.log(unit), abs=1e-3
    )


@given(st.integers(1, 500), st.floats(0.01, 1e5))
def test_the_expectation_lies_between_the_own_mean_and_everybodys(x: int, mean: float) -> None:
    everybody = float(PUBLISHED.expected_value(0, 0.0))
    found = float(PUBLISHED.expected_value(x, mean))
    assert min(mean, everybody) * (1 - 1e-9) <= found <= max(mean, everybody) * (1 + 1e-9)


def test_customers_without_a_value_are_left_out() -> None:
    data = cdnow.spending()
    x = np.append(data["x"], [3, 3, 3, 0])
    value = np.append(data["zbar"], [0.0, -10.0, np.nan, 50.0])
    assert fit_gamma_gamma(x, value) == fit_gamma_gamma(data["x"], data["zbar"])
    with pytest.raises(InputError, match="No customer has repeat purchases of a value above zero"):
        fit_gamma_gamma([0, 2], [5.0, -1.0])


def test_values_that_never_differ_say_that_nothing_is_told() -> None:
    model = fit_gamma_gamma([2, 3, 4], [10.0, 10.0, 10.0])
    assert not model.is_found
    assert float(model.expected_value(3, 10.0)) == pytest.approx(10.0, rel=0.01)
