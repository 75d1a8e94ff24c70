"""How far ahead travel is booked and cancelled, how long it lasts, and what a night earns."""

from __future__ import annotations

from sqlalchemy import and_

from analytics_lib import schema
from analytics_lib.facts import bookings, room_nights
from analytics_lib.facts.bookings import lead_days, nights, nights_within, notice_days, spread_amount
from analytics_lib.metric import Metric, Ratio

booking = schema.bookings.c

travels = and_(booking.cancelled_at.is_(None), booking.no_show_at.is_(None))
"""Neither cancelled nor a no-show, as far as is known."""


def _lead_time(name: str, title: str, says: str, share: float) -> Metric:
    return Metric(
        name=name,
        title=title,
        says=says,
        unit="days",
        better="neither",
        for_partners=True,
        rows=bookings,
        dated=booking.created_at,
        how="quantile",
        value=lead_days(),
        where=lead_days() >= 0,
        share=share,
    )


lead_time_median = _lead_time(
    "lead_time_median",
    "Median lead time",
    "Half of the bookings placed in the period start sooner than this many days after booking.",
    0.5,
)
lead_time_p90 = _lead_time(
    "lead_time_p90",
    "Lead time, 90th percentile",
    "Nine in ten of the bookings placed in the period start within this many days of booking.",
    0.9,
)
lead_time_total = Metric(
    name="lead_time_total",
    is_part=True,
    title="Days of lead time",
    says="Days between booking and the start of travel, summed over the bookings placed in the period.",
    unit="days",
    better="neither",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    how="sum",
    value=lead_days(),
    where=lead_days() >= 0,
)
bookings_with_start = Metric(
    name="bookings_with_start",
    is_part=True,
    title="Bookings with a start",
    says="Bookings placed in the period that start on a known day, not before the day of booking.",
    unit="count",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    where=lead_days() >= 0,
)
lead_time_average = Ratio(
    name="lead_time_average",
    title="Average lead time",
    says="Mean days between booking and the start of travel; skewed, so read it beside the median.",
    unit="days",
    better="neither",
    for_partners=True,
    top=lead_time_total,
    bottom=bookings_with_start,
)


def _notice(name: str, title: str, says: str, share: float) -> Metric:
    return Metric(
        name=name,
        title=title,
        says=says,
        unit="days",
        for_partners=True,
        rows=bookings,
        dated=booking.cancelled_at,
        how="quantile",
        value=notice_days(),
        share=share,
    )


cancellation_notice_median = _notice(
    "cancellation_notice_median",
    "Median cancellation notice",
    "Half of the cancellations of the period came fewer days than this before the start of travel.",
    0.5,
)
cancellation_notice_p90 = _notice(
    "cancellation_notice_p90",
    "Cancellation notice, 90th percentile",
    "Nine in ten of the cancellations of the period came at most this many days before the start of travel.",
    0.9,
)
stays = Metric(
    name="stays",
    title="Stays",
    says="Bookings of at least one night whose travel starts in the period, neither cancelled nor missed.",
    unit="count",
    for_partners=True,
    rows=bookings,
    dated=booking.starts_on,
    where=and_(travels, nights() > 0),
)
nights_of_stays = Metric(
    name="nights_of_stays",
    is_part=True,
    title="Nights of stays",
    says="Nights of the stays that start in the period.",
    unit="nights",
    for_partners=True,
    rows=bookings,
    dated=booking.starts_on,
    how="sum",
    value=nights(),
    where=and_(travels, nights() > 0),
)
length_of_stay = Ratio(
    name="length_of_stay",
    title="Length of stay",
    says="Mean nights of the stays that start in the period; bookings without a night are counted apart.",
    unit="nights",
    better="neither",
    for_partners=True,
    top=nights_of_stays,
    bottom=stays,
)
day_uses = Metric(
    name="day_uses",
    title="Day uses",
    says="Bookings without a night whose travel starts in the period, neither cancelled nor missed.",
    unit="count",
    better="neither",
    for_partners=True,
    rows=bookings,
    dated=booking.starts_on,
    where=and_(travels, nights() == 0),
)
sold_rooms = and_(travels, nights() > 0, booking.lodging_base_minor != 0)

room_revenue = Metric(
    name="room_revenue",
    title="Room revenue",
    says="Lodging price of the nights within the period, of stays neither cancelled, missed nor free.",
    unit="money",
    for_partners=True,
    rows=room_nights,
    dated=booking.starts_on,
    how="sum",
    value=spread_amount(booking.lodging_base_minor),
    where=sold_rooms,
)
room_nights_sold = Metric(
    name="room_nights_sold",
    title="Room-nights sold",
    says="Nights within the period, times rooms, of stays neither cancelled, missed nor free.",
    unit="nights",
    for_partners=True,
    rows=room_nights,
    dated=booking.starts_on,
    how="sum",
    value=nights_within() * booking.units,
    where=sold_rooms,
)
revenue_of_counted_rooms = Metric(
    name="revenue_of_counted_rooms",
    is_part=True,
    title="Room revenue of counted rooms",
    says="Room revenue of the stays whose number of rooms is known, as a rate per room needs it.",
    unit="money",
    for_partners=True,
    rows=room_nights,
    dated=booking.starts_on,
    how="sum",
    value=spread_amount(booking.lodging_base_minor),
    where=and_(travels, nights() > 0, booking.lodging_base_minor != 0, booking.units.is_not(None)),
)
average_daily_rate = Ratio(
    name="average_daily_rate",
    title="Average daily rate",
    says="Room revenue over room-nights sold (ADR), of stays whose number of rooms is known.",
    unit="money",
    for_partners=True,
    top=revenue_of_counted_rooms,
    bottom=room_nights_sold,
)
