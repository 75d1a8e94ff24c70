"""Who books, who books again and how soon, and what customers are worth to the platform.

A customer is somebody who booked. Cohorts follow customers from their first booking; segments are looked
at where the period ends.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import and_

from analytics_lib import schema
from analytics_lib.facts import bookings
from analytics_lib.facts.customers import all_first_bookings, customer_states, first_bookings
from analytics_lib.facts.money import commissions
from analytics_lib.metric import Cohort, Kept, Lifetime, Metric, Ratio, Share, Stock
from analytics_lib.metrics.commissions import signed

booking, entry = schema.bookings.c, schema.commission_entries.c

_rate = partial(Ratio, unit="share", owner="Engagement", for_partners=True)

active_customers = Metric(
    name="active_customers",
    title="Customers with a booking",
    says="Different customers with a booking placed in the period.",
    unit="people",
    owner="Engagement",
    for_partners=True,
    rows=bookings,
    dated=booking.created_at,
    how="distinct",
    value=booking.customer_id,
)
new_customers = Metric(
    name="new_customers",
    title="New customers",
    says="Customers whose first booking of all was placed in the period.",
    unit="people",
    owner="Engagement",
    rows=first_bookings,
    dated=first_bookings.known_at,
)
bookings_per_customer = Ratio(
    name="bookings_per_customer",
    title="Bookings per customer",
    says="Bookings of the period that name a customer, over the different customers.",
    unit="ratio",
    owner="Engagement",
    for_partners=True,
    top=Metric(
        name="bookings_of_customers",
        title="Bookings of known customers",
        says="Bookings placed in the period that name a customer.",
        unit="count",
        owner="Engagement",
        for_partners=True,
        rows=bookings,
        dated=booking.created_at,
        value=booking.customer_id,
        is_part=True,
    ),
    bottom=active_customers,
)
_customers_held = partial(
    Kept,
    rows=bookings,
    who=booking.customer_id,
    dated=booking.created_at,
    against="year",
    unit="people",
    owner="Engagement",
    for_partners=True,
    is_part=True,
)
customers_a_year_before = _customers_held(
    name="customers_a_year_before",
    title="Customers a year before",
    says="Different customers with a booking in the same period a year before.",
    side="base",
)
customers_kept = _customers_held(
    name="customers_kept",
    title="Customers who booked again",
    says="Customers of the same period a year before with a booking in this one.",
    side="kept",
)
customer_retention_rate = _rate(
    name="customer_retention_rate",
    title="Customer retention over a year",
    says="Of the customers of the same period a year before, the share with a booking in this one.",
    top=customers_kept,
    bottom=customers_a_year_before,
)
_cohort = partial(
    Cohort,
    rows=bookings,
    who=booking.customer_id,
    dated=booking.created_at,
    unit="people",
    owner="Engagement",
    for_partners=True,
    is_part=True,
)
cohort_size = _cohort(
    name="cohort_size",
    title="Customers of the cohort",
    says="Customers whose first booking lies in the period, in months that are old enough to be followed.",
    side="size",
)
cohort_active = _cohort(
    name="cohort_active",
    title="Of the cohort there again",
    says="Customers of the cohort with a booking in exactly that month after the first.",
)
cohort_active_or_later = _cohort(
    name="cohort_active_or_later",
    title="Of the cohort there then or later",
    says="Customers of the cohort with a booking in that month after the first, or in any later one.",
    unbounded=True,
)
cohort_retention = _rate(
    name="cohort_retention",
    title="Cohort retention, exact",
    says="Of customers first seen in the period, the share with a booking exactly that many months later.",
    top=cohort_active,
    bottom=cohort_size,
    source="Mixpanel, on-day retention",
)
cohort_retention_unbounded = _rate(
    name="cohort_retention_unbounded",
    title="Cohort retention, unbounded",
    says="Of customers first seen in the period, the share with a booking that many months later or after.",
    top=cohort_active_or_later,
    bottom=cohort_size,
    source="Mixpanel, on-or-after retention",
)
second_booking_median = Lifetime(
    name="second_booking_median",
    title="Median days to the second booking",
    says="Days after which half of all customers have booked again; who has not yet counts as still waiting.",
    unit="days",
    better="lower",
    owner="Engagement",
    rows=all_first_bookings,
    started=all_first_bookings.table.c.created_at,
    ended=all_first_bookings.table.c.second_at,
    source="Kaplan and Meier 1958",
)
one_time_share_12m = Lifetime(
    name="one_time_share_12m",
    title="Not booked again within a year",
    says="Share of customers without a second booking 365 days after the first, by survival analysis.",
    unit="share",
    better="lower",
    owner="Engagement",
    rows=all_first_bookings,
    started=all_first_bookings.table.c.created_at,
    ended=all_first_bookings.table.c.second_at,
    after=365,
    source="Kaplan and Meier 1958",
)
customers = Stock(
    name="customers",
    title="Customers",
    says="Customers who booked before the period's end; by segment: new for 90 days, vip for the tenth with "
    "the highest margin of 365 days, else regular.",
    unit="people",
    owner="Engagement",
    rows=customer_states,
    source="RFM",
)
customers_share = Share(
    name="customers_share",
    title="Share of customers",
    says="A segment's part of all customers at the period's end.",
    unit="share",
    better="neither",
    owner="Engagement",
    of=customers,
)
customer_margin = Stock(
    name="customer_margin",
    title="Margin of customers",
    says="What the platform kept of the bookings of these customers in the 365 days before the period's end.",
    unit="money",
    owner="Engagement",
    rows=customer_states,
    value=customer_states.table.c.margin,
)
customer_margin_average = Ratio(
    name="customer_margin_average",
    title="Margin per customer",
    says="What the platform kept in the 365 days before the period's end, over the customers there.",
    unit="money",
    owner="Engagement",
    top=customer_margin,
    bottom=customers,
)
historic_customer_value = Stock(
    name="historic_customer_value",
    title="Historic customer value",
    says="What the platform kept, from the beginning to the period's end, of bookings that name a customer.",
    unit="money",
    owner="Engagement",
    rows=commissions,
    opened=entry.occurred_at,
    value=signed,
    where=and_(
        entry.leg == "platform",
        entry.entry.in_(("accrued", "clawed_back")),
        booking.customer_id.is_not(None),
    ),
)
