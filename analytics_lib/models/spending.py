"""What a purchase of each customer brings on average: the Gamma-Gamma model.

P. S. Fader, B. G. S. Hardie (2013): The Gamma-Gamma Model of Monetary Value, after P. S. Fader,
B. G. S. Hardie, K. L. Lee (2005): RFM and CLV. Journal of Marketing Research 42(4), 415-430.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics_lib.errors import InputError
from analytics_lib.models.maximum_likelihood import Floats, Likelihood, maximised

_STARTS = ((2.0, 3.0, 2.0), (6.0, 4.0, 0.5), (0.5, 2.0, 5.0), (50.0, 20.0, 0.5))
"""p, q, and gamma over the mean value."""


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma model, with values in the unit of money that it was fitted in.

    Values of one customer vary as Gamma(p, v), and v varies over customers as Gamma(q, gamma).
    `customers` are those with repeat purchases of a value above zero, on whom alone it rests.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    customers: int
    is_found: bool = True

    def expected_value(self, frequency: ArrayLike, mean_value: ArrayLike) -> Floats:
        """E[M | x, m]: the mean value of a purchase, between the customer's own and everybody's.

        Who has no repeat purchases gets everybody's, whatever the mean value says; it is missing where
        the distribution has no mean (p x + q <= 1). A mean value that is zero, below zero or missing
        beside repeat purchases is none of this model's, and its answer is missing.
        """
        x = np.asarray(frequency, dtype=float)
        value = np.where(x > 0, np.asarray(mean_value, dtype=float), 0.0)
        shape = self.p * x + self.q - 1.0
        is_ours = (shape > 0) & ((x == 0) | (value > 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            expected: Floats = np.where(is_ours, self.p * (self.gamma + x * value) / shape, np.nan)
        return expected


def fit_gamma_gamma(frequency: ArrayLike, mean_value: ArrayLike) -> GammaGamma:
    """The Gamma-Gamma model by maximum likelihood, over customers with x > 0 and a mean value above zero.

    Takes repeat purchases and the mean value of these, without the first one. Raises `InputError` where
    no customer has both.
    """
    x, value = np.broadcast_arrays(np.asarray(frequency, dtype=float), np.asarray(mean_value, dtype=float))
    is_ours = (x > 0) & (value > 0) & np.isfinite(value)
    x, value = x[is_ours], value[is_ours]
    if not x.size:
        raise InputError(
            "No customer has repeat purchases of a value above zero, so spending cannot be modelled: "
            "give more history."
        )
    unit = float(value.mean())
    found = maximised(_likelihood(x, value / unit), _STARTS)
    p, q, gamma = found.parameters
    # The likelihood was taken with the mean value as the unit of money.
    total = (found.log_likelihood - float(np.log(unit))) * len(x)
    return GammaGamma(p, q, gamma * unit, total, len(x), found.is_found)


def _likelihood(x: Floats, value: Floats) -> Likelihood:
    from scipy.special import gammaln, psi

    spent = x * value

    def value_and_slope(parameters: Floats) -> tuple[float, Floats]:
        p, q, gamma = parameters
        shape, rate = p * x, gamma + spent
        each = (
            gammaln(shape + q)
            - gammaln(shape)
            - gammaln(q)
            + q * np.log(gamma)
            + shape * np.log(spent)
            - np.log(value)
            - (shape + q) * np.log(rate)
        )
        both = psi(shape + q) - np.log(rate)
        slopes = (
            x * (both - psi(shape) + np.log(spent)),
            both - psi(q) + np.log(gamma),
            q / gamma - (shape + q) / rate,
        )
        return float(each.mean()), np.array([slope.mean() for slope in slopes])

    return value_and_slope
