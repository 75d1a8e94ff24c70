"""Visits: sessions, searches, quotes, and the touches that lead to a booking."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, and_, case, cast, exists, false, func, or_, select, true

from analytics_lib import schema
from analytics_lib.engines import shift
from analytics_lib.facts.cuts import to_booking, to_partner, when, who_sold
from analytics_lib.facts.fact import SINCE, UNKNOWN, UNTIL, Dimension, Fact, named

_session, _search, _quote = schema.sessions.c, schema.searches.c, schema.quotes.c

LOOKBACK = timedelta(days=30)
"""How long before a booking a visit may have led to it."""

LONGEST_VISIT = timedelta(days=1)
"""A booking later than this after its visit began is not put down to any path."""

CREDIT = 1_000_000
"""Credits are given in millionths, so that those of one booking add up to one exactly."""

no_bot = or_(_session.is_bot.is_(None), _session.is_bot == false())


def _in_no_visit_of_a_bot(session_id: Column[Any]) -> ColumnElement[bool]:
    # Few visits are those of robots, so to look for these is much less than to join all of them.
    visit = schema.sessions.alias("bot_visits")
    return ~exists().where(visit.c.session_id == session_id, visit.c.is_bot == true())


sessions = Fact(
    name="sessions",
    table=schema.sessions,
    known_at=_session.started_at,
    dimensions=named(
        (
            *who_sold(schema.sessions),
            Dimension("channel", "Channel", _session.channel),
            Dimension("device", "Device", _session.device),
            Dimension("own_domain", "Own domain", cast(_session.own_domain, Text)),
            *when(_session.started_at),
        )
    ),
    joins=(*to_booking(_session.booking_id)[:1], to_partner(_session.partner_id)),
    keeps=no_bot,
    customer=_session.visitor_id,
)
"""Visits of people; what robots do is counted by `bot_sessions` alone."""

all_sessions = Fact(
    name="all sessions",
    table=schema.sessions,
    known_at=_session.started_at,
    dimensions=sessions.dimensions,
    joins=sessions.joins,
)
"""Visits with those of robots."""

searches = Fact(
    name="searches",
    table=schema.searches,
    known_at=_search.searched_at,
    dimensions=named(
        (
            *who_sold(schema.searches),
            Dimension("destination", "Destination", _search.destination_id),
            Dimension("destination_name", "Destination", schema.destinations.c.name),
            Dimension("country", "Country", schema.destinations.c.country_code),
            Dimension("region", "Region", schema.destinations.c.region),
            *when(_search.searched_at),
        )
    ),
    joins=(
        (schema.destinations, schema.destinations.c.destination_id == _search.destination_id),
        to_partner(_search.partner_id),
    ),
)

searches_of_people = replace(
    searches,
    name="searches of people",
    keeps=_in_no_visit_of_a_bot(_search.session_id),
)
"""Searches but those in visits of robots; one without a visit came through a partner's interface."""

quotes = Fact(
    name="quotes",
    table=schema.quotes,
    known_at=_quote.quoted_at,
    dimensions=named(
        (
            *who_sold(schema.quotes),
            Dimension("product", "Product", _quote.product_id),
            Dimension("product_name", "Product", schema.products.c.name),
            Dimension("product_kind", "Kind of product", schema.products.c.kind),
            Dimension("arm", "Arm of the experiment", _quote.arm),
            *when(_quote.quoted_at),
        )
    ),
    joins=(
        (schema.sessions, _session.session_id == _quote.session_id),
        (schema.products, schema.products.c.product_id == _quote.product_id),
        to_partner(_quote.partner_id),
    ),
    keeps=_in_no_visit_of_a_bot(_quote.session_id),
    customer=_session.visitor_id,
)
"""Prices shown to people."""

# A visit that does not say whether it is a test is none, and on the same way as those that say so.
is_test = func.coalesce(_session.is_test, false()).label("is_test")
_who = (_session.visitor_id, _session.business_model, _session.partner_id, is_test)
_order = (_session.started_at, _session.session_id)
# What is booked later is not known yet, and nothing is booked before its visit begins.
_books = and_(_session.booked_at < UNTIL, _session.booked_at >= _session.started_at)
booked_at = case((_books, _session.booked_at))
_has_booked = case((_books, 1), else_=0)

# Only visitors who booked in the period, and only their visits that may have led there.
_buyers = select(_session.visitor_id).where(_session.booked_at >= SINCE, _session.booked_at < UNTIL)
# A path ends with a booking; the next visit begins another one.
_paths = (
    select(
        *_who,
        _session.session_id,
        _session.channel,
        _session.device,
        _session.booking_id,
        _session.started_at,
        booked_at.label("booked_at"),
        func.coalesce(
            func.sum(_has_booked).over(partition_by=_who, order_by=_order, rows=(None, -1)), 0
        ).label("path"),
    )
    .where(
        no_bot,
        _session.visitor_id.in_(_buyers),
        _session.started_at >= shift(SINCE, -(LOOKBACK + LONGEST_VISIT)),
        _session.started_at < UNTIL,
    )
    .subquery("paths")
)
_path = (*(_paths.c[column.name] for column in _who), _paths.c.path)
_channel = func.coalesce(_paths.c.channel, UNKNOWN)
_next_channel = func.lead(_channel).over(
    partition_by=_path, order_by=(_channel, _paths.c.started_at, _paths.c.session_id)
)
_ended = (
    select(
        _paths,
        # Told here, where one sort serves all; what lies too far back below is never the last.
        case((_next_channel == _channel, 0), else_=1).label("is_last_of_channel"),
        func.max(_paths.c.booked_at).over(partition_by=_path).label("converted_at"),
        func.max(case((_paths.c.booked_at.is_not(None), _paths.c.started_at)))
        .over(partition_by=_path)
        .label("last_started_at"),
    )
).subquery("ended")
_inside = and_(
    _ended.c.converted_at.is_not(None),
    _ended.c.last_started_at >= shift(_ended.c.converted_at, -LONGEST_VISIT),
    _ended.c.started_at >= shift(_ended.c.last_started_at, -LOOKBACK),
)
_own = (*(_ended.c[column.name] for column in _who), _ended.c.path)
_in_order = (_ended.c.started_at, _ended.c.session_id)
_touches = (
    select(
        *_own[:-1],
        _ended.c.session_id,
        _ended.c.channel,
        _ended.c.device,
        _ended.c.booking_id,
        _ended.c.started_at,
        _ended.c.converted_at,
        func.row_number().over(partition_by=_own, order_by=_in_order).label("place"),
        func.count().over(partition_by=_own).label("touches"),
        func.min(_ended.c.started_at).over(partition_by=_own).label("first_started_at"),
        func.lag(_ended.c.channel).over(partition_by=_own, order_by=_in_order).label("channel_before"),
        _ended.c.is_last_of_channel,
        func.sum(_ended.c.is_last_of_channel).over(partition_by=_own).label("channels"),
    )
    .where(_inside)
    .subquery("touches")
)

touches = Fact(
    name="touches",
    table=_touches,
    known_at=_touches.c.converted_at,
    dimensions=named(
        (
            *who_sold(_touches),
            Dimension("channel", "Channel", _touches.c.channel),
            Dimension("device", "Device", _touches.c.device),
            Dimension("from_channel", "From channel", _touches.c.channel_before),
        )
    ),
    joins=(to_partner(_touches.c.partner_id),),
    customer=_touches.c.visitor_id,
    reads=frozenset(("sessions", name) for name in ("is_bot", "booked_at", "session_id", "visitor_id")),
    is_narrowed=True,
    knows_until=True,
    looks_back=LOOKBACK + LONGEST_VISIT,
)
"""The visits of 30 days that led to a booking, up to the one it was made in; the next begins a new path.

Whose visits nobody can tell apart is on no path. Of two visits at once, one that books only after the
period counts as one that has not.
"""
