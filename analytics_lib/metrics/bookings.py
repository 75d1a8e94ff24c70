"""Bookings: how many were placed, and what they are worth.

Formulas follow the metric handbook, section "Bookings". Gross numbers belong to the day of booking;
net numbers subtract cancellations on the day they happen (event view).
"""

from __future__ import annotations

from analytics_lib import schema
from analytics_lib.facts import bookings
from analytics_lib.metric import Metric, Ratio, Share, Sum
from analytics_lib.metrics.cancellations import cancellations, cancelled_value
from analytics_lib.metrics.placed import gross_bookings_value, total_bookings

booking = schema.bookings.c

net_bookings = Sum(
    name="net_bookings",
    title="Net bookings",
    says="Bookings placed in the period less those cancelled in it, each by its own date; may be negative.",
    unit="count",
    for_partners=True,
    plus=(total_bookings,),
    minus=(cancellations,),
)
net_bookings_value = Sum(
    name="net_bookings_value",
    title="Net bookings value",
    says="Gross bookings value less the value cancelled in the period, by their own dates; can be negative.",
    unit="money",
    for_partners=True,
    plus=(gross_bookings_value,),
    minus=(cancelled_value,),
)
priced_bookings = Metric(
    name="priced_bookings",
    is_part=True,
    title="Bookings with a value",
    says="Bookings placed in the period whose price could be converted to the reporting currency.",
    unit="count",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    value=booking.price_base_minor,
)
average_booking_value = Ratio(
    name="average_booking_value",
    title="Average booking value",
    says="Gross bookings value over the bookings that have a value.",
    unit="money",
    for_partners=True,
    top=gross_bookings_value,
    bottom=priced_bookings,
)
median_booking_value = Metric(
    name="median_booking_value",
    title="Median booking value",
    says="Half of the bookings placed in the period cost less than this.",
    unit="money",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    how="quantile",
    value=booking.price_base_minor,
)
bookings_share = Share(
    name="bookings_share",
    title="Share of bookings",
    says="A group's part of all bookings placed in the period.",
    unit="share",
    better="neither",
    for_partners=True,
    of=total_bookings,
)
gross_bookings_value_share = Share(
    name="gross_bookings_value_share",
    title="Share of value",
    says="A group's part of the gross bookings value of the period.",
    unit="share",
    better="neither",
    for_partners=True,
    of=gross_bookings_value,
)

party_members = Metric(
    name="party_members",
    is_part=True,
    title="Guests",
    says="Guests of the bookings placed in the period; bookings without any are left out.",
    unit="people",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    how="sum",
    value=booking.party_size,
    where=booking.party_size > 0,
)
bookings_with_guests = Metric(
    name="bookings_with_guests",
    is_part=True,
    title="Bookings with guests",
    says="Bookings placed in the period that name at least one guest.",
    unit="count",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    where=booking.party_size > 0,
)
average_party_size = Ratio(
    name="average_party_size",
    title="Party size",
    says="Mean guests of the bookings placed in the period that name any.",
    unit="people",
    better="neither",
    for_partners=True,
    top=party_members,
    bottom=bookings_with_guests,
)
