"""What is known of each customer on the eve of a day: what churn is told from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.maximum_likelihood import Floats
from analytics_lib.models.purchases import summary_of_days
from analytics_lib.models.repeat_purchases import fit_beta_geometric_nbd

YEAR = pd.Timedelta(days=365)
RECENT = pd.Timedelta(days=90)

LEAST_EXPECTED = 1e-4
"""Purchases; fewer are as good as none, and their logarithm would outweigh all else."""

REASONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "silence": ("long without a booking", "booked not long ago"),
        "lateness": ("late by the own rhythm", "not due yet by the own rhythm"),
        "purchases": ("many bookings so far", "few bookings so far"),
        "age": ("a customer for long", "a customer for a short time"),
        "interval": ("long between bookings", "short between bookings"),
        "recent": ("many bookings in the last 90 days", "few bookings in the last 90 days"),
        "last_year": ("many bookings in the last year", "few bookings in the last year"),
        "season": ("booked in this season a year ago", "no booking in this season a year ago"),
        "value": ("bookings of high value", "bookings of low value"),
        "expected": (
            "bookings expected by the purchase model",
            "few bookings expected by the purchase model",
        ),
    }
)
"""Feature -> what to call it where it is above the average, and below it."""


def known_before(days: pd.DataFrame, cut: pd.Timestamp, horizon: pd.Timedelta) -> pd.DataFrame:
    """The features of all customers who bought before the day `cut`, from nothing that came later.

    Takes what `purchase_days` gives. Indexed by customer; durations and counts as logarithms of one more.
    `season` is whether a booking fell into the `horizon` that began a year before `cut`.
    """
    before = days[days["day"] < cut]
    eve = cut - pd.Timedelta(days=1)
    summary = summary_of_days(before, eve, 1.0).set_index("customer")
    x, t_x, age = (summary[name].to_numpy(float) for name in ("frequency", "recency", "age"))
    silence = age - t_x
    gaps = np.divide(t_x, x, out=np.full_like(t_x, np.nan), where=x > 0)
    # Who came once has no rhythm; that of the others stands in.
    usual = float(np.nanmedian(gaps)) if (x > 0).any() else YEAR.days
    interval = np.where(np.isnan(gaps), usual, gaps)
    value = before.groupby("customer", observed=True)["value"].mean().reindex(summary.index)
    since_year = before["day"] >= cut - YEAR
    in_season = since_year & (before["day"] < cut - YEAR + horizon)
    features = pd.DataFrame(
        {
            "silence": np.log1p(silence),
            "lateness": np.log1p(silence) - np.log1p(interval),
            "purchases": np.log1p(x),
            "age": np.log1p(age),
            "interval": np.log1p(interval),
            "recent": np.log1p(_counted(before[before["day"] >= cut - RECENT], summary.index)),
            "last_year": np.log1p(_counted(before[since_year], summary.index)),
            "season": np.minimum(_counted(before[in_season], summary.index), 1.0),
            "value": np.sign(value) * np.log1p(value.abs()),
            "expected": np.log(_expected(horizon.days, x, t_x, age)),
        },
        index=summary.index,
    )
    features["value"] = features["value"].fillna(features["value"].median()).fillna(0.0)
    return features[list(REASONS)]


def comparable(days: pd.DataFrame, cut: pd.Timestamp, horizon: pd.Timedelta) -> list[str]:
    """The features that mean on the day `cut` what they mean on later ones.

    Those that look back over a year, or over 90 days, mean something else where the history is shorter.
    """
    history = cut - days["day"].min()
    too_far = {"recent": RECENT * 2, "last_year": YEAR + horizon, "season": YEAR + horizon}
    return [name for name in REASONS if history >= too_far.get(name, pd.Timedelta(0))]


def stayed_away(
    days: pd.DataFrame, customers: pd.Index, cut: pd.Timestamp, horizon: pd.Timedelta
) -> pd.Series:
    """Whether each customer bought nothing from the day `cut` on, for as long as the `horizon`."""
    within = days[(days["day"] >= cut) & (days["day"] < cut + horizon)]
    return pd.Series(~customers.isin(within["customer"]), index=customers)


def _counted(rows: pd.DataFrame, customers: pd.Index) -> Floats:
    counts = rows["customer"].value_counts().reindex(customers)
    return np.asarray(counts.fillna(0), dtype=np.float64)


def _expected(horizon: int, x: Floats, t_x: Floats, age: Floats) -> Floats:
    """Purchases within the horizon by a model of the same days; 1 for all where nobody has come back."""
    try:
        model = fit_beta_geometric_nbd(x, t_x, age)
    except InputError:
        return np.ones_like(x)
    return np.maximum(model.expected_purchases(horizon, x, t_x, age), LEAST_EXPECTED)
