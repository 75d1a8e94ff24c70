"""Messages to customers."""

from __future__ import annotations

from analytics_lib import schema
from analytics_lib.facts.cuts import to_partner, when, who_sold
from analytics_lib.facts.fact import Dimension, Fact, named

_message = schema.notifications.c

notifications = Fact(
    name="notifications",
    table=schema.notifications,
    known_at=_message.sent_at,
    dimensions=named(
        (
            *who_sold(schema.notifications),
            Dimension("channel", "Channel", _message.channel),
            Dimension("campaign", "Campaign", _message.campaign),
            *when(_message.sent_at),
        )
    ),
    joins=(to_partner(_message.partner_id),),
    customer=_message.customer_id,
)
