"""The catalogue: every metric that can be asked for, by name, listed by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.metric import AnyMetric
from analytics_lib.metrics import bookings, cancellations, placed, stays

_LISTED: tuple[AnyMetric, ...] = (
    placed.total_bookings,
    bookings.net_bookings,
    placed.gross_bookings_value,
    bookings.net_bookings_value,
    bookings.average_booking_value,
    bookings.median_booking_value,
    bookings.bookings_share,
    bookings.gross_bookings_value_share,
    bookings.average_party_size,
    cancellations.confirmation_rate,
    cancellations.cancellations,
    cancellations.cancelled_value,
    cancellations.cancellation_rate,
    cancellations.cancellation_rate_7d,
    cancellations.cancellation_rate_30d,
    cancellations.cancellation_rate_90d,
    cancellations.cancellation_value_rate,
    cancellations.cancellation_rate_by_arrival,
    cancellations.no_shows,
    cancellations.no_show_rate,
    stays.lead_time_median,
    stays.lead_time_p90,
    stays.lead_time_average,
    stays.cancellation_notice_median,
    stays.cancellation_notice_p90,
    cancellations.arrivals,
    stays.stays,
    stays.day_uses,
    stays.length_of_stay,
    stays.room_revenue,
    stays.room_nights_sold,
    stays.average_daily_rate,
)

METRICS: Mapping[str, AnyMetric] = MappingProxyType({metric.name: metric for metric in _LISTED})
"""Name -> metric."""


def find(names: Iterable[str | AnyMetric]) -> tuple[AnyMetric, ...]:
    """The metrics of those names; a metric object stands for itself. Raises `UnknownName`."""
    if not isinstance(names, Iterable):
        raise InputError(f"{names!r} is not a metric: name one, such as total_bookings.")
    return tuple(_named(name) if isinstance(name, str) else name for name in names)


def fingerprint() -> str:
    """The version of the definitions: changes when any metric's sentence, formula or unit does."""
    words = [(each.name, each.says, each.formula, each.unit, _leaves(each)) for each in METRICS.values()]
    return hashlib.sha256(repr(words).encode()).hexdigest()[:12]


def _leaves(metric: AnyMetric) -> list[tuple[str, str]]:
    return [(leaf.name, leaf.formula) for leaf in metric.leaves()]


def _named(name: str) -> AnyMetric:
    if name not in METRICS:
        raise UnknownName("metric", name, METRICS)
    return METRICS[name]
