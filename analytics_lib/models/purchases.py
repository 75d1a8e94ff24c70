"""What customers bought, by day, and in four numbers each: frequency, recency, age and mean value."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd

from analytics_lib.errors import InputError

Moment = str | date | datetime | pd.Timestamp
"""A day; of an instant, the day that it lies in."""

WEEK = 7.0

LONGEST_AHEAD = 36_525
"""Days, a hundred years: beyond that no expectation means anything, and the work would not end."""


def day_of(moment: Moment, what: str) -> pd.Timestamp:
    """The day, at midnight. Raises `InputError` that says `what` it should have been."""
    try:
        return pd.Timestamp(moment).tz_localize(None).normalize()
    except (AttributeError, TypeError, ValueError):
        raise InputError(f"{moment!r} is no {what}: write a date, such as 2026-10-31.") from None


def refuse_too_far(days: float) -> None:
    """Raises `InputError` for a horizon beyond what anybody can look ahead."""
    if days > LONGEST_AHEAD:
        raise InputError(
            f"The horizon of {days:,.0f} days is too far ahead: give {LONGEST_AHEAD:,}, a hundred years, or "
            "less."
        )


def purchase_days(
    transactions: pd.DataFrame,
    *,
    customer: str = "customer_id",
    date: str = "date",
    value: str | None = "value",
    until: Moment | None = None,
) -> pd.DataFrame:
    """One row for each customer and day with a purchase, in that order: `customer`, `day`, `value`.

    Purchases of one day are one, with the sum of their known values; a day without any has a missing one.
    Later days than `until` are left out. Raises `InputError` for a column that is not there, a row without
    customer or date, or a value that is no number.
    """
    wanted = [customer, date] if value is None else [customer, date, value]
    for name in wanted:
        if name not in transactions.columns:
            raise InputError(f"The purchases have no column '{name}': name the one that stands for it.")
    try:
        day = pd.to_datetime(transactions[date])
        worth = 1.0 if value is None else pd.to_numeric(transactions[value]).astype(float)
    except (TypeError, ValueError) as error:
        raise InputError(f"The purchases have a date or value that is none: {error}.") from None
    if day.dt.tz is not None:
        day = day.dt.tz_localize(None)
    rows = pd.DataFrame({"customer": transactions[customer], "day": day.dt.normalize(), "value": worth})
    if rows["customer"].isna().any() or rows["day"].isna().any():
        raise InputError("Some purchases have no customer or no date: leave them out first.")
    if until is not None:
        rows = rows[rows["day"] <= day_of(until, "last day")]
    by_day = rows.groupby(["customer", "day"], sort=True, observed=True)["value"].sum(min_count=1)
    return by_day.reset_index()


def purchase_summary(
    transactions: pd.DataFrame,
    *,
    customer: str = "customer_id",
    date: str = "date",
    value: str | None = "value",
    until: Moment | None = None,
    unit_days: float = WEEK,
) -> pd.DataFrame:
    """One row a customer, by name: what the models of repeat purchases and of spending are fitted to.

    `frequency` x counts days with a purchase after the first one, `recency` t_x is the time from the first
    to the last, `age` T from the first to the day `until` (included; the last day there is, unless said),
    both in units of `unit_days`. `mean_value` is that of the repeat purchases, without the first, and
    missing where there are none.

    Raises `InputError` as `purchase_days` does, and for a unit of time that is none.
    """
    if not unit_days > 0:
        raise InputError(f"A unit of {unit_days!r} days is no time: give a number above 0, such as 7.")
    days = purchase_days(transactions, customer=customer, date=date, value=value, until=until)
    return summary_of_days(days, None if until is None else day_of(until, "last day"), unit_days, customer)


def summary_of_days(
    days: pd.DataFrame, until: pd.Timestamp | None, unit_days: float, name: str = "customer"
) -> pd.DataFrame:
    """`purchase_summary` of what `purchase_days` gave."""
    last_day = days["day"].max() if until is None else until
    by_customer = days.groupby("customer", sort=True, observed=True)
    first = by_customer["day"].min()
    repeats = days[days.duplicated("customer")]
    summary = pd.DataFrame(
        {
            "frequency": by_customer.size().astype("int64") - 1,
            "recency": (by_customer["day"].max() - first).dt.days / unit_days,
            "age": (last_day - first).dt.days / unit_days,
            "mean_value": repeats.groupby("customer", observed=True)["value"].mean(),
        }
    )
    return summary.rename_axis(name).reset_index()
