"""How purchases follow a price that was drawn by lot: two stages, with one honest standard error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.models.poisson import Codes, Matrix, clustered, fit_poisson


@dataclass(frozen=True)
class Slope:
    """An estimate with its standard error, and the F of the arms in the first stage."""

    estimate: float
    error: float
    first_stage_f: float


def randomised_slope(
    bought: Matrix, log_price: Matrix, arms: Matrix, others: Matrix, cluster: Codes
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
    fit = fit_poisson(bought, second)
    slope, expected = fit.coefficients[0], fit.expected

    # Influence of each row on gamma, then on the slope, which also moves with gamma.
    on_gamma = (first * (log_price - first @ gamma)[:, None]) @ bread
    moves = -second.T @ (arms * (slope * expected)[:, None])
    moves[0] += arms.T @ (bought - expected)
    on_slope = fit.influence(bought, second)[:, :1] + on_gamma[:, :moved] @ moves.T @ fit.inverse[:, :1]
    variance = clustered(on_slope, cluster)[0, 0]
    of_arms = clustered(on_gamma[:, :moved], cluster)
    wald = gamma[:moved] @ np.linalg.pinv(of_arms) @ gamma[:moved]
    return Slope(float(slope), float(np.sqrt(variance)), float(wald / moved))
