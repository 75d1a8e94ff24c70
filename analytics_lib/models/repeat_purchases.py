"""How often customers come back, and whether they still do: the BG/NBD model.

P. S. Fader, B. G. S. Hardie, K. L. Lee (2005): "Counting Your Customers" the Easy Way: An Alternative to
the Pareto/NBD Model. Marketing Science 24(2), 275-284. Equations are numbered as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics_lib.errors import InputError
from analytics_lib.models.maximum_likelihood import Floats, Likelihood, maximised

_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.25, 0.1, 0.8, 2.5), (3.0, 2.0, 0.1, 1.0), (0.5, 0.5, 3.0, 10.0))
"""r, alpha over the mean age, a and b."""

_BESIDE_ONE = 1e-4
"""How near to 1 `a` may come before the closed form, 0/0 there, gives way to its integral."""


@dataclass(frozen=True)
class BetaGeometricNBD:
    """A fitted BG/NBD model, with time in the unit that it was fitted in.

    While a customer is alive, purchases follow at a rate that varies over customers as Gamma(r, alpha);
    after each repeat purchase some never return, with a probability that varies as Beta(a, b).
    `log_likelihood` is that of all `customers`; `is_found` is False where the search met no maximum.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int
    is_found: bool = True

    def probability_alive(self, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
        """P(alive at age T | x, t_x, T), from 0 to 1; 1 for who never came back: they had no chance to leave.

        Takes repeat purchases x, the age at the last of them t_x and the age T, of one or many customers.
        """
        from scipy.special import expit

        x, t_x, age_now = _checked(frequency, recency, age)
        came_back = np.maximum(x, 1.0)
        odds_of_leaving = (
            np.log(self.a)
            - np.log(self.b + came_back - 1.0)
            + (self.r + x) * (np.log(self.alpha + age_now) - np.log(self.alpha + t_x))
        )
        alive: Floats = np.where(x > 0, expit(-odds_of_leaving), 1.0)
        return alive

    def expected_purchases(
        self, horizon: ArrayLike, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
    ) -> Floats:
        """E[Y(t) | x, t_x, T], purchases in the `horizon` t after the age T (equation 10)."""
        x, _, age_now = _checked(frequency, recency, age)
        ahead = _horizon(horizon)
        expected: Floats = self.probability_alive(x, recency, age_now) * self._if_alive(ahead, x, age_now)
        return expected

    def expected_purchases_of_new(self, horizon: ArrayLike) -> Floats:
        """E[X(t)], repeat purchases of a customer in the `horizon` t after the first one (equation 9)."""
        ahead = _horizon(horizon)
        return self._if_alive(ahead, np.zeros_like(ahead), np.zeros_like(ahead))

    def _if_alive(self, ahead: Floats, x: Floats, age: Floats) -> Floats:
        """Purchases to come of somebody who is alive: the closed form, or its integral where that fails."""
        expected = self._closed_form(ahead, x, age)
        z = ahead / (self.alpha + age + ahead)
        # A library's 2F1 is lost near 1 where its parameters differ by whole numbers, as r and a then do.
        is_lost = ~np.isfinite(expected) | ((abs((self.r - self.a + 0.5) % 1.0 - 0.5) < 1e-6) & (z > 0.85))
        if abs(self.a - 1.0) < _BESIDE_ONE:
            is_lost = np.ones_like(is_lost)
        if is_lost.any():
            lost = [np.broadcast_to(each, is_lost.shape)[is_lost] for each in (ahead, x, age)]
            expected = np.array(expected)
            expected[is_lost] = self._integral(*lost)
        return expected

    def _closed_form(self, ahead: Floats, x: Floats, age: Floats) -> Floats:
        """(a+b+x-1)/(a-1) (1 - (1-z)^(r+x) 2F1(r+x, b+x; a+b+x-1; z)) with z = t/(alpha+T+t).

        By Euler's transformation (1-z)^(r+x) 2F1 is also (1-z)^(a-1) 2F1(a+b-1-r, a-1; a+b+x-1; z), which
        does not overflow where purchases are many. The first form is taken where the second alternates.
        """
        from scipy.special import hyp2f1

        r, a, b = self.r, self.a, self.b
        z = ahead / (self.alpha + age + ahead)
        left = np.log(self.alpha + age) - np.log(self.alpha + age + ahead)
        third = a + b + x - 1.0
        third = np.where(np.abs(third) < 1e-9, 1e-9, third)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            transformed = np.exp((a - 1.0) * left) * hyp2f1(a + b - 1.0 - r, a - 1.0, third, z)
            alternates = (r + 1.0 - a - b) * z > 2.0
            if alternates.any():
                plain = np.exp((r + x) * left) * hyp2f1(r + x, b + x, third, z)
                transformed = np.where(alternates & np.isfinite(plain), plain, transformed)
            expected: Floats = np.where(ahead > 0, third / (a - 1.0) * (1.0 - transformed), 0.0)
        return expected

    def _integral(self, ahead: Floats, x: Floats, age: Floats) -> Floats:
        """The same as the mean of (1 - ((alpha+T)/(alpha+T+p t))^(r+x)) / p over p ~ Beta(a, b+x).

        By double exponential quadrature (H. Takahasi, M. Mori 1974), which bears the poles at both ends.
        """
        nodes = np.linspace(-8.0, 8.0, 1_601)
        reach = np.pi * np.sinh(nodes)
        log_p, log_rest = -np.logaddexp(0.0, -reach), -np.logaddexp(0.0, reach)
        p = np.maximum(np.exp(log_p), 1e-200)
        found = np.empty_like(x)
        for place, (t, n, known) in enumerate(zip(ahead, x, age, strict=True)):
            log_weight = self.a * log_p + (self.b + n) * log_rest + np.log(np.cosh(nodes))
            weight = np.exp(log_weight - log_weight.max())
            bought = -np.expm1(-(self.r + n) * np.log1p(p * t / (self.alpha + known))) / p
            found[place] = (weight * bought).sum() / weight.sum()
        return found


def fit_beta_geometric_nbd(frequency: ArrayLike, recency: ArrayLike, age: ArrayLike) -> BetaGeometricNBD:
    """The BG/NBD model of customers by maximum likelihood (equation 6), without a penalty.

    Takes repeat purchases, the age at the last of them, and the age, all in one unit of time; equal rows
    are looked at once. Raises `InputError` where values cannot be, or where nobody came back.
    """
    x, t_x, age_now = _checked(frequency, recency, age)
    if not x.sum():
        raise InputError("No customer came back, so repeat purchases cannot be modelled: give more history.")
    rows = pd.DataFrame({"x": x, "t_x": t_x, "age": age_now}).value_counts(sort=False).reset_index(name="n")
    unit = float(age_now.mean())
    found = maximised(
        _likelihood(*(rows[name].to_numpy(float) for name in ("x", "t_x", "age", "n")), unit=unit), _STARTS
    )
    r, alpha, a, b = found.parameters
    # The likelihood was taken with the mean age as the unit of time.
    total = found.log_likelihood * len(x) - float(x.sum()) * float(np.log(unit))
    return BetaGeometricNBD(r, alpha * unit, a, b, total, len(x), found.is_found)


def _likelihood(x: Floats, t_x: Floats, age: Floats, weight: Floats, *, unit: float) -> Likelihood:
    from scipy.special import gammaln, psi

    t_x, age, weight = t_x / unit, age / unit, weight / weight.sum()
    repeats = x > 0
    came_back = np.maximum(x, 1.0)

    def value_and_slope(parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        until_now, until_last = np.log(alpha + age), np.log(alpha + t_x)
        alive = -(r + x) * until_now
        gone = np.where(repeats, np.log(a) - np.log(b + came_back - 1.0) - (r + x) * until_last, -np.inf)
        either = np.logaddexp(alive, gone)
        each = (
            gammaln(r + x)
            - gammaln(r)
            + r * np.log(alpha)
            + gammaln(a + b)
            + gammaln(b + x)
            - gammaln(b)
            - gammaln(a + b + x)
            + either
        )
        is_alive, is_gone = np.exp(alive - either), np.exp(gone - either)
        both = psi(a + b) - psi(a + b + x)
        slopes = (
            psi(r + x) - psi(r) + np.log(alpha) - is_alive * until_now - is_gone * until_last,
            r / alpha - (r + x) * (is_alive / (alpha + age) + is_gone / (alpha + t_x)),
            both + is_gone / a,
            both + psi(b + x) - psi(b) - is_gone / (b + came_back - 1.0),
        )
        # Summed without a matrix product, whose threads cost more than they bring on a busy machine.
        return float((weight * each).sum()), np.array([(weight * slope).sum() for slope in slopes])

    return value_and_slope


def _checked(frequency: Any, recency: Any, age: Any) -> tuple[Floats, Floats, Floats]:
    given = (np.asarray(each, dtype=float) for each in (frequency, recency, age))
    x, t_x, age_now = np.broadcast_arrays(*given)
    if not x.size:
        return x, t_x, age_now
    if not (np.isfinite(x).all() and np.isfinite(t_x).all() and np.isfinite(age_now).all()):
        raise InputError("Frequency, recency and age must be numbers: leave out customers without them.")
    if (x < 0).any() or (t_x < 0).any() or (t_x > age_now).any() or (t_x[x == 0] != 0).any():
        raise InputError(
            "Recency must lie between 0 and the age, and be 0 without repeat purchases: use purchase_summary."
        )
    return x, t_x, age_now


def _horizon(horizon: ArrayLike) -> Floats:
    ahead = np.asarray(horizon, dtype=float)
    if not (np.isfinite(ahead).all() and (ahead >= 0).all()):
        raise InputError(f"The horizon {horizon!r} is no time ahead: give a number of 0 or more.")
    return ahead
