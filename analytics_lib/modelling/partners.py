"""Which partners have stopped or are fading, and how long partners stay."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analytics_lib.catalogue import LISTINGS
from analytics_lib.listing import listed
from analytics_lib.modelling.customers import By, refuse_no_stay, stay_curve
from analytics_lib.modelling.history import FEW, History, history
from analytics_lib.models.account import KEY, Account, account_of, accounted
from analytics_lib.models.activity import activity_risk
from analytics_lib.models.survival import survival_curve
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

__all__ = ["partner_churn", "partner_survival"]


def partner_churn(scope: Scope, warehouse: Warehouse) -> pd.DataFrame:
    """The risk of each partner to have stopped selling or to be fading, by its own rhythm: one row each.

    The columns are those of `analytics_lib.models.activity`, with `partner_id`, the highest risk first, and
    `margin`, what its bookings of the last 365 days left to the platform so far, in major units of the
    reporting currency. All bookings placed before the scope ends count, as known at its as_of.

    `attrs` has account, scope, currency, data version, and as `withheld` how many partners were left out
    for having fewer customers than the scope's smallest group. Raises `InputError` as `listed` does, such
    as in a partner's scope.
    """
    known = history("partner_days", scope, warehouse)
    frame = activity_risk(known.days, as_of=known.following, who="who", date="day")
    since = pd.Timestamp(known.following) - pd.Timedelta(days=365)
    lately = known.days[known.days["day"] >= since].groupby("who")["margin"].sum()
    found = frame.assign(margin=frame["who"].map(lately).fillna(0.0).astype(float))
    found = found.rename(columns={"who": "partner_id"})
    left_out = 0
    if scope.smallest_group >= FEW:
        is_shown = found["partner_id"].isin(_of_enough_customers(known, warehouse))
        left_out = int((~is_shown).sum())
        found = found[is_shown].reset_index(drop=True)
    found.attrs = frame.attrs
    return known.answered(found, withheld=left_out)


def partner_survival(
    scope: Scope, warehouse: Warehouse, *, gone_after: int = 90, by: By | None = None
) -> pd.DataFrame:
    """The share of partners that have not fallen silent for `gone_after` days, by days since the first sale.

    The columns are those of `analytics_lib.models.survival_curve`, for all or `by` "cohort", the year of
    the first sale. Partners with fewer customers than the scope's smallest group are left out before
    anything is estimated; `withheld` in `attrs` is how many. What it raises is as for `partner_churn`.
    """
    refuse_no_stay(gone_after, by)
    known = history("partner_days", scope, warehouse)
    if scope.smallest_group < FEW:
        return known.answered(stay_curve(known, gone_after, by, "partners"))
    is_shown = known.days["who"].isin(_of_enough_customers(known, warehouse))
    left_out = int(known.days.loc[~is_shown, "who"].nunique())
    if not is_shown.any():
        frame = accounted(
            survival_curve([], []), Account("Withheld: it would be about too few customers.", "", "")
        )
        return known.answered(frame, withheld=left_out)
    shown = replace(known, days=known.days[is_shown].reset_index(drop=True))
    frame = stay_curve(shown, gone_after, by, "partners")
    if left_out:
        account = account_of(frame)
        doubt = f"Partners with fewer than {scope.smallest_group:,} customers are left out: {left_out:,}."
        frame.attrs[KEY] = replace(account, doubts=(*account.doubts, doubt))
    return known.answered(frame, withheld=left_out)


def _of_enough_customers(known: History, warehouse: Warehouse) -> pd.Series:
    """The partners that have at least as many customers as the scope's smallest group."""
    shown = listed(LISTINGS["partner_bookings"], known.whole, warehouse=warehouse)["partner_id"]
    return shown.astype(object)
