"""Selling directly: the funnel, prices shown, the shape of the year."""

from __future__ import annotations

from functools import partial

from sqlalchemy import and_

from analytics_lib import schema
from analytics_lib.engines import MicrosBetween, WholeQuotient
from analytics_lib.facts.bookings import bookings as placed
from analytics_lib.facts.visits import quotes as shown
from analytics_lib.facts.visits import sessions
from analytics_lib.metric import Metric, Ratio, Seasonal
from analytics_lib.metrics.engagement import sessions as all_visits

session, booking, quote = schema.sessions.c, schema.bookings.c, schema.quotes.c

_visit = partial(
    Metric, rows=sessions, dated=session.started_at, unit="count", owner="B2C", for_partners=True
)
_rate = partial(Ratio, unit="share", owner="B2C", for_partners=True)

searched = session.searched_at >= session.started_at
viewed = and_(searched, session.viewed_at >= session.searched_at)
checked_out = and_(viewed, session.checkout_at >= session.viewed_at)
booked = and_(checked_out, session.booked_at >= session.checkout_at)

converted_sessions = _visit(
    name="converted_sessions",
    title="Sessions with a booking",
    says="Visits of the period with a booking that is confirmed so far, each counted once.",
    where=and_(session.booked_at.is_not(None), booking.confirmed_at.is_not(None)),
)
conversion_rate = _rate(
    name="conversion_rate",
    title="Conversion rate",
    says="Of the visits of the period, the share with a booking that is confirmed so far.",
    top=converted_sessions,
    bottom=all_visits,
    source="GA4, once per session",
)
_converted_users = _visit(
    name="converted_users",
    title="Users with a booking",
    says="Different visitors of the period with a booking that is confirmed so far.",
    how="distinct",
    value=session.visitor_id,
    where=and_(session.booked_at.is_not(None), booking.confirmed_at.is_not(None)),
    is_part=True,
)
_all_users = _visit(
    name="visiting_users",
    title="Visitors",
    says="Different visitors of the period.",
    how="distinct",
    value=session.visitor_id,
    is_part=True,
)
user_conversion_rate = _rate(
    name="user_conversion_rate",
    title="Conversion rate of users",
    says="Of the different visitors of the period, the share with a booking that is confirmed so far.",
    top=_converted_users,
    bottom=_all_users,
)
funnel_searched = _visit(
    name="funnel_searched",
    title="Searched",
    says="Visits of the period that searched.",
    where=searched,
)
funnel_viewed = _visit(
    name="funnel_viewed",
    title="Viewed",
    says="Visits of the period that searched and then viewed a product.",
    where=viewed,
)
funnel_checkout = _visit(
    name="funnel_checkout",
    title="Checked out",
    says="Visits of the period that searched, viewed a product and then went to the checkout.",
    where=checked_out,
)
funnel_booked = _visit(
    name="funnel_booked",
    title="Booked",
    says="Visits of the period that went through all steps, in their order, and booked.",
    where=booked,
)


def _step(name: str, title: str, says: str, top: Metric, bottom: Metric) -> Ratio:
    return _rate(
        name=name, title=title, says=says, top=top, bottom=bottom, source="GA4, closed ordered funnel"
    )


funnel_search_rate = _step(
    "funnel_search_rate",
    "Search rate",
    "Of the visits of the period, the share that searched.",
    funnel_searched,
    all_visits,
)
funnel_view_rate = _step(
    "funnel_view_rate",
    "View rate",
    "Of the visits that searched, the share that then viewed a product.",
    funnel_viewed,
    funnel_searched,
)
funnel_checkout_rate = _step(
    "funnel_checkout_rate",
    "Checkout rate",
    "Of the visits that viewed a product, the share that then went to the checkout.",
    funnel_checkout,
    funnel_viewed,
)
funnel_booking_rate = _step(
    "funnel_booking_rate",
    "Booking rate",
    "Of the visits that went to the checkout, the share that then booked.",
    funnel_booked,
    funnel_checkout,
)
funnel_conversion_rate = _step(
    "funnel_conversion_rate",
    "Funnel conversion",
    "Of the visits of the period, the share that went through all steps, in their order, and booked.",
    funnel_booked,
    all_visits,
)
session_time_to_book_median = _visit(
    name="session_time_to_book_median",
    title="Median time from arrival to booking",
    says="Half of the visits of the period that went through all steps booked within this time.",
    unit="seconds",
    better="lower",
    how="quantile",
    value=WholeQuotient(MicrosBetween(session.booked_at, session.started_at), 1_000_000),
    where=booked,
)
_shape = partial(Seasonal, rows=placed, unit="ratio", better="neither", owner="B2C", for_partners=True)
seasonal_index = _shape(
    name="seasonal_index",
    title="Seasonal index of bookings",
    says="A month's usual bookings beside the mean month, by the day of booking; 1.2 is a fifth above it.",
    dated=booking.created_at,
    source="Hyndman and Athanasopoulos, FPP3 3.4",
)
seasonal_index_of_stays = _shape(
    name="seasonal_index_of_stays",
    title="Seasonal index of arrivals",
    says="A month's usual arrivals beside the mean month, by first day of travel, cancelled ones included.",
    dated=booking.starts_on,
    source="Hyndman and Athanasopoulos, FPP3 3.4",
)
_quoted = partial(Metric, rows=shown, dated=quote.quoted_at, unit="count", owner="B2C", for_partners=True)
quotes = _quoted(
    name="quotes",
    title="Quotes",
    says="Prices shown in the period.",
    better="neither",
)
available_quotes = _quoted(
    name="available_quotes",
    title="Quotes with room",
    says="Prices shown in the period with room left.",
    where=quote.available.is_(True),
    is_part=True,
)
quote_availability_rate = _rate(
    name="quote_availability_rate",
    title="Availability",
    says="Of the prices shown in the period, the share with room left.",
    top=available_quotes,
    bottom=quotes,
)
quoted_price_median = _quoted(
    name="quoted_price_median",
    title="Median price shown",
    says="Half of the prices shown in the period were below this.",
    unit="money",
    better="neither",
    how="quantile",
    value=quote.price_base_minor,
)
quoted_sessions = _quoted(
    name="quoted_sessions",
    title="Sessions with a quote",
    says="Different visits that were shown a price in the period.",
    how="distinct",
    value=quote.session_id,
    is_part=True,
)
booked_quoted_sessions = _quoted(
    name="booked_quoted_sessions",
    title="Sessions with a quote that booked",
    says="Different visits that were shown a price in the period and booked.",
    how="distinct",
    value=quote.session_id,
    where=session.booked_at.is_not(None),
    is_part=True,
)
quote_conversion_rate = _rate(
    name="quote_conversion_rate",
    title="Conversion of quotes",
    says="Of the visits that were shown a price in the period, the share that booked so far.",
    top=booked_quoted_sessions,
    bottom=quoted_sessions,
)
