"""What the platform's agents were asked, as a canonical table: how it ended, and how people liked it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.agents import AGENT_NAMES, INTENTS, LIMIT, RESOLVES, SMALL_TALK
from analytics_lib.sources.sample.conversations import UNCLEAR, Turns
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery, Quantiles
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.visits import Visits, scoped_visits

STATUSES = ("ok", "error", "timeout", "running")
_OK, _ERROR, _TIMEOUT, _RUNNING = range(4)

_UNDECIDED, _SMALL_TALK_UNDECIDED = 1_450, 9_000
_SLOW_MS, _SLOW_COSTS = 8_000, 1_200
"""An answer that took longer than this resolves less often, by so many ten-thousandths."""

_RATED = 600
# Ratings from 1 to 5: for answers that came soon, that were slow, that led to nothing.
_RATING = Lottery([(4, 4, 9, 33, 50), (13, 12, 20, 33, 22), (29, 19, 20, 20, 12)])
_RATED_SLOW_MS = 5_000
# Seconds from the answer to its rating.
_TO_RATING = Quantiles(
    [[(0, 2), (5_000, 24), (8_000, 300), (9_300, 3_600), (9_800, 86_400), (10_000, 604_000)]]
)
_MS = 1_000


def ai_queries_table(
    world: World,
    booked: BookedSlice,
    visits: Visits,
    turns: Turns,
    session_id: pa.Array,
    written: int,
    held: int,
) -> pa.Table:
    """The canonical table `ai_queries` in order of time.

    `written` is how many queries, and `held` how many conversations there are already.
    """
    draws = booked.draws(world.seed, "answers")
    order = np.argsort(turns.asked, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order), dtype=np.int64)
    query_id = numbered("ai", np.arange(written + 1, written + 1 + len(order), dtype=np.int64), 8)

    status = _status(world, turns)
    answered_at = turns.asked + turns.took
    is_turn, is_ok = turns.parent < 0, status == _OK
    resolved, decided = _resolved(draws, turns)
    rating, rated, rated_at = _ratings(draws, turns, resolved | ~decided, answered_at // _MS)
    decided &= is_turn & is_ok
    rated &= is_turn & is_ok & (rated_at < world.through)
    visit, parent = turns.visit[order], turns.parent[order]
    return as_table(
        "ai_queries",
        {
            "query_id": query_id,
            "parent_query_id": query_id.take(pa.array(place[parent], mask=parent < 0)),
            "conversation_id": numbered("cv", held + 1 + turns.conversation[order], 8),
            "session_id": session_id.take(pa.array(visit)),
            "agent": named(AGENT_NAMES, turns.agent[order]),
            "intent": named(INTENTS, turns.intent[order], turns.intent[order] != UNCLEAR),
            "received_at": _milliseconds(turns.asked[order]),
            "completed_at": _milliseconds(answered_at[order], ((status == _OK) | (status == _ERROR))[order]),
            "limit_ms": whole(LIMIT[turns.agent[order]]),
            "status": named(STATUSES, status[order]),
            "resolved": pa.array(resolved[order], mask=~decided[order]),
            "rating": whole(rating[order], rated[order]),
            "rated_at": instants(rated_at[order], rated[order]),
            **scoped_visits(world, visits, visit),
        },
    )


def _status(world: World, turns: Turns) -> IntArray:
    """How each query ended; it still runs where its answer, or its limit, would lie beyond the data."""
    limit = LIMIT[turns.agent]
    status = np.where(turns.took > limit, _TIMEOUT, np.where(turns.failed, _ERROR, _OK))
    return np.where(turns.asked + np.minimum(turns.took, limit) >= world.through * _MS, _RUNNING, status)


def _resolved(draws: Draws, turns: Turns) -> tuple[BoolArray, BoolArray]:
    """Whether the goal was reached, and whether that can be told."""
    size = len(turns)
    share = RESOLVES[turns.agent] - np.where(turns.took > _SLOW_MS, _SLOW_COSTS, 0)
    undecided = np.where(turns.intent == SMALL_TALK, _SMALL_TALK_UNDECIDED, _UNDECIDED)
    return draws.chance(share, size), ~draws.chance(undecided, size)


def _ratings(
    draws: Draws, turns: Turns, helped: BoolArray, answered: IntArray
) -> tuple[IntArray, BoolArray, IntArray]:
    """Ratings from 1 to 5, who gives one, and when: mostly within the hour, a week later at the most."""
    size = len(turns)
    mood = np.where(helped, (turns.took > _RATED_SLOW_MS).astype(np.int64), 2)
    rating = 1 + _RATING.draw(draws.words(size), mood)
    return rating, draws.chance(_RATED, size), answered + 1 + _TO_RATING.draw(draws.words(size))


def _milliseconds(numbers: IntArray, present: BoolArray | None = None) -> pa.Array:
    """UTC milliseconds since 1970 as timestamps; NULL where not present."""
    absent = None if present is None else ~present
    return pa.array(numbers * 1_000, type=pa.int64(), mask=absent).cast(pa.timestamp("us"))
