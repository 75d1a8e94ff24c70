"""Who sells less than they used to, or nothing any more: for partners, who sell on many days.

Silence is judged by BG/NBD over days of sales (see `repeat_purchases`), a fall in trade by the days of sales
in the last half year against the own rate before, with the platform's own course taken out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.maximum_likelihood import Floats
from analytics_lib.models.purchases import Moment, day_of, purchase_days, summary_of_days
from analytics_lib.models.repeat_purchases import fit_beta_geometric_nbd
from analytics_lib.models.wording import counted

RECENT_DAYS = 180
FADING_BEFORE = 0.1
"""How likely a fall in trade is held to be before anything is seen of a partner: own."""

UNREST = 0.25
"""How far rates move from one half year to the next without meaning anything, as a share: own."""

AT_RISK = 0.5
LIKELY_THERE = 0.75
"""Where either probability is worse than this, words say why."""
FEWEST = 10

COLUMNS = (
    "risk", "p_alive", "p_fading", "days_since_last", "usual_interval", "recent_days", "expected_days", "why"
)  # fmt: skip


def activity_risk(
    transactions: pd.DataFrame, *, as_of: Moment, who: str = "partner_id", date: str = "date"
) -> pd.DataFrame:
    """One row for each `who` that sold before the day `as_of`, the highest risk first.

    `risk`, 0 to 1, that it has stopped or is fading: 1 - `p_alive` (1 - `p_fading`). `p_alive` is that of
    BG/NBD over days of sales; `p_fading` the probability, by Bayes, that trade has fallen to a share
    of the former one, given the `recent_days` of sales in the last 180 days and the `expected_days`: the own
    rate before, times the change of all others' rates. A fall is held likely at 10 % beforehand, any share
    alike, and rates move by a quarter without one. It is missing for who began within the 180 days.
    `days_since_last`, `usual_interval` (days from sale to sale), and `why`, in words.

    `attrs` has the account. Raises `InputError` as `purchase_days` does.
    """
    cut = day_of(as_of, "as-of")
    days = purchase_days(transactions, customer=who, date=date, value=None, until=cut - pd.Timedelta(days=1))
    frame = _judged(days, cut)
    frame["why"] = [_why(row) for row in frame.to_dict("records")]
    frame = frame.sort_values(["risk", "customer"], ascending=[False, True], ignore_index=True)
    frame = frame.rename(columns={"customer": who})[[who, *COLUMNS]]
    return accounted(frame, _account(days, cut, frame))


def _judged(days: pd.DataFrame, cut: pd.Timestamp) -> pd.DataFrame:
    summary = summary_of_days(days, cut - pd.Timedelta(days=1), 1.0)
    x, t_x, age = (summary[name].to_numpy(float) for name in ("frequency", "recency", "age"))
    try:
        alive = fit_beta_geometric_nbd(x, t_x, age).probability_alive(x, t_x, age)
    except InputError:
        alive = np.ones_like(x)
    began = cut - pd.Timedelta(days=RECENT_DAYS)
    recent = _counted(days[days["day"] >= began], summary["customer"])
    before, exposure = x + 1.0 - recent, age + 1.0 - RECENT_DAYS
    is_old = exposure > 0
    rate = np.divide(before, exposure, out=np.full_like(x, np.nan), where=is_old)
    usual = rate * RECENT_DAYS
    total = float(np.nansum(usual[alive >= AT_RISK]))
    course = float(recent[is_old & (alive >= AT_RISK)].sum()) / total if total else 1.0
    expected = usual * course
    fading = np.full_like(x, np.nan)
    fading[is_old] = _fading(recent[is_old], before[is_old], expected[is_old])
    return pd.DataFrame(
        {
            "customer": summary["customer"],
            "risk": 1.0 - alive * (1.0 - np.nan_to_num(fading)),
            "p_alive": alive,
            "p_fading": fading,
            "days_since_last": (age - t_x + 1.0).astype(np.int64),
            "usual_interval": np.divide(t_x, x, out=np.full_like(x, np.nan), where=x > 0),
            "recent_days": recent.astype(np.int64),
            "expected_days": expected,
        }
    )


def _fading(recent: Floats, before: Floats, expected: Floats) -> Floats:
    """P(fallen | recent days): negative binomial counts around the expected ones, or around a share of them.

    Their shape is that of the rate as known from the days before, widened by what rates move anyway.
    """
    from scipy.special import roots_legendre
    from scipy.stats import nbinom

    shape = 1.0 / (1.0 / (before + 0.5) + UNREST**2)
    nodes, weights = roots_legendre(40)
    shares, weights = (nodes + 1.0) / 2.0, weights / 2.0
    unchanged = nbinom.pmf(recent, shape, shape / (shape + expected))
    mean = expected[:, None] * shares
    fallen = nbinom.pmf(recent[:, None], shape[:, None], shape[:, None] / (shape[:, None] + mean)) @ weights
    # What is far above the expected is no fall, and both would be nil.
    top, bottom = FADING_BEFORE * fallen, FADING_BEFORE * fallen + (1.0 - FADING_BEFORE) * unchanged
    found: Floats = np.divide(top, bottom, out=np.zeros_like(top), where=(bottom > 0) & (recent <= expected))
    return found


def _counted(rows: pd.DataFrame, who: pd.Series) -> Floats:
    return np.asarray(who.map(rows["customer"].value_counts()).fillna(0), dtype=np.float64)


def _why(row: dict[Any, Any]) -> str:
    said = []
    if row["p_alive"] < LIKELY_THERE or not row["recent_days"]:
        usually = f", usually every {row['usual_interval']:,.0f}" if row["usual_interval"] > 0 else ""
        said.append(f"nothing sold for {counted(row['days_since_last'], 'day')}{usually}")
    if row["p_fading"] >= 1.0 - LIKELY_THERE and row["recent_days"]:
        said.append(
            f"sold on {row['recent_days']:,} of the last {RECENT_DAYS} days, where "
            f"{row['expected_days']:,.0f} were to be expected"
        )
    return "; ".join(said)


def _account(days: pd.DataFrame, cut: pd.Timestamp, frame: pd.DataFrame) -> Account:
    if frame.empty:
        return Account("Nobody has sold anything before, so there is nothing to tell.", "0 partners.", "")
    by_hand = (
        f"That a fall is likely at {FADING_BEFORE:.0%} before anything is seen, and that rates move by "
        f"{UNREST:.0%} without one, is set by hand."
    )
    doubts = [by_hand, "A slow season of one partner, where others have none, looks like a fall."]
    if len(frame) < FEWEST:
        doubts.insert(
            0, f"It rests on {counted(len(frame), 'partner')}, too few to know how partners usually behave."
        )
    return Account(
        did=f"Risk of each partner to have stopped or to be fading as of {cut:%Y-%m-%d}, by its own rhythm.",
        data=f"{counted(len(frame), 'partner')} with {counted(len(days), 'day')} of sales since "
        f"{days['day'].min():%Y-%m-%d}; {(frame['risk'] >= AT_RISK).sum():,} at a risk of half or more.",
        quality=_looked_back(days, cut),
        doubts=tuple(doubts),
    )


def _looked_back(days: pd.DataFrame, cut: pd.Timestamp) -> str:
    """What the same said half a year before, and how those partners then sold."""
    earlier = cut - pd.Timedelta(days=RECENT_DAYS)
    known = days[days["day"] < earlier]
    if known["customer"].nunique() < FEWEST or (earlier - days["day"].min()).days < 2 * RECENT_DAYS:
        return "Too little history to look back and see whether it had been right."
    then = _judged(known, earlier)
    rate = (known.groupby("customer", observed=True).size() / (earlier - known["day"].min()).days).reindex(
        then["customer"]
    )
    sold = _counted(days[days["day"] >= earlier], then["customer"])
    is_down = sold < 0.5 * RECENT_DAYS * rate.to_numpy(float)
    flagged = then["risk"].to_numpy(float) >= AT_RISK
    return (
        f"Half a year before, the same put {flagged.sum():,} of {len(then):,} partners at a risk of half or "
        f"more; {(is_down & flagged).sum():,} of these then sold on less than half as many days as at their "
        f"rate so far, and {(is_down & ~flagged).sum():,} of the {(~flagged).sum():,} others did."
    )
