"""What became of bookings: confirmed, cancelled, not shown up.

Rates belong to the bookings placed in the period (cohort view) and are "so far" unless they name an
age. Counts of cancellations and no-shows belong to the day on which they happen (event view).
"""

from __future__ import annotations

from datetime import timedelta

from analytics_lib import schema
from analytics_lib.engines import shift
from analytics_lib.facts import bookings
from analytics_lib.metric import Metric, Ratio
from analytics_lib.metrics.placed import gross_bookings_value, total_bookings

booking = schema.bookings.c

CONFIRMATION_WINDOW = timedelta(hours=72)

cancellations = Metric(
    name="cancellations",
    title="Cancellations",
    says="Bookings cancelled in the period, whenever they were placed.",
    unit="count",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.cancelled_at,
)
no_shows = Metric(
    name="no_shows",
    title="No-shows",
    says="Bookings whose guests failed to appear in the period, whenever they were placed.",
    unit="count",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.no_show_at,
)
cancelled_value = Metric(
    name="cancelled_value",
    title="Cancelled value",
    says="Price of the bookings cancelled in the period, whenever they were placed.",
    unit="money",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.cancelled_at,
    how="sum",
    value=booking.price_base_minor,
)
expired_holds = Metric(
    name="expired_holds",
    title="Expired holds",
    says="Bookings never confirmed or paid that ran out in the period, whenever they were placed.",
    unit="count",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.expired_at,
)
expired_bookings = Metric(
    name="expired_bookings",
    title="Expired since",
    says="Of the bookings placed in the period, those that ran out so far.",
    is_part=True,
    unit="count",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    where=booking.expired_at.is_not(None),
)
expired_hold_rate = Ratio(
    name="expired_hold_rate",
    title="Expired holds so far",
    says="Of the bookings placed in the period, the share never confirmed or paid that ran out so far.",
    unit="share",
    better="lower",
    for_partners=True,
    top=expired_bookings,
    bottom=total_bookings,
)
confirmed_within_window = Metric(
    name="confirmed_bookings_72h",
    is_part=True,
    title="Confirmed within 72 hours",
    says="Bookings placed in the period and confirmed within 72 hours.",
    unit="count",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    where=booking.confirmed_at <= shift(booking.created_at, CONFIRMATION_WINDOW),
    mature_after=CONFIRMATION_WINDOW,
)
confirmation_rate = Ratio(
    name="confirmation_rate",
    title="Confirmation rate",
    says="Of the bookings placed in the period, the share confirmed within 72 hours, once all are that old.",
    unit="share",
    for_partners=True,
    top=confirmed_within_window,
    bottom=total_bookings,
)
cancelled_bookings = Metric(
    name="cancelled_bookings",
    is_part=True,
    title="Cancelled since",
    says="Of the bookings placed in the period, those cancelled so far.",
    unit="count",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    where=booking.cancelled_at.is_not(None),
)
cancellation_rate = Ratio(
    name="cancellation_rate",
    title="Cancellation rate so far",
    says="Of the bookings placed in the period, the share cancelled so far; no-shows apart.",
    unit="share",
    better="lower",
    for_partners=True,
    top=cancelled_bookings,
    bottom=total_bookings,
)


def _cancelled_by_age(days: int) -> tuple[Metric, Ratio]:
    """Cancelled within a number of days from booking, for bookings that are all at least that old."""
    age = timedelta(days=days)
    cancelled = Metric(
        name=f"cancelled_bookings_{days}d",
        is_part=True,
        title=f"Cancelled within {days} days",
        says=f"Of the bookings placed in the period, those cancelled within {days} days.",
        unit="count",
        better="lower",
        for_partners=True,
        rows=bookings,
        dated=booking.created_at,
        where=booking.cancelled_at <= shift(booking.created_at, age),
        mature_after=age,
    )
    rate = Ratio(
        name=f"cancellation_rate_{days}d",
        title=f"Cancellation rate at {days} days",
        says=f"Of the bookings of the period, the share cancelled within {days} days, once all are that old.",
        unit="share",
        better="lower",
        for_partners=True,
        top=cancelled,
        bottom=total_bookings,
    )
    return cancelled, rate


cancelled_bookings_7d, cancellation_rate_7d = _cancelled_by_age(7)
cancelled_bookings_30d, cancellation_rate_30d = _cancelled_by_age(30)
cancelled_bookings_90d, cancellation_rate_90d = _cancelled_by_age(90)
cancelled_cohort_value = Metric(
    name="cancelled_cohort_value",
    is_part=True,
    title="Value cancelled since",
    says="Price of those bookings of the period that were cancelled so far.",
    unit="money",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    how="sum",
    value=booking.price_base_minor,
    where=booking.cancelled_at.is_not(None),
)
cancellation_value_rate = Ratio(
    name="cancellation_value_rate",
    title="Cancelled share of value so far",
    says="Of the value booked in the period, the share cancelled so far; no-shows apart.",
    unit="share",
    better="lower",
    for_partners=True,
    top=cancelled_cohort_value,
    bottom=gross_bookings_value,
)
arrivals = Metric(
    name="arrivals",
    title="Bookings by arrival",
    says="Bookings whose travel starts in the period, cancelled ones included.",
    unit="count",
    for_partners=True,
    rows=bookings,
    dated=booking.starts_on,
)
cancelled_arrivals = Metric(
    name="cancelled_arrivals",
    is_part=True,
    title="Cancelled by arrival",
    says="Bookings whose travel would have started in the period, cancelled so far.",
    unit="count",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.starts_on,
    where=booking.cancelled_at.is_not(None),
)
cancellation_rate_by_arrival = Ratio(
    name="cancellation_rate_by_arrival",
    title="Cancellation rate by arrival",
    says="Of the bookings whose travel starts in the period, the share cancelled so far; no-shows apart.",
    unit="share",
    better="lower",
    for_partners=True,
    top=cancelled_arrivals,
    bottom=arrivals,
)
missed_bookings = Metric(
    name="missed_bookings",
    is_part=True,
    title="Not shown up since",
    says="Of the bookings placed in the period, those whose guests failed to appear so far.",
    unit="count",
    better="lower",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    where=booking.no_show_at.is_not(None),
)
no_show_rate = Ratio(
    name="no_show_rate",
    title="No-show rate so far",
    says="Of the bookings placed in the period, the share whose guests failed to appear so far.",
    unit="share",
    better="lower",
    for_partners=True,
    top=missed_bookings,
    bottom=total_bookings,
)
