"""Who uses the platform, how often, and who comes back.

A user is a visitor of whom there is a visit in the period. Retention holds the users of one period against
those of the period before.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy import Text, cast

from analytics_lib import schema
from analytics_lib.engines import LocalDate
from analytics_lib.facts.visits import all_sessions
from analytics_lib.facts.visits import sessions as visits
from analytics_lib.metric import Elapsed, Kept, Metric, Ratio
from analytics_lib.metrics.ai_usage import hours_elapsed

session = schema.sessions.c

_of = partial(Metric, rows=visits, dated=session.started_at, owner="Engagement", for_partners=True)
_rate = partial(Ratio, unit="share", owner="Engagement", for_partners=True)

sessions = _of(
    name="sessions",
    title="Sessions",
    says="Visits of people that began in the period; robots are left out.",
    unit="count",
)
bot_sessions = Metric(
    name="bot_sessions",
    title="Sessions of robots",
    says="Visits of robots that began in the period, which numbers of visits leave out.",
    unit="count",
    better="neither",
    owner="Engagement",
    for_partners=True,
    rows=all_sessions,
    dated=session.started_at,
    where=session.is_bot.is_(True),
)
active_users = _of(
    name="active_users",
    title="Active users",
    says="Different visitors with a visit in the period: of a day DAU, of a week WAU, of a month MAU.",
    unit="people",
    how="distinct",
    value=session.visitor_id,
    source="GA4, active users",
)
user_days = _of(
    name="user_days",
    title="Active days of users",
    says="Different pairs of visitor and local day with a visit in the period.",
    unit="count",
    how="distinct",
    value=session.visitor_id + " " + cast(LocalDate(session.started_at), Text),
    is_part=True,
)
days_elapsed = Elapsed(
    name="days_elapsed",
    title="Days",
    says="Local days of the period that have passed.",
    unit="days",
    elapsed="day",
    is_part=True,
)
daily_active_users = Ratio(
    name="daily_active_users",
    title="Daily active users",
    says="Mean of the different visitors of each local day of the period that has passed.",
    unit="people",
    owner="Engagement",
    for_partners=True,
    small_base=1,
    top=user_days,
    bottom=days_elapsed,
)
stickiness = _rate(
    name="stickiness",
    title="Stickiness",
    says="Mean daily active users over all active users of the same period: DAU over MAU for a month.",
    top=daily_active_users,
    bottom=active_users,
)
sessions_per_hour = Ratio(
    name="sessions_per_hour",
    title="Sessions per hour",
    says="Mean visits per local hour; by weekday and hour of day it shows when people come.",
    unit="ratio",
    better="neither",
    owner="Engagement",
    for_partners=True,
    small_base=1,
    top=sessions,
    bottom=hours_elapsed,
)
sessions_per_user = Ratio(
    name="sessions_per_user",
    title="Sessions per user",
    says="Visits of the period over the different visitors.",
    unit="ratio",
    owner="Engagement",
    for_partners=True,
    top=sessions,
    bottom=active_users,
)
_users = partial(
    Kept,
    rows=visits,
    who=session.visitor_id,
    dated=session.started_at,
    unit="people",
    owner="Engagement",
    for_partners=True,
    is_part=True,
)
users_before = _users(
    name="users_before",
    title="Users of the period before",
    says="Different visitors of the period before.",
    side="base",
)
users_kept = _users(
    name="users_kept",
    title="Users who came back",
    says="Visitors of the period before who are there again in this one.",
    side="kept",
)
users_lost = _users(
    name="users_lost",
    title="Users who stayed away",
    says="Visitors of the period before who are not there in this one.",
    better="lower",
    side="lost",
)
user_retention_rate = _rate(
    name="user_retention_rate",
    title="User retention",
    says="Of the visitors of the period before, the share that is there again in this one.",
    top=users_kept,
    bottom=users_before,
    source="Mixpanel, retention",
)
user_churn_rate = _rate(
    name="user_churn_rate",
    title="User churn",
    says="Of the visitors of the period before, the share that is not there in this one.",
    better="lower",
    top=users_lost,
    bottom=users_before,
)
