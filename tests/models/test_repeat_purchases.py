"""BG/NBD: the published results, the closed forms against integrals and simulations, and what must hold."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaincinv

from analytics_lib.errors import InputError
from analytics_lib.models.repeat_purchases import BetaGeometricNBD, fit_beta_geometric_nbd
from tests.models import cdnow

PUBLISHED = BetaGeometricNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4, customers=2357)


def fitted() -> BetaGeometricNBD:
    data = cdnow.summary()
    return fit_beta_geometric_nbd(data["x"], data["t_x"], data["age"])


def test_cdnow_as_published() -> None:
    # Fader, Hardie, Lee 2005, table 2 and the worked example beside it.
    model = fitted()
    found = (model.r, model.alpha, model.a, model.b)
    assert found == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=6e-4)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert (model.customers, model.is_found) == (2357, True)
    assert float(model.expected_purchases(39, 2, 30.43, 38.86)) == pytest.approx(1.226, abs=5e-4)


def test_another_unit_of_time_is_the_same_model() -> None:
    data = cdnow.summary()
    weeks, days = fitted(), fit_beta_geometric_nbd(data["x"], data["t_x"] * 7, data["age"] * 7)
    assert (days.r, days.alpha / 7, days.a, days.b) == pytest.approx(
        (weeks.r, weeks.alpha, weeks.a, weeks.b), rel=1e-4
    )
    assert days.log_likelihood == pytest.approx(
        weeks.log_likelihood - float(data["x"].sum()) * math.log(7), abs=1e-3
    )


def test_second_opinion_of_lifetimes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter
    other: Any = BetaGeoFitter()
    other.params_ = {"r": PUBLISHED.r, "alpha": PUBLISHED.alpha, "a": PUBLISHED.a, "b": PUBLISHED.b}
    chance = np.random.default_rng(5)
    x = chance.integers(0, 25, 300)
    age = chance.uniform(1, 100, 300)
    t_x = np.where(x > 0, age * chance.uniform(0, 1, 300), 0.0)
    ahead = chance.uniform(0, 60, 300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = other.conditional_expected_number_of_purchases_up_to_time(ahead, x, t_x, age)
        alive = other.conditional_probability_alive(x, t_x, age)
        new = other.expected_number_of_purchases_up_to_time(ahead)
    assert PUBLISHED.expected_purchases(ahead, x, t_x, age) == pytest.approx(expected, rel=1e-6)
    assert PUBLISHED.probability_alive(x, t_x, age) == pytest.approx(alive, rel=1e-9)
    assert PUBLISHED.expected_purchases_of_new(ahead) == pytest.approx(new, rel=1e-6)


def integrated(model: BetaGeometricNBD, ahead: float, x: int, age: float) -> float:
    """E[purchases | alive] over what is then known of the rate and of the chance to leave, by quadrature."""

    def at(quantile: float) -> float:
        p = max(float(betaincinv(model.a, model.b + x, quantile)), 1e-300)
        stays = -(model.r + x) * math.log1p(p * ahead / (model.alpha + age))
        return -math.expm1(stays) / p

    parts = ((0, 0.01), (0.01, 0.99), (0.99, 1))
    return float(sum(quad(at, low, high, limit=200, epsabs=0, epsrel=1e-9)[0] for low, high in parts))


@pytest.mark.parametrize("a", [0.05, 0.9999, 1.0, 1.00001, 2.0, 30.0])
@pytest.mark.parametrize("r", [0.1, 2.0, 60.0])
@pytest.mark.parametrize("x", [0, 1, 40, 2000])
def test_closed_form_is_the_integral(a: float, r: float, x: int) -> None:
    model = BetaGeometricNBD(r, 7.0, a, 0.9, 0.0, 1)
    found = float(model.expected_purchases(52.0, x, 30.0 if x else 0.0, 30.0))
    alive = float(model.probability_alive(x, 30.0 if x else 0.0, 30.0))
    assert found == pytest.approx(alive * integrated(model, 52.0, x, 30.0), rel=1e-6)


@pytest.mark.parametrize(
    ("parameters", "x", "age", "ahead"),
    [((1.0, 1.0, 2.0, 1.0), 99, 1.0, 100.0), ((5.0, 20.0, 49.0, 49.0), 50, 300.0, 3000.0)],
)
def test_whole_numbers_where_the_library_is_lost(
    parameters: tuple[float, float, float, float], x: int, age: float, ahead: float
) -> None:
    model = BetaGeometricNBD(*parameters, 0.0, 1)
    alive = float(model.probability_alive(x, age, age))
    found = float(model.expected_purchases(ahead, x, age, age))
    assert found == pytest.approx(alive * integrated(model, ahead, x, age), rel=1e-7)
    # Beside a customer for whom it is not lost.
    both = model.expected_purchases([ahead, 1.0], [x, 2], [age, 30.0], [age, 40.0])
    assert both[0] == pytest.approx(found)
    assert both[1] == pytest.approx(float(model.expected_purchases(1.0, 2, 30.0, 40.0)))


def simulated(r: float, alpha: float, a: float, b: float, customers: int) -> list[tuple[int, float, float]]:
    """Customers who buy and leave as the model says, observed for 30 to 80 weeks."""
    chance = np.random.default_rng(20)
    found = []
    for _ in range(customers):
        rate, leaves = chance.gamma(r, 1 / alpha), chance.beta(a, b)
        age = chance.uniform(30, 80)
        x, last, now = 0, 0.0, chance.exponential(1 / rate)
        while now <= age:
            x, last = x + 1, now
            if chance.random() < leaves:
                break
            now += chance.exponential(1 / rate)
        found.append((x, last, age))
    return found


def test_parameters_come_back_from_simulated_customers() -> None:
    x, t_x, age = zip(*simulated(0.8, 9.0, 0.9, 2.5, 12_000), strict=True)
    model = fit_beta_geometric_nbd(x, t_x, age)
    assert (model.r, model.alpha) == pytest.approx((0.8, 9.0), rel=0.1)
    # What divides the two is known worse than the share of customers who leave.
    assert model.a / (model.a + model.b) == pytest.approx(0.9 / 3.4, rel=0.1)
    assert model.is_found


def test_by_hand() -> None:
    # a / (b + x - 1) = 1, and (alpha + T) / (alpha + t_x) = 2 to the power of r + x = 2: odds of 4.
    model = BetaGeometricNBD(r=1.0, alpha=1.0, a=2.0, b=2.0, log_likelihood=0.0, customers=1)
    assert float(model.probability_alive(1, 1.0, 3.0)) == pytest.approx(1 / 5)
    assert float(model.probability_alive(0, 0.0, 3.0)) == 1.0
    assert float(model.expected_purchases(0, 1, 1.0, 3.0)) == 0.0
    # With x = 0, T = 0, alpha = t = 1 and r = 1 it is 3 (1 - 1/2 2F1(1, 2; 3; 1/2)), 2F1 = 8 (ln 2 - 1/2).
    assert float(model.expected_purchases_of_new(1.0)) == pytest.approx(3 - 12 * (math.log(2) - 0.5))


positive = st.floats(0.02, 50)


@given(positive, positive, positive, positive, st.integers(0, 300), st.floats(0, 1), st.floats(0.1, 500))
def test_what_must_hold(r: float, alpha: float, a: float, b: float, x: int, part: float, age: float) -> None:
    model = BetaGeometricNBD(r, alpha, a, b, 0.0, 1)
    t_x = age * part if x else 0.0
    alive = float(model.probability_alive(x, t_x, age))
    assert 0 <= alive <= 1
    if x:
        assert alive <= float(model.probability_alive(x, (t_x + age) / 2, age))
    ahead = np.array([0.0, 1.0, 10.0, 100.0])
    expected = model.expected_purchases(ahead, x, t_x, age)
    assert expected[0] == 0
    assert (np.diff(expected) >= -1e-9).all()
    # Nobody buys more than at a rate that never ends.
    assert (expected <= alive * (r + x) / (alpha + age) * ahead * (1 + 1e-6) + 1e-9).all()


def test_order_and_repetition_of_customers_do_not_matter() -> None:
    data = cdnow.summary()
    turned = data.sample(frac=1, random_state=1)
    model = fit_beta_geometric_nbd(turned["x"], turned["t_x"], turned["age"])
    assert model.log_likelihood == pytest.approx(fitted().log_likelihood, abs=1e-6)
    twice = fit_beta_geometric_nbd(*(np.tile(data[name], 2) for name in ("x", "t_x", "age")))
    assert twice.log_likelihood == pytest.approx(2 * fitted().log_likelihood, abs=1e-4)
    assert twice.r == pytest.approx(fitted().r, rel=1e-4)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="No customer came back"):
        fit_beta_geometric_nbd([0, 0], [0, 0], [3, 4])
    with pytest.raises(InputError, match="No customer came back"):
        fit_beta_geometric_nbd([], [], [])
    with pytest.raises(InputError, match="Recency must lie between 0 and the age"):
        fit_beta_geometric_nbd([1], [5], [4])
    with pytest.raises(InputError, match="be 0 without repeat purchases"):
        PUBLISHED.probability_alive([0], [1], [4])
    with pytest.raises(InputError, match="must be numbers"):
        PUBLISHED.probability_alive([1], [float("nan")], [4])
    with pytest.raises(InputError, match="horizon -1 is no time ahead"):
        PUBLISHED.expected_purchases(-1, 1, 1, 4)


def test_data_that_do_not_tell_the_parameters_say_so() -> None:
    # All come back all the time: nobody is seen to leave.
    model = fit_beta_geometric_nbd([10] * 20, [10.0] * 20, [10.0] * 20)
    assert not model.is_found
