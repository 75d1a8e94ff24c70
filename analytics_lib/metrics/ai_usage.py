"""The assistants: how much they are asked, how long they take, and whether they help.

A query is what a person asked; what an assistant calls by itself is counted by `ai_calls` alone. A query
that ran into its time limit waited for that long.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from sqlalchemy import and_, case

from analytics_lib import schema
from analytics_lib.facts.assistants import (
    ai_queries as queries,
)
from analytics_lib.facts.assistants import (
    conversations as begun,
)
from analytics_lib.facts.assistants import (
    has_finished,
    is_question,
    waited_ms,
)
from analytics_lib.metric import Elapsed, Metric, Ratio, Share
from analytics_lib.metrics.placed import total_bookings

query = schema.ai_queries.c

TARGET_MS = 2_000
"""The response time that satisfies; up to four times it is tolerated (Apdex)."""

_of = partial(Metric, rows=queries, owner="AI", for_partners=True)
_asked = partial(_of, dated=query.received_at)
_rate = partial(Ratio, unit="share", owner="AI", for_partners=True)

ai_queries = _asked(
    name="ai_queries",
    title="Assistant queries",
    says="Questions that people asked the assistants in the period.",
    unit="count",
    better="neither",
    where=is_question,
)
ai_calls = _asked(
    name="ai_calls",
    title="Assistant calls",
    says="All that the assistants worked on in the period, with what they called themselves.",
    unit="count",
    better="neither",
)
ai_queries_share = Share(
    name="ai_queries_share",
    title="Share of queries",
    says="A group's part of the questions of the period, such as an intent's.",
    unit="share",
    better="neither",
    owner="AI",
    for_partners=True,
    of=ai_queries,
)
ai_conversations = Metric(
    name="ai_conversations",
    title="Conversations",
    says="Conversations that began in the period, under the assistant and intent of their first question.",
    unit="count",
    better="neither",
    owner="AI",
    for_partners=True,
    rows=begun,
    dated=begun.known_at,
)
hours_elapsed = Elapsed(
    name="hours_elapsed",
    title="Hours",
    says="Local hours of the period that have passed, in the slot asked for.",
    unit="count",
    elapsed="hour",
    is_part=True,
)
ai_queries_per_hour = Ratio(
    name="ai_queries_per_hour",
    title="Queries per hour",
    says="Mean questions per local hour; by weekday and hour of day it shows the peak times.",
    unit="ratio",
    better="neither",
    owner="AI",
    for_partners=True,
    small_base=1,
    top=ai_queries,
    bottom=hours_elapsed,
)


def _response(name: str, words: str, says: str, share: float) -> Metric:
    return _asked(
        name=name,
        title=f"Response time, {words}",
        says=says,
        unit="ms",
        better="lower",
        how="quantile",
        value=waited_ms(),
        where=and_(is_question, has_finished),
        share=share,
    )


ai_response_p50 = _response(
    "ai_response_p50", "median", "Of the questions of the period that have ended, half took no longer.", 0.5
)
ai_response_p95 = _response(
    "ai_response_p95",
    "95th percentile",
    "Of the questions of the period that have ended, 95 in 100 took no longer.",
    0.95,
)
ai_response_p99 = _response(
    "ai_response_p99",
    "99th percentile",
    "Of the questions of the period that have ended, 99 in 100 took no longer.",
    0.99,
)
finished_queries = _asked(
    name="finished_queries",
    title="Finished queries",
    says="Questions of the period that were answered, failed or ran into their limit.",
    unit="count",
    where=and_(is_question, has_finished),
    is_part=True,
)
apdex_halves = _asked(
    name="apdex_halves",
    title="Apdex points",
    says="Two points for each question of the period answered within the target, one within four times it.",
    unit="count",
    how="sum",
    value=case(
        (query.status != "ok", 0), (waited_ms() <= TARGET_MS, 2), (waited_ms() <= 4 * TARGET_MS, 1), else_=0
    ),
    where=and_(is_question, has_finished),
    is_part=True,
)
ai_apdex = Ratio(
    name="ai_apdex",
    title="Apdex (2 s)",
    says="How content response times leave people, 0 to 1, with a target of 2 seconds; errors frustrate.",
    unit="score",
    owner="AI",
    for_partners=True,
    top=apdex_halves,
    bottom=finished_queries,
    times=Fraction(1, 2),
    source="Apdex Alliance",
)
answered_queries = _asked(
    name="answered_queries",
    title="Answered queries",
    says="Questions of the period that were answered without an error.",
    unit="count",
    where=and_(is_question, has_finished, query.status == "ok"),
    is_part=True,
)
ai_success_rate = _rate(
    name="ai_success_rate",
    title="Technical success rate",
    says="Of the questions of the period that have ended, the share answered without error or time-out.",
    top=answered_queries,
    bottom=finished_queries,
)
_conversed = partial(
    Metric, rows=begun, dated=begun.known_at, unit="count", owner="AI", for_partners=True, is_part=True
)
known_outcomes = _conversed(
    name="known_outcomes",
    title="Conversations with an outcome",
    says="Conversations begun in the period of which it is known whether they reached their goal.",
    where=begun.table.c.outcome_at.is_not(None),
)
reached_goals = _conversed(
    name="reached_goals",
    title="Conversations that reached their goal",
    says="Conversations begun in the period in which an answer solved what was asked.",
    where=begun.table.c.reached_at.is_not(None),
)
ai_task_success_rate = _rate(
    name="ai_task_success_rate",
    title="Task success rate",
    says="Of the conversations of the period with a known outcome, the share that reached its goal.",
    top=reached_goals,
    bottom=known_outcomes,
)
ai_outcome_known_rate = _rate(
    name="ai_outcome_known_rate",
    title="Known outcomes",
    says="Of the conversations of the period, the share of which the outcome is known.",
    better="neither",
    top=known_outcomes,
    bottom=ai_conversations,
)
ai_wait_above_target = _asked(
    name="ai_wait_above_target",
    title="Waiting above target",
    says="Seconds that people waited beyond 2 seconds, summed over the questions of the period.",
    unit="seconds",
    better="lower",
    how="sum",
    value=case((waited_ms() > TARGET_MS, waited_ms() - TARGET_MS), (waited_ms() <= TARGET_MS, 0)),
    where=and_(is_question, has_finished),
    per=1000,
)
ai_wait_share = Share(
    name="ai_wait_share",
    title="Share of waiting",
    says="A group's part of all waiting beyond 2 seconds: by assistant and intent it shows the bottleneck.",
    unit="share",
    better="lower",
    owner="AI",
    for_partners=True,
    of=ai_wait_above_target,
)
ai_assisted_bookings = _of(
    name="ai_assisted_bookings",
    title="AI-assisted bookings",
    says="Bookings placed in the period in a visit that asked an assistant too: together, not because of it.",
    unit="count",
    dated=schema.bookings.c.created_at,
    how="distinct",
    value=schema.bookings.c.booking_id,
    where=and_(is_question, schema.bookings.c.is_test.is_not(True)),
)
ai_assisted_share = _rate(
    name="ai_assisted_share",
    title="AI-assisted share of bookings",
    says="Of the bookings placed in the period, the share whose visit also asked an assistant.",
    better="neither",
    top=ai_assisted_bookings,
    bottom=total_bookings,
)
