"""What it costs and what it brings: costs, return on investment, channels, exchange rates, the order book."""

from __future__ import annotations

from functools import partial

from sqlalchemy import and_

from analytics_lib import schema
from analytics_lib.engines import AtReferenceRate
from analytics_lib.facts import bookings, moment
from analytics_lib.facts.money import costs as spent
from analytics_lib.metric import Metric, Ratio, Stock, Sum
from analytics_lib.metrics.commissions import net_revenue, net_revenue_of_bookings
from analytics_lib.metrics.customers import new_customers
from analytics_lib.metrics.engagement import sessions
from analytics_lib.metrics.payments import payment_fees

cost, booking = schema.costs.c, schema.bookings.c

_spent = partial(
    Metric,
    rows=spent,
    dated=cost.spent_on,
    how="sum",
    value=cost.amount_base_minor,
    unit="money",
    better="lower",
    owner="Finance",
)
_ratio = partial(Ratio, owner="Finance")

costs = _spent(
    name="costs",
    title="Costs",
    says="Marketing, incentives, support and platform costs of the period.",
)
marketing_costs = _spent(
    name="marketing_costs",
    title="Marketing costs",
    says="What was spent on marketing in the period.",
    where=cost.kind == "marketing",
)
incentive_costs = _spent(
    name="incentive_costs",
    title="Incentives",
    says="Incentives paid to partners in the period.",
    where=cost.kind == "incentive",
)
support_costs = _spent(
    name="support_costs",
    title="Support costs",
    says="What support cost in the period.",
    where=cost.kind == "support",
)
contribution = Sum(
    name="contribution",
    title="Contribution",
    says="Net revenue of the period less the fees of its payments, before other costs.",
    unit="money",
    owner="Finance",
    plus=(net_revenue,),
    minus=(payment_fees,),
)
_gain = Sum(
    name="return_after_costs",
    title="Return after costs",
    says="Contribution of the period less all its costs.",
    unit="money",
    owner="Finance",
    plus=(contribution,),
    minus=(costs,),
    is_part=True,
)
return_on_investment = _ratio(
    name="return_on_investment",
    title="Return on investment",
    says="Contribution of the period less its costs, over these costs; no costs give no number.",
    unit="share",
    small_base=1,
    top=_gain,
    bottom=costs,
)
contribution_per_session = _ratio(
    name="contribution_per_session",
    title="Contribution per session",
    says="What the platform keeps so far of bookings placed, less marketing, over the visits of the period.",
    unit="money",
    top=Sum(
        name="net_revenue_after_marketing",
        title="Net revenue after marketing",
        says="Net revenue of the bookings placed in the period less what marketing cost in it.",
        unit="money",
        owner="Finance",
        plus=(net_revenue_of_bookings,),
        minus=(marketing_costs,),
        is_part=True,
    ),
    bottom=sessions,
)
customer_acquisition_cost = _ratio(
    name="customer_acquisition_cost",
    title="Customer acquisition cost",
    says="Marketing costs of the period for each customer whose first booking was placed in it.",
    unit="money",
    better="lower",
    top=marketing_costs,
    bottom=new_customers,
)
return_on_ad_spend = _ratio(
    name="return_on_ad_spend",
    title="Return on ad spend",
    says="What the platform keeps so far of the period's bookings, for each unit of marketing cost.",
    unit="ratio",
    small_base=1,
    top=net_revenue_of_bookings,
    bottom=marketing_costs,
)
_valued = partial(
    Metric,
    rows=bookings,
    dated=booking.created_at,
    how="sum",
    unit="money",
    owner="Finance",
    for_partners=True,
)
gross_bookings_value_at_reference_rates = _valued(
    name="gross_bookings_value_at_reference_rates",
    title="Gross bookings value at constant rates",
    says="Value of the bookings placed, at the rates in force where the period asked for began.",
    value=AtReferenceRate(booking.price_minor, booking.currency),
    where=booking.price_base_minor.is_not(None),
    source="constant-currency growth",
)
exchange_effect = _valued(
    name="exchange_effect",
    title="Exchange effect",
    says="What the bookings placed are worth more than at the rates where the period asked for began.",
    better="neither",
    value=booking.price_base_minor - AtReferenceRate(booking.price_minor, booking.currency),
    source="own: Σ local × (rate at transaction − reference rate)",
)
_ahead = partial(
    Stock,
    rows=bookings,
    opened=booking.created_at,
    closed=booking.cancelled_at,
    where=and_(booking.starts_on >= moment.c.day, booking.no_show_at.is_(None)),
    owner="Finance",
    for_partners=True,
)
bookings_on_the_books = _ahead(
    name="bookings_on_the_books",
    title="On the books",
    says="Bookings that have not begun by the period's end and are not cancelled by then.",
    unit="count",
    source="hotel revenue management",
)
value_on_the_books = _ahead(
    name="value_on_the_books",
    title="Value on the books",
    says="Value of the bookings that have not begun by the period's end and are not cancelled by then.",
    unit="money",
    value=booking.price_base_minor,
    source="hotel revenue management",
)
_ahead_before = _ahead(
    name="bookings_on_the_books_before",
    title="On the books before",
    says="Bookings for the same days of travel that stood when the period began.",
    unit="count",
    at="start",
    is_part=True,
)
pickup = Sum(
    name="pickup",
    title="Pickup",
    says="How many more bookings stand for travel after the period than when it began; may be negative.",
    unit="count",
    owner="Finance",
    for_partners=True,
    plus=(bookings_on_the_books,),
    minus=(_ahead_before,),
    source="hotel revenue management",
)
