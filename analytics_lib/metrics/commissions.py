"""How the price of a booking is divided: the platform's part, the partners', and what is still owed.

Entries belong to the day on which they happen. `net_revenue` is what the platform keeps; it is neither gross
bookings value nor total revenue.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import and_, case

from analytics_lib import schema
from analytics_lib.facts.money import claims, commissions
from analytics_lib.metric import Metric, Ratio, Stock, Sum
from analytics_lib.metrics.placed import gross_bookings_value

entry, booking = schema.commission_entries.c, schema.bookings.c

PARTNER_LEGS = ("agency", "distributor", "reseller")
OWN_LEGS = ("agency", "reseller")
"""The legs of those through whom a booking came, as its `partner_id` says."""

to_partners = entry.leg.in_(PARTNER_LEGS)

_money = partial(Metric, rows=commissions, unit="money", how="sum", owner="Finance")
_entries = partial(_money, dated=entry.occurred_at, value=entry.amount_base_minor)

platform_accrued = _entries(
    name="platform_accrued",
    title="Platform's leg accrued",
    says="The platform's part of the bookings recognised in the period.",
    where=and_(entry.leg == "platform", entry.entry == "accrued"),
    is_part=True,
)
platform_clawed_back = _entries(
    name="platform_clawed_back",
    title="Platform's leg reversed",
    says="The platform's part that was reversed in the period.",
    better="lower",
    where=and_(entry.leg == "platform", entry.entry == "clawed_back"),
    is_part=True,
)
net_revenue = Sum(
    name="net_revenue",
    title="Net revenue",
    says="What the platform keeps of the bookings recognised in the period, less what was reversed in it.",
    unit="money",
    owner="Finance",
    plus=(platform_accrued,),
    minus=(platform_clawed_back,),
    source="IFRS 15, agent",
)
signed = case(
    (entry.entry == "accrued", entry.amount_base_minor),
    (entry.entry == "clawed_back", -entry.amount_base_minor),
)
"""What is accrued less what is clawed back; other entries are no revenue."""

_kept = and_(entry.leg == "platform", entry.entry.in_(("accrued", "clawed_back")))
_of_bookings = partial(_money, dated=booking.created_at, value=signed)
net_revenue_of_bookings = _of_bookings(
    name="net_revenue_of_bookings",
    title="Net revenue of the bookings placed",
    says="What the platform keeps so far of the bookings placed in the period.",
    where=_kept,
)
take_rate = Ratio(
    name="take_rate",
    title="Take rate",
    says="What the platform keeps so far of the bookings placed in the period, over their value.",
    unit="share",
    owner="Finance",
    top=_of_bookings(
        name="net_revenue_of_priced_bookings",
        title="Net revenue of the bookings with a value",
        says="What the platform keeps so far of the bookings placed in the period whose value is known.",
        where=and_(_kept, booking.price_base_minor.is_not(None)),
        is_part=True,
    ),
    bottom=gross_bookings_value,
    source="Expedia, revenue margin",
)
price_divided = _entries(
    name="price_divided",
    title="Price divided",
    says="What the bookings recognised in the period bring to each leg: the legs add up to the price.",
    where=entry.entry == "accrued",
)
_partners = partial(_entries, better="neither")
commission_accrued = _partners(
    name="commission_accrued",
    title="Commission accrued",
    says="Commission of agencies, distributors and resellers on the bookings recognised in the period.",
    where=and_(to_partners, entry.entry == "accrued"),
)
commission_invoiced = _partners(
    name="commission_invoiced",
    title="Commission invoiced",
    says="Commission that partners invoiced in the period.",
    where=and_(to_partners, entry.entry == "invoiced"),
)
commission_paid = _partners(
    name="commission_paid",
    title="Commission paid",
    says="Commission paid to partners in the period.",
    where=and_(to_partners, entry.entry == "paid"),
)
commission_clawed_back = _partners(
    name="commission_clawed_back",
    title="Commission clawed back",
    says="Commission taken back in the period, mostly for cancelled bookings.",
    where=and_(to_partners, entry.entry == "clawed_back"),
)
own_commission_accrued = _partners(
    name="own_commission_accrued",
    title="Own commission accrued",
    says="Commission of those through whom the bookings came, recognised in the period.",
    better="higher",
    for_partners=True,
    where=and_(entry.leg.in_(OWN_LEGS), entry.entry == "accrued"),
)
own_commission_paid = _partners(
    name="own_commission_paid",
    title="Own commission paid",
    says="Commission paid in the period to those through whom the bookings came.",
    better="higher",
    for_partners=True,
    where=and_(entry.leg.in_(OWN_LEGS), entry.entry == "paid"),
)
_standing = partial(
    Stock, rows=claims, opened=entry.occurred_at, unit="money", owner="Finance", better="lower"
)
commission_balance = _standing(
    name="commission_balance",
    title="Commission owed",
    says="Commission accrued and neither paid nor clawed back by the end of the period.",
    value=case(
        (entry.entry == "accrued", entry.amount_base_minor),
        (entry.entry.in_(("paid", "clawed_back")), -entry.amount_base_minor),
    ),
    where=and_(to_partners, entry.entry.in_(("accrued", "paid", "clawed_back"))),
)
commission_outstanding = _standing(
    name="commission_outstanding",
    title="Commission invoiced and unpaid",
    says="Commission invoiced and not paid by the end of the period, by how long it is overdue.",
    value=case(
        (entry.entry == "invoiced", entry.amount_base_minor),
        (entry.entry == "paid", -entry.amount_base_minor),
    ),
    where=and_(to_partners, entry.entry.in_(("invoiced", "paid"))),
)
_accrued = and_(to_partners, entry.entry == "accrued")
effective_commission = Ratio(
    name="effective_commission",
    title="Effective commission",
    says="Commission accrued in the period over the value it was accrued on: weighted, without tax.",
    unit="share",
    better="neither",
    owner="Finance",
    top=_entries(
        name="commission_on_known_value",
        title="Commission on a known value",
        says="Commission accrued in the period of which the commissionable value is known.",
        where=and_(_accrued, entry.commissionable_base_minor.is_not(None)),
        better="neither",
        is_part=True,
    ),
    bottom=_entries(
        name="commissionable_value",
        title="Commissionable value",
        says="Value without tax on which the commission of the period was accrued, once for each leg.",
        value=entry.commissionable_base_minor,
        where=and_(_accrued, entry.amount_base_minor.is_not(None)),
        better="neither",
        is_part=True,
    ),
)
