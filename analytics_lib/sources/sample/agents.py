"""The platform's agents: who they are, what they are asked, and how long they take to answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.days import DAY_SECONDS, local_instant
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery, Quantiles
from analytics_lib.sources.sample.slices import World
from analytics_lib.sources.sample.story import FAILING_AGENT, SLOW_AGENT, SLOW_FROM


@dataclass(frozen=True)
class Agent:
    """An agent.

    `limit` is the longest that an answer may take, in milliseconds; `pace` what it takes beside the common
    time, in percent; `fails`, `hangs` and `resolves` are ten-thousandths of the turns.
    """

    name: str
    limit: int
    pace: int
    fails: int
    hangs: int
    resolves: int


AGENTS = (
    Agent("concierge", 20_000, 82, 120, 0, 8_200),
    Agent(SLOW_AGENT, 30_000, 165, 160, 0, 7_300),
    Agent("booking_help", 20_000, 100, 140, 0, 7_700),
    Agent(FAILING_AGENT, 20_000, 130, 1_020, 660, 4_300),
    Agent("translator", 20_000, 56, 100, 0, 9_300),
)
AGENT_NAMES = tuple(agent.name for agent in AGENTS)
LIMIT, _PACE, _FAILS, _HANGS, RESOLVES = (
    np.array([getattr(agent, name) for agent in AGENTS], dtype=np.int64)
    for name in ("limit", "pace", "fails", "hangs", "resolves")
)
_SLOW = AGENT_NAMES.index(SLOW_AGENT)
_SLOWER = 300
"""Percent of its former time that the slow agent takes from its bad day on."""

# Who is asked: in visits that only land or search, that view, that go to the checkout, and by the trade.
ASKED_IN = Lottery([(44, 27, 12, 7, 10), (39, 31, 13, 6, 11), (27, 14, 42, 11, 6), (18, 21, 44, 13, 4)])
LANDING, VIEWING, PAYING, TRADING = range(4)
# Whom each agent hands over to.
HANDED_TO = Lottery(
    [(0, 45, 35, 12, 8), (62, 0, 28, 0, 10), (30, 8, 0, 58, 4), (26, 0, 70, 0, 4), (86, 8, 6, 0, 0)]
)

INTENTS = (
    "find_hotel",
    "plan_trip",
    "local_tips",
    "change_booking",
    "cancel_booking",
    "payment_problem",
    "refund_status",
    "translate",
    "small_talk",
)
SMALL_TALK, _PAYMENT_PROBLEM = INTENTS.index("small_talk"), INTENTS.index("payment_problem")
_INTENTS_OF = np.array(
    [
        (44, 5, 33, 3, 0, 0, 0, 0, 15),
        (16, 71, 10, 0, 0, 0, 0, 0, 3),
        (3, 0, 0, 43, 25, 20, 6, 0, 3),
        (0, 0, 0, 2, 20, 12, 65, 0, 1),
        (0, 0, 6, 0, 0, 0, 0, 90, 4),
    ],
    dtype=np.int64,
)
_MORE_PROBLEMS = 6
"""So many times as many ask about a payment while the payment provider fails."""
_IN_FAILURE = _INTENTS_OF * np.where(np.arange(len(INTENTS)) == _PAYMENT_PROBLEM, _MORE_PROBLEMS, 1)
_INTENT = Lottery(np.concatenate((_INTENTS_OF, _IN_FAILURE)))

# Milliseconds to an answer, before the agent's pace; then spread so that the corners do not show.
_ANSWERING = Quantiles(
    [
        [
            (0, 220),
            (500, 400),
            (2_500, 720),
            (5_000, 1_100),
            (7_500, 1_800),
            (9_000, 3_150),
            (9_500, 4_500),
            (9_900, 11_000),
            (9_980, 22_000),
            (10_000, 50_000),
        ]
    ]
)
_SPREAD = (75, 125)
_EVENING, _IN_THE_EVENING = (19, 22), 128
_BEYOND = 1_000


def intents(draws: Draws, agent: IntArray, in_failure: BoolArray) -> IntArray:
    """What an agent is asked."""
    return _INTENT.draw(draws.words(len(agent)), agent + len(AGENTS) * in_failure)


def fails(draws: Draws, agent: IntArray) -> BoolArray:
    """Whether a turn ends in an error, if it is not too slow."""
    return draws.chance(_FAILS[agent], len(agent))


def answer_times(draws: Draws, world: World, agent: IntArray, instant: IntArray) -> IntArray:
    """Milliseconds to each answer, if the agent were let finish; agents are slower in the evening.

    Who hangs takes longer than its limit.
    """
    size = len(agent)
    begin = world.local.begin(world.local.day_of(instant))
    hour = (instant - begin) * 24 // DAY_SECONDS
    evening = (hour >= _EVENING[0]) & (hour < _EVENING[1])
    slow = (agent == _SLOW) & (instant >= local_instant(SLOW_FROM))
    took = _ANSWERING.draw(draws.words(size)) * draws.within(*_SPREAD, size) // 100 * _PACE[agent] // 100
    took = took * np.where(evening, _IN_THE_EVENING, 100) // 100 * np.where(slow, _SLOWER, 100) // 100
    return np.where(draws.chance(_HANGS[agent], size), np.maximum(took, LIMIT[agent] + _BEYOND), took)
