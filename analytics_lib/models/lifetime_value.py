"""What each customer is still worth: purchases to come by BG/NBD, times their value by Gamma-Gamma.

P. S. Fader, B. G. S. Hardie, K. L. Lee (2005): RFM and CLV: Using Iso-Value Curves for Customer Base
Analysis. Journal of Marketing Research 42(4), 415-430.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.holdout import HoldOut, correlation, held_out
from analytics_lib.models.maximum_likelihood import Floats
from analytics_lib.models.purchases import (
    WEEK,
    Moment,
    day_of,
    purchase_days,
    purchase_summary,
    refuse_too_far,
    summary_of_days,
)
from analytics_lib.models.repeat_purchases import BetaGeometricNBD, fit_beta_geometric_nbd
from analytics_lib.models.spending import GammaGamma, fit_gamma_gamma
from analytics_lib.models.wording import counted

__all__ = ["BetaGeometricNBD", "GammaGamma", "lifetime_value", "purchase_summary"]

STEP_DAYS = 30.0
FINE_STEPS = 60
"""Five years; later ones are steps of a year, as each costs a pass over all customers."""

YEAR_DAYS = 365.0
FEW_CUSTOMERS = 300
LOOSE_CORRELATION = 0.2
WIDE_MISS = 0.2

_STEADY = (
    "Customers are taken to buy at a steady rate while they stay; travel has seasons, so a horizon that is "
    "no whole year, or a history of little more than one, bends the expectation."
)


@dataclass
class _Found:
    """What is worked out on the way to the frame, and what there is to doubt about it."""

    purchases: BetaGeometricNBD | None = None
    spending: GammaGamma | None = None
    doubts: list[str] = field(default_factory=list)


def lifetime_value(
    transactions: pd.DataFrame,
    *,
    horizon: float,
    discount: float = 0.0,
    customer: str = "customer_id",
    date: str = "date",
    value: str = "value",
    until: Moment | None = None,
    unit_days: float = WEEK,
) -> pd.DataFrame:
    """One row a customer, by name: what the next `horizon` units of `unit_days` are expected to bring.

    `frequency`, `recency`, `age`, `mean_value` are those of `purchase_summary`; `p_alive`, 0 to 1;
    `expected_purchases` within the horizon; `expected_value` of one of them, and `lifetime_value`, both in
    the unit of `value`, which should be margin: the sum over steps of 30 days (360 after five years) of
    the purchases expected in each times the value, discounted at its end by the rate `discount` a year.

    `attrs` has the account, and as `purchases` and `spending` the fitted models, None where there was
    nothing to fit. Values are then missing, or stand in for the model as the doubts tell.

    Raises `InputError` for a horizon or discount that cannot be, a horizon beyond a hundred years, and as
    `purchase_summary` does.
    """
    if not 0 < horizon < float("inf"):
        raise InputError(f"The horizon {horizon!r} is no time ahead: give a number above 0.")
    if not -1 < discount < float("inf"):
        raise InputError(f"The discount {discount!r} is no yearly rate: write 0.1 for ten percent.")
    if not unit_days > 0:
        raise InputError(f"A unit of {unit_days!r} days is no time: give a number above 0, such as 7.")
    refuse_too_far(horizon * unit_days)
    days = purchase_days(transactions, customer=customer, date=date, value=value, until=until)
    last_day = days["day"].max() if until is None else day_of(until, "last day")
    frame = summary_of_days(days, last_day, unit_days, customer)
    found = _Found()
    _add_purchases(frame, found, horizon, discount, unit_days)
    _add_values(frame, found)
    discounted = frame.pop("discounted_purchases")
    frame["lifetime_value"] = discounted * frame["expected_value"]
    account = _account(frame, days, last_day, found, horizon * unit_days, discount)
    if found.purchases is not None:
        account = _tested(account, held_out(days, last_day, unit_days, horizon))
    return accounted(frame, account, purchases=found.purchases, spending=found.spending)


def _tested(account: Account, test: HoldOut | None) -> Account:
    if test is None:
        return replace(account, quality="Too little history to hold some of it back, so it is untested.")
    if not abs(test.miss) > WIDE_MISS:
        return replace(account, quality=str(test))
    doubt = (
        f"On the days held back it was out by {test.miss:+.0%} in total: rank customers by it, and take the "
        "sum with that in mind."
    )
    return replace(account, quality=str(test), doubts=(doubt, *account.doubts))


def _add_purchases(
    frame: pd.DataFrame, found: _Found, horizon: float, discount: float, unit_days: float
) -> None:
    if not frame["frequency"].sum():
        frame[["p_alive", "expected_purchases", "discounted_purchases"]] = np.nan
        found.doubts.append("Nobody has come back yet, so what is to come cannot be told.")
        return
    x, t_x, age = (frame[name].to_numpy(float) for name in ("frequency", "recency", "age"))
    model = found.purchases = fit_beta_geometric_nbd(x, t_x, age)
    if not model.is_found:
        found.doubts.append("The search for the purchase model met no maximum: the data do not tell it.")
    if len(frame) < FEW_CUSTOMERS:
        found.doubts.append(f"It rests on {counted(len(frame), 'customer')} only; a few hundred are wanted.")
    frame["p_alive"] = model.probability_alive(x, t_x, age)
    before, discounted = np.zeros_like(x), np.zeros_like(x)
    for end in _steps(horizon, STEP_DAYS / unit_days) if discount else (horizon,):
        by_then = model.expected_purchases(end, x, t_x, age)
        discounted += (by_then - before) / (1.0 + discount) ** (end * unit_days / YEAR_DAYS)
        before = by_then
    frame["expected_purchases"] = before
    frame["discounted_purchases"] = discounted


def _steps(horizon: float, step: float) -> Floats:
    """The ends of the steps, the last of which may be shorter: a month each, and a year after five years."""
    ends = np.arange(1, np.ceil(horizon / step - 1e-9))
    place = np.arange(1, len(ends) + 1)
    return np.append(ends[(place <= FINE_STEPS) | (place % 12 == 0)] * step, horizon)


def _add_values(frame: pd.DataFrame, found: _Found) -> None:
    x, mean = frame["frequency"].to_numpy(float), frame["mean_value"].to_numpy(float)
    repeats = x > 0
    is_loss, is_unknown = repeats & (mean <= 0), repeats & np.isnan(mean)
    ours = repeats & ~is_loss & ~is_unknown
    if not ours.any():
        frame["expected_value"] = np.where(is_loss, mean, np.nan)
        if repeats.any():
            found.doubts.append("No repeat purchase has a value above zero, so spending was not modelled.")
        return
    model = found.spending = fit_gamma_gamma(x[ours], mean[ours])
    if not model.is_found:
        found.doubts.append("The search for the spending model met no maximum: the data do not tell it.")
    expected = model.expected_value(np.where(is_unknown, 0.0, x), mean)
    expected = np.where(is_loss, mean, expected)
    has_none = np.isnan(expected)
    if has_none.any():
        expected = np.where(has_none, mean[ours].mean(), expected)
        found.doubts.append(
            f"The spending model has no mean for {counted(int(has_none.sum()), 'customer')}; that of those "
            "who came back stands in."
        )
    frame["expected_value"] = expected
    _doubt_values(found, is_loss, is_unknown, correlation(x[ours], mean[ours]))


def _doubt_values(
    found: _Found,
    is_loss: np.typing.NDArray[np.bool_],
    is_unknown: np.typing.NDArray[np.bool_],
    linked: float,
) -> None:
    if is_loss.any():
        found.doubts.append(
            f"{counted(int(is_loss.sum()), 'customer')} brought nothing or a loss with repeat purchases; the "
            "spending model has no place for that, so the mean of their own stands in."
        )
    if is_unknown.any():
        found.doubts.append(
            "Everybody's value stands in for the unknown one of the repeat purchases of "
            f"{counted(int(is_unknown.sum()), 'customer')}."
        )
    if abs(linked) > LOOSE_CORRELATION:
        found.doubts.append(
            f"How often customers buy and what they spend correlate at {linked:.2f}; the spending model "
            "takes them to be independent, so values of frequent customers are bent."
        )


def _account(
    frame: pd.DataFrame,
    days: pd.DataFrame,
    until: pd.Timestamp,
    found: _Found,
    horizon_days: float,
    discount: float,
) -> Account:
    if frame.empty:
        return Account("No customer has bought anything, so there is nothing to tell.", "0 customers.", "")
    rate = f", discounted at {discount:.1%} a year" if discount else ", not discounted"
    did = (
        f"Worth of each customer over the next {counted(round(horizon_days), 'day')}{rate}: repeat purchases "
        "by the BG/NBD model, their value by the Gamma-Gamma model, both by maximum likelihood."
    )
    repeats = int((frame["frequency"] > 0).sum())
    data = (
        f"{counted(len(frame), 'customer')} from {days['day'].min():%Y-%m-%d} to {until:%Y-%m-%d}, "
        f"{repeats:,} of whom came back, {counted(int(frame['frequency'].sum()), 'time')} "
        "(purchases of one day are one)."
    )
    linked = frame[(frame["frequency"] > 0) & (frame["mean_value"] > 0)]
    told = correlation(linked["frequency"].to_numpy(float), linked["mean_value"].to_numpy(float))
    if not np.isnan(told):
        data += f" Frequency and value correlate at {told:.2f}."
    return Account(did, data, "Nothing was fitted, so there is nothing to test.", (*found.doubts, _STEADY))
