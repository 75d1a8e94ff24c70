"""Partners: how long they stay, when they first sell, what state they are in, who has a site of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    exists,
    false,
    func,
    or_,
    select,
    table,
    true,
)

from analytics_lib import schema
from analytics_lib.engines import MicrosBetween, WholeQuotient, shift
from analytics_lib.facts.fact import Dimension, Fact, Moments, Snapshot, named
from analytics_lib.facts.visits import no_bot

_partner, _booking, _term, _session = (
    schema.partners.c,
    schema.bookings.c,
    schema.partner_terms.c,
    schema.sessions.c,
)

DAY_IN_MICROS = 86_400_000_000
RAMP_FOR = timedelta(days=90)
AT_RISK_AFTER = timedelta(days=30)
DORMANT_AFTER = timedelta(days=90)
CHURNED_AFTER = timedelta(days=365)

no_test = or_(_booking.is_test.is_(None), _booking.is_test == false())

_first_sold = (
    select(_booking.partner_id.label("seller"), func.min(_booking.created_at).label("first_booking_at"))
    .where(_booking.partner_id.is_not(None), no_test)
    .group_by(_booking.partner_id)
    .subquery("first_sold")
)
_careers = (
    select(
        _partner.partner_id,
        _partner.business_model,
        _partner.name,
        _partner.kind,
        _partner.joined_at,
        _partner.ended_at,
        _first_sold.c.first_booking_at,
    )
    .outerjoin(_first_sold, _first_sold.c.seller == _partner.partner_id)
    .subquery("careers")
)


def which(source: Any) -> tuple[Dimension, ...]:
    return (
        Dimension("business_model", "Business model", source.c.business_model),
        Dimension("partner", "Partner", source.c.partner_id),
        Dimension("partner_name", "Partner", source.c.name),
        Dimension("partner_kind", "Kind of partner", source.c.kind),
    )


careers = Fact(
    name="partners",
    table=_careers,
    known_at=_careers.c.joined_at,
    dimensions=named(which(_careers)),
    reads=frozenset({("partners", "partner_id"), ("bookings", "partner_id"), ("bookings", "is_test")}),
)
"""Partners from joining to leaving, and when they first sold."""

_in_order = (_booking.created_at, _booking.booking_id)
_sales = (
    select(
        *_booking,
        func.lag(_booking.created_at)
        .over(partition_by=_booking.partner_id, order_by=_in_order)
        .label("before_at"),
    )
    .where(_booking.partner_id.is_not(None), _booking.created_at.is_not(None), no_test)
    .subquery("sales")
)


def _lifecycle(moments: Moments) -> Select[Any]:
    """One row a partner and moment, with its state and the days that it has been in it.

    `churned` once it has left or not sold for 365 days, `onboarding` before the first booking, `dormant`
    after 90 and `at_risk` after 30 days without one, `ramp` for 90 days from the first, else `active`.
    """
    instant, bucket = moments.ends.c.instant, moments.ends.c.bucket
    # A gap that a later booking ended is known to be one only by a booking of the same partner.
    resumed = case((_sales.c.created_at >= shift(_sales.c.before_at, AT_RISK_AFTER), _sales.c.created_at))
    sold = (
        select(
            bucket.label("bucket"),
            _sales.c.partner_id.label("seller"),
            func.min(_sales.c.created_at).label("first_at"),
            func.max(_sales.c.created_at).label("last_at"),
            func.max(resumed).label("resumed_at"),
        )
        .select_from(_sales)
        .join(moments.ends, true())
        .where(_sales.c.created_at < instant)
        .group_by(bucket, _sales.c.partner_id)
        .subquery("sold")
    )
    left = case((_partner.ended_at < instant, _partner.ended_at))
    first, last = sold.c.first_at, sold.c.last_at
    silent = case((last <= shift(instant, -CHURNED_AFTER), shift(last, CHURNED_AFTER)))
    states = (
        ("churned", or_(left.is_not(None), silent.is_not(None)), func.least(left, silent)),
        ("onboarding", first.is_(None), _partner.joined_at),
        ("dormant", last <= shift(instant, -DORMANT_AFTER), shift(last, DORMANT_AFTER)),
        ("at_risk", last <= shift(instant, -AT_RISK_AFTER), shift(last, AT_RISK_AFTER)),
        ("ramp", first > shift(instant, -RAMP_FOR), func.greatest(first, sold.c.resumed_at)),
    )
    state = case(*[(condition, name) for name, condition, _ in states], else_="active")
    since = case(
        *[(condition, entered) for _, condition, entered in states],
        else_=func.greatest(shift(first, RAMP_FOR), sold.c.resumed_at),
    )
    return (
        select(
            bucket.label("bucket"),
            _partner.partner_id,
            _partner.business_model,
            _partner.name,
            _partner.kind,
            cast(state, Text).label("state"),
            WholeQuotient(MicrosBetween(instant, since), DAY_IN_MICROS).label("days"),
        )
        .select_from(schema.partners)
        .join(moments.ends, true())
        .outerjoin(sold, and_(sold.c.bucket == bucket, sold.c.seller == _partner.partner_id))
        .where(*moments.kept(_listed), _partner.joined_at < instant)
    )


_listed = Fact(name="listed partners", table=schema.partners, known_at=_partner.joined_at, dimensions={})

_states = table(
    "partner_states",
    column("bucket", DateTime),
    column("partner_id", Text),
    column("business_model", Text),
    column("name", Text),
    column("kind", Text),
    column("state", Text),
    column("days", BigInteger),
)

partner_states = Snapshot(
    name="partners by state",
    table=_states,
    known_at=_states.c.bucket,
    dimensions=named((Dimension("lifecycle_state", "State", _states.c.state), *which(_states))),
    reads=frozenset(
        {("partners", name) for name in ("partner_id", "business_model", "joined_at", "ended_at")}
        | {("bookings", name) for name in ("partner_id", "created_at", "booking_id")}
    ),
    rows_at=_lifecycle,
    timed_by=(_booking.created_at,),
)

_has_site = and_(
    _term.white_label == true(), or_(_term.valid_to.is_(None), _term.valid_to > _term.valid_from)
)
_tenants = (
    select(*_term, _partner.business_model, _partner.name, _partner.kind)
    .join(schema.partners, _partner.partner_id == _term.partner_id)
    .where(_has_site)
    .subquery("tenants")
)

tenants = Fact(
    name="white-label terms",
    table=_tenants,
    known_at=_tenants.c.valid_from,
    dimensions=named(which(_tenants)),
    reads=frozenset({("partner_terms", "white_label"), ("partners", "partner_id")}),
)
"""Spans in which a partner may sell on a site of its own under the platform's roof."""

# Not joined to the terms: some overlap, and would repeat a visit.
_in_force = exists().where(
    _term.partner_id == _session.partner_id,
    _has_site,
    _term.valid_from <= _session.started_at,
    or_(_term.valid_to.is_(None), _term.valid_to > _session.started_at),
)
_tenant_visits = (
    select(
        _session.visitor_id,
        _session.started_at,
        _session.booked_at,
        _session.booking_id,
        _session.is_bot,
        _session.is_test,
        _partner.partner_id,
        _partner.business_model,
        _partner.name,
        _partner.kind,
    )
    .join(schema.partners, _partner.partner_id == _session.partner_id)
    .where(_session.own_domain == true(), no_bot, _in_force)
    .subquery("tenant_visits")
)

tenant_visits = Fact(
    name="white-label visits",
    table=_tenant_visits,
    known_at=_tenant_visits.c.started_at,
    dimensions=named(which(_tenant_visits)),
    customer=_tenant_visits.c.visitor_id,
    reads=frozenset(
        {("sessions", name) for name in ("own_domain", "is_bot", "partner_id")}
        | {("partner_terms", name) for name in ("partner_id", "valid_from", "valid_to", "white_label")}
        | {("partners", "partner_id")}
    ),
)
"""Visits of people on a partner's own domain while white-label terms were in force, cut as these are."""
