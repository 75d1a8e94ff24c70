"""The models of one database, asked for by name, with answers that are kept as those of `measure` are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from analytics_lib.cache import AnswerCache
from analytics_lib.catalogue import find
from analytics_lib.errors import UnknownName
from analytics_lib.frame_copies import frame_bytes, frame_copy
from analytics_lib.inputs import Metrics, a_scope, found_metrics
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import AnyMetric
from analytics_lib.modelling import alerts, changes, customers, forecasts, partners, prices, reports, terms
from analytics_lib.models.anomalies import ALERTS_PER_YEAR, THRESHOLD, Direction
from analytics_lib.models.forecast import LEVELS
from analytics_lib.models.threads import on_one_thread
from analytics_lib.period import Comparison
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

SCENARIOS: dict[str, Callable[..., pd.DataFrame]] = {
    "commission": terms.commission_scenario,
    "revenue_share": terms.revenue_share_scenario,
    "markup": terms.markup_scenario,
}
"""What may be supposed to change."""

TRIED: dict[str, Callable[..., pd.DataFrame]] = {
    "lifetime_values": customers.lifetime_values,
    "churn": customers.customer_churn,
    "survival": customers.customer_survival,
    "partner_churn": partners.partner_churn,
    "partner_survival": partners.partner_survival,
    "demand": prices.price_demand,
    "elasticity": prices.elasticity,
    "markup_advice": prices.markup_advice,
    "tier_margins": terms.tier_margins,
}
"""The models that reports ask by name."""


class Models:
    """What will happen, who will leave, what moved, what it is worth.

    models = connect().models
    models.forecast("total_bookings", horizon=28)
    print(models.churn().attrs["account"])

    Each answer is a frame whose `attrs["account"]` says what was done, on how much data, how good it has
    been, and when not to believe it. A scope's end and as_of are the only now. Without a scope: all data,
    as known where they end. All raise `InputError` for what cannot be asked or answered.

    `whole` makes that scope; `read` makes of an answer, which it may change, and its scope what is given out.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        whole: Callable[[], Scope],
        cache: AnswerCache | None = None,
        read: Callable[[pd.DataFrame, Scope], pd.DataFrame] = lambda frame, _: frame,
    ) -> None:
        self._warehouse = warehouse
        self._whole = whole
        self._cache = cache
        self._read = read

    def forecast(
        self,
        metric: str | AnyMetric,
        scope: Scope | None = None,
        *,
        over: TimeFrame | str = TimeFrame.DAY,
        horizon: int | None = None,
        by: str | None = None,
        levels: Sequence[float] = LEVELS,
        country: str | None = None,
    ) -> pd.DataFrame:
        """A metric in the buckets that follow the scope; see `modelling.forecasts.metric_forecast`."""
        (found,) = find([metric])
        options = {"over": over, "horizon": horizon, "by": by, "levels": tuple(levels), "country": country}
        return self._kept(forecasts.metric_forecast, scope, options, found)

    def anomalies(
        self,
        metrics: Metrics,
        scope: Scope | None = None,
        *,
        over: TimeFrame | str = TimeFrame.DAY,
        by: str | None = None,
        threshold: float = THRESHOLD,
        floor: float | None = None,
        direction: Direction = "both",
        country: str | None = None,
        alerts_per_year: float = ALERTS_PER_YEAR,
    ) -> pd.DataFrame:
        """Buckets of the scope's period that nobody would expect; see `modelling.alerts.metric_anomalies`."""
        options = {
            "over": over,
            "by": by,
            "threshold": threshold,
            "floor": floor,
            "direction": direction,
            "country": country,
            "alerts_per_year": alerts_per_year,
        }
        return self._kept(alerts.metric_anomalies, scope, options, found_metrics(metrics))

    def drivers(
        self,
        metric: str | AnyMetric,
        scope: Scope,
        by: str,
        *,
        compare: Comparison = "previous",
        volume: str | AnyMetric | None = None,
    ) -> pd.DataFrame:
        """Which groups made a metric change; see `modelling.changes.change_drivers`."""
        (found,) = find([metric])

        def ask(scope: Scope, warehouse: Warehouse, **options: Any) -> pd.DataFrame:
            return changes.change_drivers(found, scope, by, warehouse, **options)

        key = {"compare": compare, "volume": volume}
        return self._kept(ask, scope, key, name=("drivers", found, by))

    def outlook(self, metric: str | AnyMetric, scope: Scope) -> pd.DataFrame:
        """The rest of a running period, or the period after a complete one; see `modelling.reports.outlook`.

        Where there is nothing to say, the frame has no row and says why.
        """
        (found,) = find([metric])
        return self._kept(reports.outlook, scope, {}, found)

    def causes(
        self,
        metric: str | AnyMetric,
        scope: Scope,
        by: str,
        *,
        compare: Comparison = "previous",
        volume: str | AnyMetric | None = None,
    ) -> pd.DataFrame:
        """As `drivers`; where there is nothing to say, the frame has no row and says why."""
        (found,) = find([metric])

        def ask(scope: Scope, warehouse: Warehouse, **options: Any) -> pd.DataFrame:
            return reports.causes(found, scope, by, warehouse, **options)

        key = {"compare": compare, "volume": volume}
        return self._kept(ask, scope, key, name=("causes", found, by))

    def tried(self, name: str, scope: Scope, **options: Any) -> pd.DataFrame:
        """A model of customers, partners, prices or terms by its name, such as "elasticity".

        Where there is nothing to say, the frame has no row and says why in `attrs["reason"]`.
        """
        if name not in tuple(TRIED):
            raise UnknownName("model", str(name), TRIED)
        return self._kept(partial(reports.tried, TRIED[name]), scope, options, name=("tried", name))

    def lifetime_values(
        self, scope: Scope | None = None, *, horizon_days: int = 365, discount: float = 0.10
    ) -> pd.DataFrame:
        """What each customer will bring; see `modelling.customers.lifetime_values`."""
        return self._kept(
            customers.lifetime_values, scope, {"horizon_days": horizon_days, "discount": discount}
        )

    def churn(self, scope: Scope | None = None, *, horizon_days: int = 180) -> pd.DataFrame:
        """How likely each customer stays away; see `modelling.customers.customer_churn`."""
        return self._kept(customers.customer_churn, scope, {"horizon_days": horizon_days})

    def survival(
        self, scope: Scope | None = None, *, gone_after: int = 365, by: customers.By | None = None
    ) -> pd.DataFrame:
        """How long customers stay; see `modelling.customers.customer_survival`."""
        return self._kept(customers.customer_survival, scope, {"gone_after": gone_after, "by": by})

    def partner_churn(self, scope: Scope | None = None) -> pd.DataFrame:
        """Which partners have stopped or fade; see `modelling.partners.partner_churn`."""
        return self._kept(partners.partner_churn, scope, {})

    def partner_survival(
        self, scope: Scope | None = None, *, gone_after: int = 90, by: customers.By | None = None
    ) -> pd.DataFrame:
        """How long partners stay; see `modelling.partners.partner_survival`."""
        return self._kept(partners.partner_survival, scope, {"gone_after": gone_after, "by": by})

    def demand(self, scope: Scope | None = None) -> pd.DataFrame:
        """Demand at the prices shown; see `modelling.prices.price_demand`."""
        return self._kept(prices.price_demand, scope, {})

    def elasticity(self, scope: Scope | None = None, *, confidence: float = 0.95) -> pd.DataFrame:
        """How purchases follow the price; see `modelling.prices.elasticity`."""
        return self._kept(prices.elasticity, scope, {"confidence": confidence})

    def markup_advice(
        self, scope: Scope | None = None, *, bounds: tuple[float, float] = (-0.2, 0.2)
    ) -> pd.DataFrame:
        """The price of each product that would pay; see `modelling.prices.markup_advice`."""
        return self._kept(prices.markup_advice, scope, {"bounds": tuple(bounds)})

    def tier_margins(self, scope: Scope | None = None) -> pd.DataFrame:
        """What each tier of partners brings; see `modelling.terms.tier_margins`."""
        return self._kept(terms.tier_margins, scope, {})

    def volume_discount_effect(
        self, scope: Scope | None = None, *, since: str = "", months: int = 12, raised: bool = True
    ) -> pd.DataFrame:
        """What a change of tiers did; see `modelling.terms.volume_discount_effect`."""
        return self._kept(
            terms.volume_discount_effect, scope, {"since": since, "months": months, "raised": raised}
        )

    def scenario(self, name: str, scope: Scope | None = None, **supposed: Any) -> pd.DataFrame:
        """What another "commission", "revenue_share" or "markup" would bring.

        `supposed` are the options of `modelling.terms.commission_scenario`, `revenue_share_scenario` and
        `markup_scenario`.
        """
        if name not in tuple(SCENARIOS):
            raise UnknownName("scenario", str(name), SCENARIOS)
        return self._kept(SCENARIOS[name], scope, supposed)

    def _kept(
        self,
        model: Callable[..., pd.DataFrame],
        scope: Scope | None,
        options: dict[str, Any],
        *first: Any,
        name: object = None,
    ) -> pd.DataFrame:
        """An answer that cannot change, from the cache if it is there."""
        asked = self._whole() if scope is None else a_scope(scope)

        @on_one_thread
        def ask() -> pd.DataFrame:
            return model(*first, asked, self._warehouse, **options)

        if self._cache is None:
            return self._read(ask(), asked)
        told = tuple((each, repr(value)) for each, value in options.items())
        key = (name or model, first, asked, asked.asked_for, told, self._warehouse.version())
        return self._read(self._cache.get_or_make(key, ask, frame_bytes, frame_copy), asked)
