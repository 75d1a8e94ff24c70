"""Who will not book again soon: a probability for each customer, tested on later data than it learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.calibration import Floats, RiskTest, line_of, scored
from analytics_lib.models.churn_features import REASONS, YEAR, comparable, known_before, stayed_away
from analytics_lib.models.purchases import Moment, day_of, purchase_days, refuse_too_far
from analytics_lib.models.wording import counted

FEWEST = 50
"""Customers without whom nothing is learnt: everybody then gets the base rate."""

FEWEST_OF_EACH = 5
"""Of those who stayed away, and of those who did not."""

NAMED_REASONS = 3

SHRINKAGE = 0.02
"""scikit-learn's C: features that say nearly the same share their weight, so that reasons make sense."""


@dataclass(frozen=True)
class _Snapshot:
    """Customers as they were known on the eve of a day, and whether they then stayed away."""

    features: pd.DataFrame
    comparable: list[str]
    stayed_away: np.typing.NDArray[np.bool_]

    @property
    def teaches(self) -> bool:
        gone = int(self.stayed_away.sum())
        return len(self.features) >= FEWEST and FEWEST_OF_EACH <= gone <= len(self.features) - FEWEST_OF_EACH


@dataclass(frozen=True)
class _Predictor:
    """Log-odds as a sum of contributions, one a feature, counted from the average customer."""

    mean: pd.Series[Any]
    weight: pd.Series[Any]
    intercept: float

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        return (features[self.weight.index] - self.mean) * self.weight

    def risk(self, features: pd.DataFrame) -> Floats:
        from scipy.special import expit

        risk: Floats = expit(self.contributions(features).sum(axis=1).to_numpy(float) + self.intercept)
        return risk


def churn_risk(
    transactions: pd.DataFrame,
    *,
    as_of: Moment,
    horizon: int,
    customer: str = "customer_id",
    date: str = "date",
    value: str | None = "value",
) -> pd.DataFrame:
    """The probability of each customer to buy nothing in the `horizon` days from the day `as_of` on.

    Only purchases before `as_of` are looked at. A logistic regression learns from what was known two
    horizons before and what followed in one; its log-odds are calibrated, by a line, on the horizon after.
    The same, one horizon earlier, is tested on the last horizon before `as_of`.

    One row a customer, the highest risk first: `risk`, 0 to 1, missing where not one horizon has passed;
    `days_since_last`, `purchase_days`, and `reasons`, in words, what most raises the risk above the average.
    `attrs` has the account, `test` (a `RiskTest` or None), `base_rate`, and `weights` of the features, in
    log-odds for a standard deviation. With too few customers or history everybody gets the base rate.

    Raises `InputError` for a horizon that is none or beyond a hundred years, and as `purchase_days` does.
    """
    length: object = horizon
    if not isinstance(length, int | np.integer) or horizon < 1:
        raise InputError(f"The horizon {horizon!r} is no number of days: give a whole one of 1 or more.")
    refuse_too_far(horizon)
    cut = day_of(as_of, "as-of")
    ahead = pd.Timedelta(days=int(horizon))
    eve = cut - pd.Timedelta(days=1)
    days = purchase_days(transactions, customer=customer, date=date, value=value, until=eve)
    now = known_before(days, cut, ahead)
    past = {lag: _snapshot(days, cut - lag * ahead, ahead) for lag in (3, 2, 1)}
    base_rate = float(past[1].stayed_away.mean()) if len(past[1].features) else float("nan")
    predictor, test, doubts = _learnt(past)
    frame = _rows(days, now, cut, customer)
    if predictor is None:
        frame["risk"], frame["reasons"] = base_rate, ""
    else:
        frame["risk"] = predictor.risk(now)
        frame["reasons"] = _reasons(predictor.contributions(now), now)
    frame = frame.sort_values(["risk", customer], ascending=[False, True], ignore_index=True)
    if predictor is not None and horizon < YEAR.days:
        doubts.append(
            "It learnt in other seasons than the one to come: who is likelier to stay away than others holds "
            "better than how many will."
        )
    account = _account(days, cut, int(horizon), base_rate, test, doubts, is_learnt=predictor is not None)
    weights = {} if predictor is None else (predictor.weight * now.std(ddof=0)).dropna().to_dict()
    columns = [customer, "risk", "days_since_last", "purchase_days", "reasons"]
    return accounted(frame[columns], account, test=test, base_rate=base_rate, weights=weights)


def _snapshot(days: pd.DataFrame, cut: pd.Timestamp, ahead: pd.Timedelta) -> _Snapshot:
    features = known_before(days, cut, ahead)
    return _Snapshot(
        features, comparable(days, cut, ahead), stayed_away(days, features.index, cut, ahead).to_numpy(bool)
    )


def _learnt(past: dict[int, _Snapshot]) -> tuple[_Predictor | None, RiskTest | None, list[str]]:
    """What predicts from here, how the same did one horizon earlier, and what there is to doubt."""
    if not (past[2].teaches and past[1].teaches):
        return None, None, [_why_nothing(past[1])]
    doubts = []
    if past[3].teaches:
        earlier, predictor = _taught(past[3], past[2]), _taught(past[2], past[1])
    else:
        earlier, predictor = _taught(past[2], None), _taught(past[1], None)
        doubts.append(
            "Too little history to calibrate on later data, so the risks are as the model has them."
        )
    if predictor is None:
        return None, None, ["What was learnt did not order the customers of the next window at all."]
    if earlier is None:
        return predictor, None, [*doubts, "One horizon earlier nothing could be learnt, so it is untested."]
    test = scored(earlier.risk(past[1].features), past[1].stayed_away)
    if not test.is_better:
        doubts.append("It does not beat the base rate: take the base rate for everybody instead.")
    return predictor, test, doubts


def _why_nothing(last: _Snapshot) -> str:
    gone, there = int(last.stayed_away.sum()), len(last.features)
    if not there:
        return "Nobody was a customer a horizon ago, so not even a base rate is known."
    return (
        f"{gone:,} of {counted(there, 'customer')} stayed away in the last window: too few customers, too "
        "little history, or too much alike to learn from, so everybody has the base rate."
    )


def _taught(train: _Snapshot, later: _Snapshot | None) -> _Predictor | None:
    """A logistic regression, calibrated on the later snapshot; None where its order was of no use there."""
    from sklearn.linear_model import LogisticRegression

    known = train.features[train.comparable]
    mean, spread = known.mean(), known.std(ddof=0)
    spread = spread.where(spread > 1e-12, 1.0)
    model = LogisticRegression(C=SHRINKAGE, max_iter=1_000)
    model.fit(((known - mean) / spread).to_numpy(), train.stayed_away)
    raw = _Predictor(mean, pd.Series(model.coef_[0], index=mean.index) / spread, float(model.intercept_[0]))
    if later is None:
        return raw
    score = raw.contributions(later.features).sum(axis=1).to_numpy(float) + raw.intercept
    slope, intercept = line_of(score, later.stayed_away)
    if slope <= 0:
        return None
    return _Predictor(mean, raw.weight * slope, raw.intercept * slope + intercept)


def _rows(days: pd.DataFrame, now: pd.DataFrame, cut: pd.Timestamp, customer: str) -> pd.DataFrame:
    by_customer = days.groupby("customer", sort=True, observed=True)["day"]
    found = pd.DataFrame(
        {"days_since_last": (cut - by_customer.max()).dt.days, "purchase_days": by_customer.size()}
    )
    return found.reindex(now.index).rename_axis(customer).reset_index()


def _reasons(contributions: pd.DataFrame, features: pd.DataFrame) -> list[str]:
    """For each customer, what raises the log-odds most above the average, in words for its side of it."""
    names = list(contributions.columns)
    raised = (contributions - contributions.mean()).to_numpy(float)
    is_above = (features[names] >= features[names].mean()).to_numpy(bool)
    order = np.argsort(-raised, axis=1, kind="stable")[:, :NAMED_REASONS]
    return [
        "; ".join(REASONS[names[place]][0 if high[place] else 1] for place in best if row[place] > 0)
        for row, high, best in zip(raised, is_above, order, strict=True)
    ]


def _account(
    days: pd.DataFrame,
    cut: pd.Timestamp,
    horizon: int,
    base_rate: float,
    test: RiskTest | None,
    doubts: list[str],
    *,
    is_learnt: bool,
) -> Account:
    if days.empty:
        return Account(
            "No customer has bought anything before, so there is nothing to tell.", "0 customers.", ""
        )
    how = "a logistic regression on what was known before" if is_learnt else "the base rate for everybody"
    lately = (
        "" if np.isnan(base_rate) else f"; in the last {counted(horizon, 'day')} {base_rate:.1%} stayed away"
    )
    return Account(
        did=f"Probability to book nothing in the {counted(horizon, 'day')} from {cut:%Y-%m-%d} on, by {how}.",
        data=f"{counted(days['customer'].nunique(), 'customer')} with "
        f"{counted(len(days), 'day')} of booking since "
        f"{days['day'].min():%Y-%m-%d}{lately}.",
        quality="It could not be tested." if test is None else str(test),
        doubts=tuple(doubts),
    )
