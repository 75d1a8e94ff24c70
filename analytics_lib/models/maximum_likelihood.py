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
        kept = np.clip(logarithms, -FURTHEST, FURTHEST)
        parameters = np.exp(kept)
        value, gradient = likelihood(parameters)
        # Beyond the furthest it only goes uphill, so that no search is lost there.
        beyond = logarithms - kept
        return float(-value + (beyond**2).sum()), -gradient * parameters + 2.0 * beyond

    begins = sorted(
        (np.log(np.asarray(start, dtype=float)) for start in starts), key=lambda at: downhill(at)[0]
    )
    best = None
    for begin in begins[:SEARCHES]:
        # Not L-BFGS-B: its tiny matrices wake all threads of the algebra library, at ten times the cost.
        found = minimize(downhill, begin, jac=True, method="BFGS", options={"maxiter": 2_000, "gtol": 1e-9})
        if best is None or found.fun < best.fun:
            best = found
    if best is None:
        raise ValueError("a search needs a beginning")
    at = np.clip(best.x, -FURTHEST, FURTHEST)
    value, slope = downhill(at)
    rests = bool(np.abs(slope).max() < 1e-5 and np.abs(at).max() < FURTHEST - 0.01)
    return Maximum(tuple(float(each) for each in np.exp(at)), -value, rests)
