"""Ways of visits that have come to an end: with a booking, or given up."""

from __future__ import annotations

from sqlalchemy import and_, case, func, or_, select

from analytics_lib import schema
from analytics_lib.engines import shift
from analytics_lib.facts.fact import SINCE, UNTIL, Dimension, Fact, named
from analytics_lib.facts.visits import LONGEST_VISIT, LOOKBACK, booked_at, is_test, no_bot

_session = schema.sessions.c

_who = (_session.visitor_id, _session.business_model, _session.partner_id, is_test)
_next_at = func.lead(_session.started_at).over(
    partition_by=_who, order_by=(_session.started_at, _session.session_id)
)
_visits = (
    select(
        *_who,
        _session.session_id,
        _session.channel,
        _session.started_at,
        booked_at.label("booked_at"),
        _next_at.label("next_at"),
    )
    .where(
        no_bot,
        _session.visitor_id.is_not(None),
        # What was given up as the period began has its last visit a look-back before, and its first another.
        _session.started_at >= shift(SINCE, -2 * LOOKBACK),
        _session.started_at < UNTIL,
    )
    .subquery("visits")
)
_silence = shift(_visits.c.started_at, LOOKBACK)
_is_given_up = and_(
    _visits.c.booked_at.is_(None),
    _silence < UNTIL,
    or_(_visits.c.next_at.is_(None), _visits.c.next_at > _silence),
)
_end = case((_is_given_up, _silence), else_=_visits.c.booked_at)
_of_visit = [_visits.c[column.name] for column in _who]
_ends = (
    select(
        *_of_visit,
        _visits.c.session_id,
        _visits.c.channel,
        _visits.c.started_at,
        _visits.c.booked_at,
        _end.label("end_at"),
        func.coalesce(
            func.sum(case((_end.is_not(None), 1), else_=0)).over(
                partition_by=_of_visit,
                order_by=(_visits.c.started_at, _visits.c.session_id),
                rows=(None, -1),
            ),
            0,
        ).label("path"),
    )
).subquery("ends")
_path = [*(_ends.c[column.name] for column in _who), _ends.c.path]
_paths = select(
    *_ends.c,
    func.max(_ends.c.end_at).over(partition_by=_path).label("ended_at"),
    func.max(_ends.c.booked_at).over(partition_by=_path).label("converted_at"),
    func.max(_ends.c.started_at).over(partition_by=_path).label("last_started_at"),
).subquery("paths")
_own = [_paths.c[column.name] for column in _path]
_in_order = (_paths.c.started_at, _paths.c.session_id)
_steps = (
    select(
        *_own[:-1],
        _paths.c.channel,
        _paths.c.ended_at,
        case((_paths.c.converted_at.is_not(None), 1), else_=0).label("is_converted"),
        func.lag(_paths.c.channel).over(partition_by=_own, order_by=_in_order).label("channel_before"),
        case((func.row_number().over(partition_by=_own, order_by=_in_order) == 1, 1), else_=0).label(
            "is_first"
        ),
        case(
            (func.lead(_paths.c.session_id).over(partition_by=_own, order_by=_in_order).is_(None), 1), else_=0
        ).label("is_last"),
    )
    .where(
        _paths.c.ended_at.is_not(None),
        or_(
            _paths.c.converted_at.is_(None),
            _paths.c.last_started_at >= shift(_paths.c.converted_at, -LONGEST_VISIT),
        ),
        _paths.c.started_at >= shift(_paths.c.last_started_at, -LOOKBACK),
    )
    .subquery("steps")
)

ended_ways = Fact(
    name="touches of ended ways",
    table=_steps,
    known_at=_steps.c.ended_at,
    dimensions=named((Dimension("channel", "Channel", _steps.c.channel),)),
    customer=_steps.c.visitor_id,
    reads=frozenset(("sessions", name) for name in ("is_bot", "booked_at", "session_id", "visitor_id")),
    is_narrowed=True,
    knows_until=True,
    looks_back=2 * LOOKBACK,
)
"""The touches that led to a booking, and those after which 30 days passed without another visit.

Such a way is given up at the end of these 30 days, and holds the visits of 30 days up to its last one. Of
whoever has been there since, it is not yet known: these visits are on no way. A visit of which a booking
came later than a day after it began ends a way that is neither.
"""
