"""All that a scope knows of the past, as models need it: one row an entity and day, in major units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from analytics_lib.catalogue import LISTINGS
from analytics_lib.formatting import currency_decimals
from analytics_lib.listing import listed
from analytics_lib.local_time import to_local
from analytics_lib.modelling.course import whole_of
from analytics_lib.models.account import KEY, Account, account_of, accounted
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

FEW = 2
"""From this `smallest_group` on, a row about one customer is a row about too few."""


@dataclass(frozen=True)
class History:
    """Days of purchase before a scope ends: `who`, `day`, `bookings`, `value` and `margin`.

    Money is in major units of the reporting currency, as floats, missing where it is not known. `last_day`
    is the last local day of it, and `following` the day after.
    """

    days: pd.DataFrame
    scope: Scope
    whole: Scope
    """The same over all that was before its as_of, with its smallest group."""
    currency: str
    data_version: str

    @property
    def last_day(self) -> date:
        return to_local(self.scope.until - timedelta(microseconds=1), self.scope.zone).date()

    @property
    def following(self) -> date:
        return self.last_day + timedelta(days=1)

    def answered(self, frame: pd.DataFrame, *, withheld: int = 0) -> pd.DataFrame:
        """A model's answer with what it was asked: scope, currency and data version beside its account."""
        account = account_of(frame)
        looked_at = f"What was known at {self.scope.as_of:%Y-%m-%d %H:%M} UTC of bookings placed before "
        looked_at += f"{self.following:%Y-%m-%d} ({self.scope.zone}), money in {self.currency}."
        said = replace(account, data=f"{account.data} {looked_at}".lstrip())
        details = {str(name): value for name, value in frame.attrs.items() if name != KEY}
        asked = {"scope": self.scope, "currency": self.currency, "data_version": self.data_version}
        return accounted(frame, said, **details, **asked, withheld=withheld)

    def withheld(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The answer without its rows where the scope shows none about a single customer.

        What the account says of all of them stays, unless even these are fewer than the smallest group.
        """
        few = self.scope.smallest_group
        if few < FEW:
            return self.answered(frame)
        count = len(frame)
        account = account_of(frame)
        if count < few:
            hidden = Account("Withheld: it would be about too few customers.", "", "")
            return self.answered(accounted(frame.iloc[:0].copy(), hidden), withheld=count)
        reason = f"Rows are about one customer each and withheld, as groups under {few} are in this scope."
        said = replace(account, doubts=(*account.doubts, reason))
        return self.answered(accounted(frame.iloc[:0].copy(), said), withheld=count)


def history(listing: str, scope: Scope, warehouse: Warehouse) -> History:
    """All days of purchase that a scope knows of, from where the data begin to where the scope ends.

    It is read without regard to small groups: `History.withheld` sees to these. Raises `InputError` as
    `listed` does, such as in a partner's scope, for margin is the platform's own.
    """
    # Margin is what was known where a period ends: so up to the as_of, and without what was booked later.
    whole = whole_of(scope, warehouse, until=scope.as_of)
    found = listed(LISTINGS[listing], replace(whole, smallest_group=0), warehouse=warehouse)
    currency = str(found.attrs["currency"])
    unit = 10 ** currency_decimals(currency)
    days = pd.DataFrame(
        {
            "who": found.iloc[:, 0].astype(object),
            "day": pd.to_datetime(found["day"]),
            "bookings": found["bookings"].astype("int64"),
            "value": found["value_minor"].astype("Float64").astype(float) / unit,
            "margin": found["margin_minor"].astype("Float64").astype(float) / unit,
        }
    )
    known = History(days, scope, whole, currency, str(found.attrs["data_version"]))
    return replace(known, days=days[days["day"] <= pd.Timestamp(known.last_day)].reset_index(drop=True))
