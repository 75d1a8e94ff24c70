"""A database of a booking platform, its address, and what words of time and place mean for it.

It answers nothing itself, and so is there before the libraries that do: a plan of reports needs no more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import UTC, datetime
from typing import Self

from analytics_lib.cache import AnswerCache
from analytics_lib.currency_rates import Rate, rate_of_reader
from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_code
from analytics_lib.local_time import TimeFrame
from analytics_lib.scope import BusinessModel, Scope, parse_instant
from analytics_lib.sources.first_use import sample_database
from analytics_lib.warehouse import Warehouse, open_warehouse

URL_VARIABLE = "ANALYTICS_DATABASE_URL"
SNAPSHOT_VARIABLE = "ANALYTICS_SNAPSHOT"


class BookingPlatform:
    """What a database says about itself, the scopes that words mean for it, and the currency of a reader."""

    def __init__(self, warehouse: Warehouse, *, keeps: bool = True) -> None:
        self.warehouse = warehouse
        self._cache = AnswerCache() if keeps else None
        self._reading_in = ""

    def reading_in(self, currency: str) -> Self:
        """A service over the same database and kept answers whose final amounts come in that currency.

        "" means the reporting currency. All of an answer is translated at one rate, that in force at the
        scope's as_of (`rate`). Raises `UnknownName`; a currency without a rate then is an `InputError` of
        the question.
        """
        other = copy(self)
        other._reading_in = currency_code(currency) if currency else ""
        return other

    @property
    def about(self) -> Mapping[str, str]:
        """What the database says about itself: source, reporting_currency, zone, data_through, ..."""
        return self.warehouse.about

    @property
    def currency(self) -> str:
        """The currency that amounts are read in: the reporting currency, or that of `reading_in`."""
        return self._reading_in or self.about.get("reporting_currency", "EUR")

    def rate(self, scope: Scope) -> Rate | None:
        """The one rate at which amounts of a scope are translated; None where they are not.

        Raises `InputError` where the currency has no rate at the scope's as_of.
        """
        return rate_of_reader(self.warehouse, self._reading_in, scope.as_of, self._cache)

    @property
    def data_through(self) -> datetime:
        """The exclusive UTC instant up to which things are known; the clock if that is earlier."""
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        said = self.about.get("data_through")
        return now if said is None else min(now, datetime.fromisoformat(said.removesuffix("Z")))

    def scope(
        self,
        *,
        time_frame: TimeFrame | str = TimeFrame.MONTH,
        period: str = "last",
        as_of: str | datetime = "",
        business_model: str | BusinessModel | Iterable[str | BusinessModel] = (),
        partner: str | Iterable[str] = (),
        zone: str = "",
        asked_for: str | None = None,
        smallest_group: int = 0,
    ) -> Scope:
        """The scope that these words mean for this database.

        Empty words mean the default: all business models ("all" too), all partners, the database's
        zone, and `as_of` where its data ends; a naive datetime is in UTC. Numbers about fewer customers
        than `smallest_group` are withheld. Raises `InputError`.
        """
        chosen = zone or self.about.get("zone", "UTC")
        return Scope.build(
            time_frame=time_frame,
            period=period,
            as_of=self._instant(as_of, chosen),
            zone=chosen,
            business_models=[model for model in listed_words(business_model) if model != "all"],
            partners=listed_words(partner),
            data_from=self._data_from(),
            asked_for=asked_for,
            smallest_group=smallest_group,
        )

    def _instant(self, as_of: str | datetime, zone: str) -> datetime:
        if isinstance(as_of, datetime):
            return as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
        return parse_instant(as_of, zone) if as_of else self.data_through

    def _data_from(self) -> datetime | None:
        said = self.about.get("data_from")
        return None if said is None else datetime.fromisoformat(said.removesuffix("Z"))


def open_warehouse_of(url: str | None = None) -> Warehouse:
    """The database at a SQLAlchemy URL.

    Without one, that of the environment variable ANALYTICS_DATABASE_URL; without that, the sample platform,
    which is made on first use. Raises `WarehouseError` or `NoData`.
    """
    chosen = url or os.environ.get(URL_VARIABLE) or sample_database()
    return open_warehouse(chosen, snapshot=os.environ.get(SNAPSHOT_VARIABLE))


def listed_words(value: str | BusinessModel | Iterable[str | BusinessModel]) -> list[str]:
    """Names as a list; a text may hold several, apart by commas. Raises `InputError`."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, Iterable):
        raise InputError(f"{value!r} is not a name: write business models and partners as texts.")
    return [str(part) for part in value]
