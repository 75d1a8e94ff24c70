"""The front door: connect to a database, and ask it for numbers by name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.covering import Covering
from analytics_lib.errors import InputError
from analytics_lib.explanation import Passport, passports
from analytics_lib.local_time import TimeFrame
from analytics_lib.measure import answer
from analytics_lib.metric import AnyMetric, Definition
from analytics_lib.period import Comparison
from analytics_lib.scope import BusinessModel, Scope, parse_instant
from analytics_lib.sources.first_use import sample_database
from analytics_lib.warehouse import Warehouse, open_warehouse

URL_VARIABLE = "ANALYTICS_DATABASE_URL"
SNAPSHOT_VARIABLE = "ANALYTICS_SNAPSHOT"

Metrics = str | AnyMetric | Sequence[str | AnyMetric]


class AnalyticsService:
    """Numbers of one database, asked for by name.

    analytics = connect()
    scope = analytics.scope(time_frame="month", period="last", business_model="b2b")
    frame = analytics.measure(["total_bookings", "cancellation_rate"], scope, compare="previous")
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse

    @property
    def about(self) -> Mapping[str, str]:
        """What the database says about itself: source, reporting_currency, zone, data_through, ..."""
        return self.warehouse.about

    @property
    def currency(self) -> str:
        """The reporting currency of all amounts."""
        return self.about.get("reporting_currency", "EUR")

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
    ) -> Scope:
        """The scope that these words mean for this database.

        Empty words mean the default: all business models ("all" too), all partners, the database's
        zone, and `as_of` where its data ends; a naive datetime is in UTC. Raises `InputError`.
        """
        chosen = zone or self.about.get("zone", "UTC")
        return Scope.build(
            time_frame=time_frame,
            period=period,
            as_of=self._instant(as_of, chosen),
            zone=chosen,
            business_models=[model for model in _listed(business_model) if model != "all"],
            partners=_listed(partner),
            data_from=self._data_from(),
            asked_for=asked_for,
        )

    def measure(
        self,
        metrics: Metrics,
        scope: Scope,
        by: Sequence[str] = (),
        over: TimeFrame | str | None = None,
        compare: Comparison | None = None,
    ) -> pd.DataFrame:
        """The numbers as a tidy frame; see `analytics_lib.measure.measure` for its columns."""
        return answer(_found(metrics), scope, by, over, compare, warehouse=self.warehouse).frame

    def explain(
        self,
        metrics: Metrics,
        scope: Scope,
        by: Sequence[str] = (),
        over: TimeFrame | str | None = None,
        compare: Comparison | None = None,
    ) -> tuple[Passport, ...]:
        """For each metric: sentence, formula, SQL with parameters, rows counted, data version."""
        found = _found(metrics)
        return passports(found, answer(found, scope, by, over, compare, warehouse=self.warehouse))

    def first_covered(self, *dimensions: str, metric: str | AnyMetric = "total_bookings") -> str:
        """The first of the dimensions by which this database can cut a metric, else the last named."""
        (found,) = find([metric])
        covering = Covering.of(self.about, self.warehouse.coverage)
        for name in dimensions:
            if all(not covering.absent(leaf.columns_for([name])) for leaf in found.leaves()):
                return name
        return dimensions[-1]

    def _instant(self, as_of: str | datetime, zone: str) -> datetime:
        if isinstance(as_of, datetime):
            return as_of.astimezone(UTC).replace(tzinfo=None) if as_of.tzinfo else as_of
        return parse_instant(as_of, zone) if as_of else self.data_through

    def _data_from(self) -> datetime | None:
        said = self.about.get("data_from")
        return None if said is None else datetime.fromisoformat(said.removesuffix("Z"))


def connect(url: str | None = None) -> AnalyticsService:
    """The service over a database.

    `url` is a SQLAlchemy URL; without one, the environment variable ANALYTICS_DATABASE_URL; without
    that, the sample platform, which is made on first use. Raises `WarehouseError` or `NoData`.
    """
    chosen = url or os.environ.get(URL_VARIABLE) or sample_database()
    return AnalyticsService(open_warehouse(chosen, snapshot=os.environ.get(SNAPSHOT_VARIABLE)))


def measure(
    metrics: Metrics,
    scope: Scope,
    by: Sequence[str] = (),
    over: TimeFrame | str | None = None,
    compare: Comparison | None = None,
    *,
    warehouse: Warehouse | AnalyticsService | None = None,
) -> pd.DataFrame:
    """The numbers as a tidy frame; see `analytics_lib.measure.measure` for its columns.

    Without a `warehouse`, the database of ANALYTICS_DATABASE_URL, opened on the first call.
    """
    return _service(warehouse).measure(metrics, scope, by, over, compare)


def explain(
    metrics: Metrics,
    scope: Scope,
    by: Sequence[str] = (),
    over: TimeFrame | str | None = None,
    compare: Comparison | None = None,
    *,
    warehouse: Warehouse | AnalyticsService | None = None,
) -> tuple[Passport, ...]:
    """For each metric: sentence, formula, SQL with parameters, rows counted, data version."""
    return _service(warehouse).explain(metrics, scope, by, over, compare)


def _service(warehouse: Warehouse | AnalyticsService | None) -> AnalyticsService:
    if warehouse is None:
        return _default(os.environ.get(URL_VARIABLE, ""))
    return warehouse if isinstance(warehouse, AnalyticsService) else AnalyticsService(warehouse)


@lru_cache(maxsize=1)
def _default(url: str) -> AnalyticsService:
    return connect(url or None)


def _found(metrics: Metrics) -> tuple[AnyMetric, ...]:
    return find([metrics] if isinstance(metrics, str | Definition) else metrics)


def _listed(value: str | BusinessModel | Iterable[str | BusinessModel]) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, Iterable):
        raise InputError(f"{value!r} is not a name: write business models and partners as texts.")
    return [str(part) for part in value]
