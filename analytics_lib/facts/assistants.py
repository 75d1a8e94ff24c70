"""What people ask the assistants: questions and conversations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, DateTime, and_, case, false, func, or_, select

from analytics_lib import schema
from analytics_lib.engines import MicrosBetween, Spoken, WholeQuotient
from analytics_lib.facts.cuts import to_partner, trip, when, who_sold
from analytics_lib.facts.fact import SINCE, UNTIL, Dimension, Fact, named

_query, _session = schema.ai_queries.c, schema.sessions.c

is_question = _query.parent_query_id.is_(None)
"""Asked by a person; what an assistant calls by itself has a parent."""

has_finished = and_(
    _query.status.in_(("ok", "error", "timeout")),
    or_(_query.completed_at.is_not(None), _query.status == "timeout"),
)


def waited_ms() -> ColumnElement[int]:
    """Milliseconds from question to answer; a time-out waited for its limit, whenever it was given up."""
    taken = WholeQuotient(MicrosBetween(_query.completed_at, _query.received_at), 1000)
    limit = func.coalesce(_query.limit_ms, taken)
    return Spoken(case((_query.status == "timeout", limit), else_=taken), "waited_ms")


def _asked_about() -> tuple[Dimension, ...]:
    return Dimension("agent", "Assistant", _query.agent), Dimension("intent", "Intent", _query.intent)


ai_queries = Fact(
    name="assistant queries",
    table=schema.ai_queries,
    known_at=_query.received_at,
    dimensions=named(
        (
            *who_sold(schema.ai_queries),
            *_asked_about(),
            Dimension("status", "Status", _query.status),
            *when(_query.received_at),
        )
    ),
    joins=(
        (schema.sessions, _session.session_id == _query.session_id),
        (schema.bookings, trip.booking_id == _session.booking_id),
        to_partner(_query.partner_id),
    ),
    customer=_session.visitor_id,
)

# A query that does not say whether it is a test is none, and in the same conversation as those that do.
_is_test = func.coalesce(_query.is_test, false()).label("is_test")
_who = (_query.conversation_id, _query.business_model, _query.partner_id, _is_test)
# Only conversations with a question in the period can have begun in it.
_spoken = select(_query.conversation_id).where(_query.received_at >= SINCE, _query.received_at < UNTIL)
_known_at = func.greatest(_query.received_at, _query.completed_at, type_=DateTime())


def _first(outcome: ColumnElement[bool]) -> ColumnElement[Any]:
    """When it was first known of a question of the conversation."""
    return func.min(case((outcome, _known_at))).over(partition_by=_who)


_ordered = (
    select(
        *_who,
        _query.agent,
        _query.intent,
        _query.session_id,
        _query.received_at.label("began_at"),
        func.row_number()
        .over(partition_by=_who, order_by=(_query.received_at, _query.query_id))
        .label("place"),
        _first(_query.resolved.is_not(None)).label("outcome_at"),
        _first(_query.resolved.is_(True)).label("reached_at"),
    )
    .where(is_question, _query.conversation_id.in_(_spoken), _query.received_at.is_not(None))
    .subquery("ordered")
)
_conversations = select(_ordered).where(_ordered.c.place == 1).subquery("conversations")

conversations = Fact(
    name="conversations",
    table=_conversations,
    known_at=_conversations.c.began_at,
    dimensions=named(
        (
            *who_sold(_conversations),
            Dimension("agent", "Assistant", _conversations.c.agent),
            Dimension("intent", "Intent", _conversations.c.intent),
            *when(_conversations.c.began_at),
        )
    ),
    joins=(
        (schema.sessions, _session.session_id == _conversations.c.session_id),
        to_partner(_conversations.c.partner_id),
    ),
    customer=_session.visitor_id,
    reads=frozenset(("ai_queries", name) for name in ("parent_query_id", "query_id", "received_at")),
    is_narrowed=True,
)
"""Conversations under the assistant and intent of their first question.

From `outcome_at` it is known whether an answer solved what was asked, from `reached_at` that one did.
"""
