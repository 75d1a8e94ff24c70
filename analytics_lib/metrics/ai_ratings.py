"""How content people are with the assistants: the ratings that they give to answers.

A rating counts if it is one of 1 to 5, of what a person asked, and given within 7 days of the question.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sqlalchemy import and_

from analytics_lib import schema
from analytics_lib.engines import shift
from analytics_lib.facts.assistants import ai_queries as queries
from analytics_lib.facts.assistants import is_question
from analytics_lib.metric import Metric, Ratio, Shrunk
from analytics_lib.metrics.ai_usage import ai_queries

query = schema.ai_queries.c

RATING_WINDOW = timedelta(days=7)
PRIOR_RATINGS = 20
"""How many ratings at the overall mean each assistant is given, so that few lucky ones do not win."""

_rated = partial(Metric, rows=queries, dated=query.rated_at, owner="AI", for_partners=True)
_rate = partial(Ratio, unit="share", owner="AI", for_partners=True)

in_window = and_(
    is_question,
    query.rating.between(1, 5),
    query.rated_at >= query.received_at,
    query.rated_at <= shift(query.received_at, RATING_WINDOW),
)
rating_total = _rated(
    name="rating_total",
    title="Points of ratings",
    says="Points given in the period, 1 to 5 each, within 7 days of the question.",
    unit="count",
    how="sum",
    value=query.rating,
    where=in_window,
    is_part=True,
)
ai_ratings = _rated(
    name="ai_ratings",
    title="Ratings",
    says="Ratings given in the period, within 7 days of the question.",
    unit="count",
    where=in_window,
)
ai_satisfaction = Ratio(
    name="ai_satisfaction",
    title="AI satisfaction",
    says="Mean rating given in the period, 1 to 5; questions without one do not count.",
    unit="score",
    owner="AI",
    for_partners=True,
    top=rating_total,
    bottom=ai_ratings,
    source="CSAT",
)
ai_satisfaction_ranked = Shrunk(
    name="ai_satisfaction_ranked",
    title="AI satisfaction for ranking",
    says="Mean rating, pulled towards the mean of all by 20 ratings, so that few lucky ones do not win.",
    unit="score",
    owner="AI",
    for_partners=True,
    top=rating_total,
    bottom=ai_ratings,
    weight=PRIOR_RATINGS,
    source="Bayesian mean",
)
content_ratings = _rated(
    name="content_ratings",
    title="Ratings of 4 and 5",
    says="Ratings of 4 and 5 given in the period.",
    unit="count",
    where=and_(in_window, query.rating >= 4),
    is_part=True,
)
ai_satisfied_share = _rate(
    name="ai_satisfied_share",
    title="Ratings of 4 and 5",
    says="Of the ratings given in the period, the share of 4 and 5.",
    top=content_ratings,
    bottom=ai_ratings,
    source="CSAT",
)
rated_queries = Metric(
    name="rated_queries",
    title="Questions rated",
    says="Questions of the period rated within 7 days.",
    unit="count",
    owner="AI",
    for_partners=True,
    rows=queries,
    dated=query.received_at,
    where=in_window,
    is_part=True,
)
ai_rating_rate = _rate(
    name="ai_rating_rate",
    title="Rating response rate so far",
    says="Of the questions of the period, the share that was rated so far, within 7 days.",
    better="neither",
    top=rated_queries,
    bottom=ai_queries,
)
