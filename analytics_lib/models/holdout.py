"""How good a model of repeat purchases is on weeks that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics_lib.models.maximum_likelihood import Floats
from analytics_lib.models.purchases import summary_of_days
from analytics_lib.models.repeat_purchases import fit_beta_geometric_nbd
from analytics_lib.models.wording import counted

FEWEST = 100
"""Customers, and among them a fifth who came back, without whom nothing is held back."""

LONGEST_SHARE = 1 / 3
"""Of the history, the most that is held back."""


@dataclass(frozen=True)
class HoldOut:
    """Purchases in the last `days` by customers known before, as expected without these days and as made.

    `carried_on` is what a plain rule expects: as many as so far, pro rata. The correlations are those of
    each expectation with what each customer did, missing where all did the same.
    """

    days: int
    customers: int
    made: int
    expected: float
    carried_on: float
    correlation: float
    correlation_carried_on: float
    error: float
    error_carried_on: float

    @property
    def miss(self) -> float:
        """By which share more purchases were expected than made, below 0 fewer; missing if none were."""
        return self.expected / self.made - 1.0 if self.made else float("nan")

    def __str__(self) -> str:
        miss = f" ({self.miss:+.0%})" if self.made else ""
        fit, plain = _figure(self.correlation), _figure(self.correlation_carried_on)
        said = (
            f"Fitted without the last {counted(self.days, 'day')}, it expected {self.expected:,.0f} repeat "
            f"purchases of {self.customers:,} customers in them, and {self.made:,} were made{miss}; going on "
            f"as before, pro rata, would have been {self.carried_on:,.0f}. By customer, the expectation "
            f"correlates with what was done at {fit} (pro rata {plain}) and errs by {self.error:.2f} "
            f"purchases on average (pro rata {self.error_carried_on:.2f})."
        )
        if self.error > self.error_carried_on and not self.correlation > self.correlation_carried_on:
            said += " So it does no better here than the plain rule."
        return said


def held_out(days: pd.DataFrame, until: pd.Timestamp, unit_days: float, horizon: float) -> HoldOut | None:
    """The test of a BG/NBD model on the last `horizon` units, or a third of the history if that is less.

    Takes what `purchase_days` gives; None where too few customers or too little time would be left.
    """
    span = (until - days["day"].min()).days
    length = int(min(horizon * unit_days, span * LONGEST_SHARE))
    cut = until - pd.Timedelta(days=length)
    before = days[days["day"] <= cut]
    if length < 1 or before.empty:
        return None
    known = summary_of_days(before, cut, unit_days)
    if len(known) < FEWEST or (known["frequency"] > 0).sum() * 5 < FEWEST:
        return None
    model = fit_beta_geometric_nbd(known["frequency"], known["recency"], known["age"])
    ahead = length / unit_days
    x, age = known["frequency"].to_numpy(float), known["age"].to_numpy(float)
    expected = model.expected_purchases(ahead, x, known["recency"], age)
    carried_on = np.divide(x * ahead, age, out=np.zeros_like(x), where=age > 0)
    counts = days.loc[days["day"] > cut, "customer"].value_counts()
    made: Floats = np.asarray(known["customer"].map(counts).fillna(0), dtype=np.float64)
    return HoldOut(
        days=length,
        customers=len(known),
        made=int(made.sum()),
        expected=float(expected.sum()),
        carried_on=float(carried_on.sum()),
        correlation=correlation(expected, made),
        correlation_carried_on=correlation(carried_on, made),
        error=float(np.abs(expected - made).mean()),
        error_carried_on=float(np.abs(carried_on - made).mean()),
    )


def correlation(one: Floats, other: Floats) -> float:
    """Pearson's, or missing where one of them never changes."""
    if len(one) < 2 or not np.ptp(one) or not np.ptp(other):
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _figure(value: float) -> str:
    return "no figure" if np.isnan(value) else f"{value:.2f}"
