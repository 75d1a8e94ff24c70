"""The parameters under which what was seen is most likely, found from several beginnings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Likelihood = Callable[[Floats], tuple[float, Floats]]
"""From parameters above zero to the mean log-likelihood of a customer and its gradient."""

FURTHEST = 14.0
"""How far the logarithm of a parameter may go; one that gets there is not told by the data."""

SEARCHES = 2
"""From how many of the starts a maximum is looked for."""


@dataclass(frozen=True)
class Maximum:
    """Parameters above zero, the mean log-likelihood there, and whether the search came to rest inside."""

    parameters: tuple[float, ...]
    log_likelihood: float
    is_found: bool


def maximised(likelihood: Likelihood, starts: Sequence[Sequence[float]]) -> Maximum:
    """The best of the maxima found from the likeliest starts, over the logarithms of the parameters."""
    from scipy.optimize import minimize

    def downhill(logarithms: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logarithms)
        value, gradient = likelihood(parameters)
        return -value, -gradient * parameters

    begins = sorted(
        (np.log(np.asarray(start, dtype=float)) for start in starts), key=lambda at: downhill(at)[0]
    )
    best = None
    for begin in begins[:SEARCHES]:
        found = minimize(
            downhill,
            begin,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-FURTHEST, FURTHEST)] * len(begin),
            options={"maxiter": 2_000, "ftol": 1e-15, "gtol": 1e-9},
        )
        if best is None or found.fun < best.fun:
            best = found
    if best is None:
        raise ValueError("a search needs a beginning")
    _, slope = downhill(best.x)
    rests = bool(np.abs(slope).max() < 1e-5 and np.abs(best.x).max() < FURTHEST - 0.01)
    return Maximum(tuple(float(each) for each in np.exp(best.x)), -float(best.fun), rests)
