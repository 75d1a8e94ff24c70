"""How purchases follow a price that was drawn by lot: two stages, with one honest standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics_lib.errors import InputError

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Slope:
    """An estimate with its standard error, and the F of the arms in the first stage."""

    estimate: float
    error: float
    first_stage_f: float


def randomised_slope(
    bought: Matrix, log_price: Matrix, arms: Matrix, others: Matrix, cluster: npt.NDArray[np.intp]
) -> Slope:
    """The slope of log purchases on the part of the log price that the arms explain.

    Stage one regresses the log price on the arms (columns of 0 and 1, one arm left out) and `others` (with
    a constant); stage two is a Poisson regression with log link of `bought` on what the arms did to the
    price and `others`, so that prices that differ for any other reason do not count. The standard error is
    the sandwich of both stages together (Newey and McFadden 1994, 6.2), summed by `cluster`, times the
    square root of G / (G - 1) for G clusters. Raises `InputError` if the second stage finds no maximum.
    """
    first = np.column_stack((arms, others))
    bread = np.linalg.pinv(first.T @ first)
    gamma = bread @ (first.T @ log_price)
    moved = arms.shape[1]
    shifts = arms @ gamma[:moved]
    second = np.column_stack((shifts, others))
    beta = _poisson(bought, second)
    expected = np.exp(second @ beta)

    # Influence of each row on gamma, then on beta, which also moves with gamma.
    on_gamma = (first * (log_price - first @ gamma)[:, None]) @ bread
    inverse = np.linalg.pinv(second.T @ (second * expected[:, None]))
    moves = -second.T @ (arms * (beta[0] * expected)[:, None])
    moves[0] += arms.T @ (bought - expected)
    on_beta = (second * (bought - expected)[:, None] + on_gamma[:, :moved] @ moves.T) @ inverse
    variance = _clustered(on_beta[:, :1], cluster)[0, 0]
    of_arms = _clustered(on_gamma[:, :moved], cluster)
    wald = gamma[:moved] @ np.linalg.pinv(of_arms) @ gamma[:moved]
    return Slope(float(beta[0]), float(np.sqrt(variance)), float(wald / moved))


def _poisson(bought: Matrix, columns: Matrix) -> Matrix:
    import statsmodels.api as sm

    found = sm.GLM(bought, columns, family=sm.families.Poisson()).fit(maxiter=100, tol=1e-10)
    if not found.converged:
        raise InputError(
            "The purchases do not show how they follow the price: ask for more data or fewer controls."
        )
    return np.asarray(found.params, dtype=np.float64)


def _clustered(influence: Matrix, cluster: npt.NDArray[np.intp]) -> Matrix:
    groups = int(cluster.max()) + 1
    sums = np.zeros((groups, influence.shape[1]))
    np.add.at(sums, cluster, influence)
    covariance: Matrix = sums.T @ sums * (groups / (groups - 1))
    return covariance
