"""The front door: connect to a database, and ask it for numbers by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeVar

import pandas as pd

from analytics_lib.audits.check import CheckReport, check
from analytics_lib.booking_platform import SNAPSHOT_VARIABLE, URL_VARIABLE, BookingPlatform, open_warehouse_of
from analytics_lib.cache import CacheStatistics, question_key
from analytics_lib.catalogue import LISTINGS, METRICS, find
from analytics_lib.covering import Covering
from analytics_lib.currency_rates import Rate
from analytics_lib.domains import DOMAINS, answered, result_bytes
from analytics_lib.errors import UnknownName
from analytics_lib.explanation import Passport, passports
from analytics_lib.frame_copies import frame_bytes, frame_copy
from analytics_lib.inputs import Metrics, a_scope, comparison, found_metrics, texts
from analytics_lib.listing import listed
from analytics_lib.local_time import TimeFrame
from analytics_lib.measure import answer
from analytics_lib.metric import AnyMetric
from analytics_lib.modelling.models import Models
from analytics_lib.period import Comparison
from analytics_lib.reader_currency import translated_frame, translated_model, translated_result
from analytics_lib.results import (
    AIUsageAnalytics,
    BookingAnalytics,
    ComprehensiveReport,
    KPIMetrics,
    PaymentAnalytics,
    Result,
    UserEngagementAnalytics,
)
from analytics_lib.scope import Scope

__all__ = ["SNAPSHOT_VARIABLE", "URL_VARIABLE", "AnalyticsService", "connect"]

_R = TypeVar("_R", bound=Result)
_A = TypeVar("_A")
_K = TypeVar("_K", bound=Result | ComprehensiveReport)


class AnalyticsService(BookingPlatform):
    """Numbers of one database, asked for by name.

    analytics = connect()
    scope = analytics.scope(time_frame="month", period="last", business_model="b2b")
    frame = analytics.measure(["total_bookings", "cancellation_rate"], scope, compare="previous")
    kpis = analytics.get_real_time_kpis(scope)

    Answers are kept for five minutes, or until the data changes, unless it `keeps` none. Amounts are in the
    reporting currency; `reading_in` gives the service that translates them.
    """

    def measure(
        self,
        metrics: Metrics,
        scope: Scope,
        by: Sequence[str] = (),
        over: TimeFrame | str | None = None,
        compare: Comparison | None = None,
    ) -> pd.DataFrame:
        """The numbers as a tidy frame; see `analytics_lib.measure.measure` for its columns.

        Translated amounts come with `attrs["translated"]`: from, to, rate, and as_of of the rate.
        """
        found, dimensions = found_metrics(metrics), texts(by, "dimension")
        over = None if over is None else TimeFrame(over)

        def ask() -> pd.DataFrame:
            return answer(found, scope, dimensions, over, compare, warehouse=self.warehouse).frame

        if self._cache is None or not isinstance(scope, Scope):
            frame = ask()
        else:
            compare = comparison(compare)
            key = question_key(found, scope, dimensions, over, compare, self.warehouse.version())
            frame = self._cache.get_or_make(key, ask, frame_bytes, frame_copy)
        return self._read(translated_frame, frame, scope)

    def get_real_time_kpis(
        self, scope: Scope | None = None, compare: Comparison | None = "previous"
    ) -> KPIMetrics:
        """The headline figures with comparison, trend and polarity.

        Without a scope, here as in the methods below: the last complete month. Raises `InputError` for
        what cannot be asked, `WarehouseError` if the database fails.
        """
        return self._domain("kpis", KPIMetrics, scope, compare)

    def get_booking_analytics(
        self, scope: Scope | None = None, compare: Comparison | None = "previous"
    ) -> BookingAnalytics:
        """Bookings: headline, course, sources, channels, destinations, lead times, stays."""
        return self._domain("bookings", BookingAnalytics, scope, compare)

    def get_payment_analytics(
        self, scope: Scope | None = None, compare: Comparison | None = "previous"
    ) -> PaymentAnalytics:
        """Payments: success, value, declines, refunds, disputes, commissions, currencies."""
        return self._domain("payments", PaymentAnalytics, scope, compare)

    def get_ai_usage_analytics(
        self, scope: Scope | None = None, compare: Comparison | None = "previous"
    ) -> AIUsageAnalytics:
        """The assistants: usage, response times, success, satisfaction, peak times, bottlenecks."""
        return self._domain("ai_usage", AIUsageAnalytics, scope, compare)

    def get_user_engagement_analytics(
        self, scope: Scope | None = None, compare: Comparison | None = "previous"
    ) -> UserEngagementAnalytics:
        """Users and customers: activity, retention, segments, cohorts, messages."""
        return self._domain("user_engagement", UserEngagementAnalytics, scope, compare)

    def generate_comprehensive_report(
        self, scope: Scope | None = None, compare: Comparison | None = "previous"
    ) -> ComprehensiveReport:
        """The data of all domains, read from one view of the database."""
        asked = self._asked(scope)
        compare = comparison(compare)

        def ask() -> ComprehensiveReport:
            return ComprehensiveReport(
                domains=MappingProxyType(answered(DOMAINS, asked, compare, self.warehouse))
            )

        return self._kept(("comprehensive", asked, asked.asked_for, compare), ask, asked)

    @property
    def models(self) -> Models:
        """The models over this database: what will happen, who will leave, what moved, what it is worth."""
        return Models(
            self.warehouse,
            lambda: self.scope(period="all"),
            self._cache,
            partial(self._read, translated_model),
        )

    def check(self) -> CheckReport:
        """What this version of the database can and cannot answer, and which rows break a rule."""
        return check(self.warehouse, METRICS.values())

    def cache_statistics(self) -> CacheStatistics | None:
        """How often answers came from the cache, and how long they took; None without a cache."""
        return None if self._cache is None else self._cache.statistics()

    def _domain(self, name: str, kind: type[_R], scope: Scope | None, compare: Comparison | None) -> _R:
        asked = self._asked(scope)
        compare = comparison(compare)

        def ask() -> _R:
            found = answered({name: DOMAINS[name]}, asked, compare, self.warehouse)[name]
            if not isinstance(found, kind):
                raise TypeError(f"the domain {name} answers {type(found).__name__}, not {kind.__name__}")
            return found

        return self._kept((name, asked, asked.asked_for, compare), ask, asked)

    def _asked(self, scope: Scope | None) -> Scope:
        """The scope asked for; the last complete month for none."""
        return self.scope() if scope is None else a_scope(scope)

    def _kept(self, question: tuple[object, ...], ask: Callable[[], _K], scope: Scope) -> _K:
        """A result that cannot change, from the cache if it is there, in the currency that is read."""
        if self._cache is None:
            found = ask()
        else:
            found = self._cache.get_or_make((*question, self.warehouse.version()), ask, result_bytes)
        return self._read(translated_result, found, scope)

    def _read(self, told: Callable[[_A, Rate], _A], answer: _A, scope: Scope) -> _A:
        """The answer in the currency that amounts are read in."""
        rate = self.rate(scope)
        return answer if rate is None else told(answer, rate)

    def explain(
        self,
        metrics: Metrics,
        scope: Scope,
        by: Sequence[str] = (),
        over: TimeFrame | str | None = None,
        compare: Comparison | None = None,
    ) -> tuple[Passport, ...]:
        """For each metric: sentence, formula, SQL with parameters, rows counted, data version."""
        found, dimensions = found_metrics(metrics), texts(by, "dimension")
        return passports(found, answer(found, scope, dimensions, over, compare, warehouse=self.warehouse))

    def listing(self, name: str, scope: Scope) -> pd.DataFrame:
        """One row an entity, such as a customer or a partner; see `analytics_lib.listing.listed`."""
        if name not in tuple(LISTINGS):
            raise UnknownName("listing", str(name), LISTINGS)
        return listed(LISTINGS[name], self._asked(scope), warehouse=self.warehouse)

    def first_covered(self, *dimensions: str, metric: str | AnyMetric = "total_bookings") -> str:
        """The first of the dimensions by which this database can cut a metric, else the last named."""
        (found,) = find([metric])
        return Covering.of(self.about, self.warehouse.coverage).first_covered(found, dimensions)


def connect(url: str | None = None, *, currency: str = "") -> AnalyticsService:
    """The service over a database.

    `url` is a SQLAlchemy URL; without one, the environment variable ANALYTICS_DATABASE_URL; without
    that, the sample platform, which is made on first use. `currency` is what amounts are read in, "" the
    reporting currency; see `AnalyticsService.reading_in`. Raises `WarehouseError`, `NoData` or `UnknownName`.
    """
    return AnalyticsService(open_warehouse_of(url)).reading_in(currency)
