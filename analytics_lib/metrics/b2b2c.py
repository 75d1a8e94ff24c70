"""Selling through resellers: what they bring after all costs, and who uses a site of its own."""

from __future__ import annotations

from functools import partial

from analytics_lib.facts.partners import tenant_visits, tenants
from analytics_lib.metric import Metric, Ratio, Stock, Sum
from analytics_lib.metrics.commissions import net_revenue
from analytics_lib.metrics.finance import incentive_costs, support_costs
from analytics_lib.metrics.payments import payment_fees

visit = tenant_visits.table.c

partner_contribution = Sum(
    name="partner_contribution",
    title="Contribution of partners",
    says="Net revenue of the period less payment fees, incentives and support: by partner, what each brings.",
    unit="money",
    owner="B2B2C",
    plus=(net_revenue,),
    minus=(payment_fees, incentive_costs, support_costs),
)
_visit = partial(
    Metric, rows=tenant_visits, dated=visit.started_at, unit="count", owner="B2B2C", how="distinct"
)

active_tenants = _visit(
    name="active_tenants",
    title="Active white-label partners",
    says="Different partners with a visit on their own domain in the period, under white-label terms.",
    value=visit.partner_id,
)
provisioned_tenants = Stock(
    name="provisioned_tenants",
    title="White-label partners",
    says="Different partners with white-label terms at any time of the period.",
    unit="count",
    owner="B2B2C",
    rows=tenants,
    opened=tenants.table.c.valid_from,
    closed=tenants.table.c.valid_to,
    value=tenants.table.c.partner_id,
    is_distinct=True,
    at="during",
)
white_label_usage = Ratio(
    name="white_label_usage",
    title="White-label use",
    says="Of the partners with white-label terms in the period, the share with a visit on their own domain.",
    unit="share",
    owner="B2B2C",
    small_base=5,
    top=active_tenants,
    bottom=provisioned_tenants,
)
white_label_bookings = _visit(
    name="white_label_bookings",
    title="Bookings on own domains",
    says="Different bookings made in visits of the period on partners' own domains.",
    value=visit.booking_id,
    where=visit.booked_at.is_not(None),
)
bookings_per_tenant = Ratio(
    name="bookings_per_tenant",
    title="Bookings per active white-label partner",
    says="Bookings made on partners' own domains, over the partners with a visit there.",
    unit="ratio",
    owner="B2B2C",
    small_base=5,
    top=white_label_bookings,
    bottom=active_tenants,
)
