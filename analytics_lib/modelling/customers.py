"""What customers are worth, who of them will stay away, and how long they stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pandas as pd

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.modelling.history import History, history
from analytics_lib.models.account import KEY, Account, account_of
from analytics_lib.models.churn import churn_risk
from analytics_lib.models.lifetime_value import lifetime_value
from analytics_lib.models.purchases import WEEK, refuse_too_far
from analytics_lib.models.stays import stays
from analytics_lib.models.survival import survival_curve
from analytics_lib.models.wording import counted
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

By = Literal["cohort"]


def lifetime_values(
    scope: Scope, warehouse: Warehouse, *, horizon_days: int = 365, discount: float = 0.10
) -> pd.DataFrame:
    """What each customer is expected to bring in the `horizon_days` after the scope ends: one row each.

    The columns are those of `analytics_lib.models.lifetime_value`, with `customer_id`, time in weeks and
    money as the platform's margin, in major units of the reporting currency, discounted by a rate a year.
    All bookings placed before the scope ends count, as known at its as_of; cancelled ones with the margin
    that they leave.

    `attrs` has account, scope, currency, data version, the fitted `purchases` and `spending`, and as
    `withheld` how many rows were left out: all of them where the scope has a smallest group above one.
    Raises `InputError` as `listed` does, such as in a partner's scope.
    """
    _whole_days("horizon", horizon_days)
    refuse_too_far(horizon_days)
    if not -1 < discount < float("inf"):
        raise InputError(f"The discount {discount!r} is no yearly rate: write 0.1 for ten percent.")
    known = history("customer_purchases", scope, warehouse)
    frame = lifetime_value(
        known.days,
        horizon=horizon_days / WEEK,
        discount=discount,
        customer="who",
        date="day",
        value="margin",
        until=known.last_day,
    )
    return known.withheld(_renamed(frame))


def customer_churn(scope: Scope, warehouse: Warehouse, *, horizon_days: int = 180) -> pd.DataFrame:
    """The probability of each customer not to book in the `horizon_days` after the scope ends.

    The columns are those of `analytics_lib.models.churn`, with `customer_id`; values are margin. `attrs`,
    what is withheld, and what it raises are as for `lifetime_values`.
    """
    _whole_days("horizon", horizon_days)
    refuse_too_far(horizon_days)
    known = history("customer_purchases", scope, warehouse)
    frame = churn_risk(
        known.days,
        as_of=known.following,
        horizon=horizon_days,
        customer="who",
        date="day",
        value="margin",
    )
    return known.withheld(_renamed(frame))


def customer_survival(
    scope: Scope, warehouse: Warehouse, *, gone_after: int = 365, by: By | None = None
) -> pd.DataFrame:
    """The share of customers who have not fallen silent for `gone_after` days, by days since their first.

    The columns are those of `analytics_lib.models.survival_curve`, for all or `by` "cohort", the year of
    the first booking. Times are merged, and cohorts left out, until no row tells of fewer customers than
    the scope's smallest group; `withheld` in `attrs` is how many rows that cost. What it raises is as for
    `lifetime_values`.
    """
    refuse_no_stay(gone_after, by)
    known = history("customer_purchases", scope, warehouse)
    frame = stay_curve(known, gone_after, by, "customers", smallest_group=scope.smallest_group)
    return known.answered(frame, withheld=frame.attrs.pop("left_out", 0))


def refuse_no_stay(gone_after: int, by: str | None) -> None:
    """Raises `InputError` for a silence that is none, or a group that there is not."""
    _whole_days("silence", gone_after)
    if by not in (None, "cohort"):
        raise UnknownName("group of a survival curve", str(by), ["cohort"])


def stay_curve(
    known: History, gone_after: int, by: By | None, who: str, *, smallest_group: int = 0
) -> pd.DataFrame:
    """The survival curve of those of a history, whose account says what counts as an end."""
    found = stays(known.days, until=known.last_day, gone_after=gone_after, who="who", date="day")
    cohorts = None if by is None else found["first_day"].dt.year.astype(str)
    frame = survival_curve(found["duration"], found["ended"], cohorts, smallest_group=smallest_group)
    account = account_of(frame)
    if found.empty:
        nobody = f"Nobody could be followed for as long as {counted(gone_after, 'day')}: none of the {who} "
        nobody += "came so long before the data end, so there is no curve; ask for a shorter silence."
        frame.attrs[KEY] = Account(nobody, "", "")
        return frame
    if frame.empty:
        frame.attrs[KEY] = Account(f"Withheld: it would be about too few {who}.", "", "")
        return frame
    did = f"{account.did} A stay ends with the last booking before a silence of "
    did += f"{counted(gone_after, 'day')}, for those who booked once at time 0."
    doubt = (
        f"What came in the last {counted(gone_after, 'day')} only tells who fell silent before; {who} who "
        "came then are left out."
    )
    frame.attrs[KEY] = replace(account, did=did, doubts=(*account.doubts, doubt))
    return frame


def _whole_days(what: str, days: object) -> None:
    if not isinstance(days, int) or days < 1:
        raise InputError(f"The {what} {days!r} is no number of days: give a whole one of 1 or more.")


def _renamed(frame: pd.DataFrame) -> pd.DataFrame:
    found = frame.rename(columns={"who": "customer_id"})
    found.attrs = frame.attrs
    return found
