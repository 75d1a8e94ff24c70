"""Rules for what visitors and customers do: sessions, quotes, AI queries and notifications."""

from __future__ import annotations

from itertools import pairwise

from sqlalchemy import or_

from analytics_lib import schema
from analytics_lib.engines import days_between
from analytics_lib.rules.row_rule import RowRule, strange

_s = schema.sessions.c
_q = schema.quotes.c
_a = schema.ai_queries.c
_n = schema.notifications.c

STATUSES = ("ok", "error", "timeout", "running")
MESSAGE_CHANNELS = ("email", "sms", "push", "whatsapp")

_FUNNEL = (_s.started_at, _s.searched_at, _s.viewed_at, _s.checkout_at, _s.booked_at)

VISIT_RULES: tuple[RowRule, ...] = (
    RowRule(
        "funnel_gap",
        "A session that has taken a step of the funnel has taken all the steps before it.",
        "sessions",
        or_(*(step.is_(None) & after.is_not(None) for step, after in pairwise(_FUNNEL[1:]))),
    ),
    RowRule(
        "funnel_order",
        "A session takes the steps of the funnel in their order.",
        "sessions",
        or_(*(after < step for step, after in pairwise(_FUNNEL))),
    ),
    RowRule("negative_quote", "A price quoted is not negative.", "quotes", _q.price_base_minor < 0),
    RowRule(
        "starts_before_quoted",
        "A stay starts on or after the day it is quoted, give or take a day of time zones.",
        "quotes",
        days_between(_q.quoted_at, _q.starts_on) > 1,
    ),
    RowRule(
        "completed_before_received",
        "An AI query is completed after it is received.",
        "ai_queries",
        _a.completed_at < _a.received_at,
    ),
    RowRule(
        "unknown_status",
        f"The status of an AI query is one of {', '.join(STATUSES)}.",
        "ai_queries",
        strange(_a.status, *STATUSES),
    ),
    RowRule(
        "running_and_completed",
        "An AI query that is running is not completed, and one that went well is.",
        "ai_queries",
        ((_a.status == "running") & _a.completed_at.is_not(None))
        | ((_a.status == "ok") & _a.completed_at.is_(None)),
    ),
    RowRule(
        "rating_out_of_range",
        "A rating is 1, 2, 3, 4 or 5.",
        "ai_queries",
        (_a.rating < 1) | (_a.rating > 5),
    ),
    RowRule(
        "rated_before_received",
        "An AI query is rated after it is received.",
        "ai_queries",
        _a.rated_at < _a.received_at,
    ),
    RowRule(
        "own_parent",
        "An AI query does not follow from itself.",
        "ai_queries",
        _a.parent_query_id == _a.query_id,
    ),
    RowRule(
        "unknown_message_channel",
        f"A message goes by one of {', '.join(MESSAGE_CHANNELS)}.",
        "notifications",
        strange(_n.channel, *MESSAGE_CHANNELS),
    ),
    RowRule(
        "received_before_sent",
        "A message is delivered, opened, clicked or lost after it is sent.",
        "notifications",
        or_(
            *(
                each < _n.sent_at
                for each in (_n.delivered_at, _n.opened_at, _n.machine_opened_at, _n.clicked_at, _n.failed_at)
            )
        ),
    ),
    RowRule(
        "failed_and_received",
        "A message that has failed is neither delivered nor opened nor clicked.",
        "notifications",
        _n.failed_at.is_not(None)
        & or_(
            _n.delivered_at.is_not(None),
            _n.opened_at.is_not(None),
            _n.machine_opened_at.is_not(None),
            _n.clicked_at.is_not(None),
        ),
    ),
    RowRule(
        "unreported_delivery",
        "A message whose channel reports no delivery has none.",
        "notifications",
        _n.reports_delivery.is_(False) & _n.delivered_at.is_not(None),
    ),
    RowRule(
        "unreported_open",
        "A message whose channel reports no opens has none, by people or machines.",
        "notifications",
        _n.reports_opens.is_(False) & (_n.opened_at.is_not(None) | _n.machine_opened_at.is_not(None)),
    ),
)
