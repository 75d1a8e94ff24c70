"""How long each customer or partner stayed, where nobody says goodbye: until a silence that is too long."""

from __future__ import annotations

import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.purchases import Moment, day_of, purchase_days


def stays(
    transactions: pd.DataFrame,
    *,
    until: Moment,
    gone_after: int,
    who: str = "customer_id",
    date: str = "date",
) -> pd.DataFrame:
    """One row for each `who`: `first_day`, `duration` in days, and whether it `ended`, for a survival curve.

    A stay ends on the last day before the first silence of `gone_after` days. Whether one has begun is only
    known so long after, so every stay is looked at up to the day `gone_after` days before `until`, the last
    day that is known: whoever had not fallen silent by then is censored there. Who came later says nothing
    yet and is left out. So nobody counts as staying merely because too little time has passed.

    Raises `InputError` for a length that is none, and as `purchase_days` does.
    """
    length: object = gone_after
    if not isinstance(length, int) or gone_after < 1:
        raise InputError(f"A silence of {gone_after!r} days is none: give a whole number of 1 or more.")
    last_day = day_of(until, "last day")
    days = purchase_days(transactions, customer=who, date=date, value=None, until=last_day)
    if days.empty or (last_day - days["day"].min()).days < gone_after:
        # Nobody came so early; dates that long ago may not even exist.
        days, gone_after = days.iloc[:0], 1
    looked_until = last_day - pd.Timedelta(days=gone_after)
    following = days.groupby("customer", observed=True)["day"].shift(-1).fillna(last_day)
    falls_silent = days[(following - days["day"]).dt.days >= gone_after]
    first = days.groupby("customer", sort=True, observed=True)["day"].min()
    silent_from = falls_silent.groupby("customer", observed=True)["day"].min().reindex(first.index)
    ended = silent_from.notna() & (silent_from <= looked_until)
    found = pd.DataFrame(
        {
            "first_day": first,
            "duration": (silent_from.where(ended, looked_until) - first).dt.days,
            "ended": ended,
        }
    )
    seen = found[found["first_day"] <= looked_until]
    return seen.astype({"duration": "int64"}).rename_axis(who).reset_index()
