"""How good predicted risks were on a window that came after all that they were made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BINS = 5
CERTAIN = 1e-6


@dataclass(frozen=True)
class RiskBin:
    """Customers of similar risk: how many, the mean of what was predicted, and the share that came true."""

    customers: int
    predicted: float
    observed: float


@dataclass(frozen=True)
class RiskTest:
    """Predicted risks held against what happened.

    `pr_auc` is the average precision, by chance equal to `prevalence`; `brier` the mean squared error, that
    of the best constant being `brier_of_base_rate`; `calibration_slope` is 1 where the log-odds are right,
    below 1 where risks are too extreme, above 1 where they are too tame; `bins` go from low to high risk.
    """

    customers: int
    prevalence: float
    pr_auc: float
    brier: float
    brier_of_base_rate: float
    calibration_slope: float
    bins: tuple[RiskBin, ...]

    @property
    def is_better(self) -> bool:
        """Whether it beats the base rate, in order and in size."""
        return self.brier < self.brier_of_base_rate and self.pr_auc > self.prevalence

    def __str__(self) -> str:
        verdict = "so it beats the base rate" if self.is_better else "so it does NOT beat the base rate"
        bins = ", ".join(f"{each.predicted:.0%} / {each.observed:.0%}" for each in self.bins)
        return (
            f"On {self.customers:,} customers in the last window, which it had not seen and in which "
            f"{self.prevalence:.1%} stayed away: area under precision and recall {self.pr_auc:.3f} (by "
            f"chance {self.prevalence:.3f}), Brier score {self.brier:.4f} (base rate "
            f"{self.brier_of_base_rate:.4f}), {verdict}. Calibration slope "
            f"{self.calibration_slope:.2f}; predicted and observed by fifths of risk: {bins}."
        )


def scored(risk: Floats, happened: Bools) -> RiskTest:
    """The test of risks, 0 to 1, of customers of whom some stayed away and some did not."""
    from sklearn.metrics import average_precision_score, brier_score_loss

    order = np.argsort(risk, kind="stable")
    prevalence = float(happened.mean())
    return RiskTest(
        customers=len(risk),
        prevalence=prevalence,
        pr_auc=float(average_precision_score(happened, risk)),
        brier=float(brier_score_loss(happened, risk)),
        brier_of_base_rate=prevalence * (1.0 - prevalence),
        calibration_slope=line_of(log_odds(risk), happened)[0],
        bins=tuple(
            RiskBin(len(part), float(risk[part].mean()), float(happened[part].mean()))
            for part in np.array_split(order, BINS)
            if len(part)
        ),
    )


def log_odds(risk: Floats) -> Floats:
    """The log-odds of probabilities, with the certain ones drawn in so that they have some."""
    kept = np.clip(risk, CERTAIN, 1.0 - CERTAIN)
    odds: Floats = np.log(kept) - np.log1p(-kept)
    return odds


def line_of(score: Floats, happened: Bools) -> tuple[float, float]:
    """Slope and intercept of the log-odds of what happened over a score (J. Platt, 1999)."""
    if not np.ptp(score):
        return 0.0, float(log_odds(np.array([happened.mean()]))[0])
    from sklearn.linear_model import LogisticRegression

    centre, spread = float(score.mean()), float(score.std())
    line = LogisticRegression(C=1e4, max_iter=1_000).fit(((score - centre) / spread)[:, None], happened)
    slope = float(line.coef_[0, 0]) / spread
    return slope, float(line.intercept_[0]) - slope * centre
