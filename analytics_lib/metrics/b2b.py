"""Selling through partners: who sells, who grows, who stays, and how much they look to book."""

from __future__ import annotations

from functools import partial

from sqlalchemy import false, or_

from analytics_lib import schema
from analytics_lib.facts import bookings
from analytics_lib.facts.money import commissions
from analytics_lib.facts.partner_moves import partner_moves
from analytics_lib.facts.partners import careers, partner_states
from analytics_lib.facts.visits import searches_of_people as looks
from analytics_lib.metric import Kept, Lifetime, Metric, Ratio, Share, Stock, Sum
from analytics_lib.metrics.commissions import signed
from analytics_lib.metrics.placed import total_bookings

booking, entry, search = schema.bookings.c, schema.commission_entries.c, schema.searches.c

_rate = partial(Ratio, owner="B2B", unit="share")

active_partners = Metric(
    name="active_partners",
    title="Active partners",
    says="Different partners with a booking placed in the period.",
    unit="count",
    owner="B2B",
    rows=bookings,
    dated=booking.created_at,
    how="distinct",
    value=booking.partner_id,
)
_growing = partial(
    Kept,
    rows=bookings,
    who=booking.partner_id,
    dated=booking.created_at,
    value=booking.price_base_minor,
    unit="money",
    owner="B2B",
    against="year",
    is_part=True,
)
like_for_like_now = _growing(
    name="like_for_like_now",
    title="Value of lasting partners",
    says="Value booked in the period through partners that also sold in the same period a year before.",
    side="kept",
)
like_for_like_then = _growing(
    name="like_for_like_then",
    title="Value of lasting partners a year before",
    says="Value booked a year before through partners that sell in this period too.",
    side="base_of_kept",
)
like_for_like_growth = _rate(
    name="like_for_like_growth",
    title="Growth like for like",
    says="Growth of the value booked over the same period a year before, of partners that sold in both.",
    top=Sum(
        name="like_for_like_difference",
        title="Difference like for like",
        says="Value of lasting partners less that of a year before.",
        unit="money",
        owner="B2B",
        plus=(like_for_like_now,),
        minus=(like_for_like_then,),
        is_part=True,
    ),
    bottom=like_for_like_then,
    small_base=5,
)
_revenue = partial(
    Kept,
    rows=commissions,
    who=entry.partner_id,
    dated=entry.occurred_at,
    value=signed,
    where=entry.leg == "platform",
    unit="money",
    owner="B2B",
    against="year",
    is_part=True,
)
partner_revenue_then = _revenue(
    name="partner_revenue_then",
    title="Net revenue a year before",
    says="What the platform kept in the same period a year before of the partners of then.",
    side="base",
)
partner_revenue_now = _revenue(
    name="partner_revenue_now",
    title="Net revenue of the same partners",
    says="What the platform keeps in the period of the partners of a year before.",
    side="kept",
)
partner_revenue_positive_then = _revenue(
    name="partner_revenue_positive_then",
    title="Net revenue a year before",
    says="What the platform kept a year before of the partners that brought something then.",
    side="base",
    cap=True,
)
partner_revenue_capped = _revenue(
    name="partner_revenue_capped",
    title="Net revenue kept",
    says="What the platform keeps of the partners of a year before, each from nothing to at most as then.",
    side="kept",
    cap=True,
)
net_revenue_retention = _rate(
    name="net_revenue_retention",
    title="Net revenue retention",
    says="Net revenue of the partners of a year before, over what they brought then; new ones are left out.",
    top=partner_revenue_now,
    bottom=partner_revenue_then,
    small_base=5,
    source="SaaS, NRR",
)
gross_revenue_retention = _rate(
    name="gross_revenue_retention",
    title="Gross revenue retention",
    says="As net revenue retention, with each partner counted from nothing to at most as a year before.",
    top=partner_revenue_capped,
    bottom=partner_revenue_positive_then,
    small_base=5,
    source="SaaS, GRR",
)
_selling = partial(
    Kept,
    rows=bookings,
    who=booking.partner_id,
    dated=booking.created_at,
    unit="count",
    owner="B2B",
    is_part=True,
)
partners_before = _selling(
    name="partners_before",
    title="Partners of the period before",
    says="Different partners with a booking in the period before.",
    side="base",
)
partners_lost = _selling(
    name="partners_lost",
    title="Partners that did not sell again",
    says="Partners of the period before without a booking in this one.",
    better="lower",
    side="lost",
)
partner_churn_rate = _rate(
    name="partner_churn_rate",
    title="Partner churn",
    says="Of the partners that sold in the period before, the share without a booking in this one.",
    better="lower",
    top=partners_lost,
    bottom=partners_before,
    small_base=5,
)
partners = Stock(
    name="partners",
    title="Partners",
    says="Partners that had joined by the period's end; by state onboarding, ramp, active, at_risk, dormant "
    "or churned.",
    unit="count",
    owner="B2B",
    rows=partner_states,
)
partner_days_in_state = Stock(
    name="partner_days_in_state",
    title="Median days in the present state",
    says="Half of the partners have been in their state of the period's end for less than this.",
    unit="days",
    better="neither",
    owner="B2B",
    small_base=5,
    rows=partner_states,
    value=partner_states.table.c.days,
    share=0.5,
)
partner_transitions = Metric(
    name="partner_transitions",
    title="Changes of state",
    says="Changes of partners from one state to another in the period, each as often as it happened; from "
    "from_state to lifecycle_state.",
    unit="count",
    better="neither",
    owner="B2B",
    rows=partner_moves,
    dated=partner_moves.table.c.moved_at,
)
partner_transition_share = Share(
    name="partner_transition_share",
    title="Share of changes of state",
    says="Of the changes of partners from a state in the period, the share that led to another one.",
    unit="share",
    better="neither",
    owner="B2B",
    small_base=5,
    of=partner_transitions,
    within="from_state",
)
partner_survival_12m = Lifetime(
    name="partner_survival_12m",
    title="Partners that stay a year",
    says="Share of partners that stay for longer than 365 days after joining, by survival analysis.",
    unit="share",
    owner="B2B",
    rows=careers,
    started=careers.table.c.joined_at,
    ended=careers.table.c.ended_at,
    after=365,
    source="Kaplan and Meier 1958",
)
time_to_first_booking_median = Lifetime(
    name="time_to_first_booking_median",
    title="Median days to the first booking",
    says="Days after joining by which half of the partners have sold; who has not yet is still waiting.",
    unit="days",
    better="lower",
    owner="B2B",
    rows=careers,
    started=careers.table.c.joined_at,
    ended=careers.table.c.first_booking_at,
    source="Kaplan and Meier 1958",
)
searches = Metric(
    name="searches",
    title="Searches",
    says="Searches of the period; repeated and cached ones, and those of robots, are left out.",
    unit="count",
    better="neither",
    owner="B2B",
    for_partners=True,
    rows=looks,
    dated=search.searched_at,
    where=or_(search.is_repeat.is_(None), search.is_repeat == false()),
)
look_to_book = Ratio(
    name="look_to_book",
    title="Look to book",
    says="Searches of the period for each booking placed in it.",
    unit="ratio",
    better="lower",
    owner="B2B",
    for_partners=True,
    top=searches,
    bottom=total_bookings,
    source="GDS practice",
)
