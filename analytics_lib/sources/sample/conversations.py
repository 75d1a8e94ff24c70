"""Conversations with the platform's agents: who opens one, with whom, about what, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from analytics_lib.sources.sample.agents import (
    ASKED_IN,
    HANDED_TO,
    LANDING,
    LIMIT,
    PAYING,
    TRADING,
    VIEWING,
    answer_times,
    fails,
    intents,
)
from analytics_lib.sources.sample.days import day_number
from analytics_lib.sources.sample.demand import B2C
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery, Quantiles
from analytics_lib.sources.sample.funnel import Steps, happened
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import PROVIDER_FAILURE
from analytics_lib.sources.sample.visits import BOOKS, NONE, Visits

# Visits with a conversation when the data begins, how many more a year later, and how many at the most.
_AT_FIRST, _MORE_A_YEAR, _AT_MOST = 380, 268, 1_500
_BOOKERS_PERCENT = 160

_TURNS = Lottery([(38, 25, 16, 10, 7, 4)])
_SAME_INTENT = 7_000
_NOT_UNDERSTOOD = 300
# Milliseconds from an answer to the next question.
_TO_READ = Quantiles([[(0, 3_000), (2_500, 11_000), (5_000, 22_000), (7_500, 45_000), (10_000, 180_000)]])

# Turns in which an agent calls a tool or hands over, how many of these are hand-overs, and when in the
# answer's time, in percent, the other one begins and how long it takes.
_CHILDREN, _HANDED_OVER = 1_200, 4_500
_BEGINS, _LASTS = (4, 18), (20, 70)
_CHILD_FAILS, _HANGS_TOO = 140, 6_000

_LAST_CALL = 3_600
"""Conversations of some turns that begin in the last hour of the data are still going on when it ends."""
_MS = 1_000
UNCLEAR = -1


@dataclass(frozen=True)
class Turns:
    """What was asked, one row each: turns of users first, then what agents asked tools and each other.

    `visit` is a position in Visits, `parent` a row of this table, NONE for turns of users; `intent` is
    UNCLEAR where it was not understood. `asked` and `took` are milliseconds; `took` lies beyond the agent's
    limit where no answer came in time.
    """

    visit: IntArray
    conversation: IntArray
    parent: IntArray
    agent: IntArray
    intent: IntArray
    asked: IntArray
    took: IntArray
    failed: BoolArray

    def __len__(self) -> int:
        return len(self.asked)


def converse(world: World, booked: BookedSlice, visits: Visits, steps: Steps) -> Turns:
    """All conversations held in these visits, as far as they were held before the data ends."""
    draws, through = booked.draws(world.seed, "conversations"), world.through * _MS
    who = _open(world, draws, visits)
    size = len(who)
    phase = np.where(
        happened(steps.checkout[who]), PAYING, np.where(happened(steps.viewed[who]), VIEWING, LANDING)
    )
    phase = np.where(visits.model[who] == B2C, phase, TRADING)
    first_agent = ASKED_IN.draw(draws.words(size), phase)
    until = np.where(happened(steps.checkout[who]), steps.checkout[who], steps.ended[who])
    began = visits.started[who] * _MS + draws.below((until - visits.started[who]) * _MS, size)
    in_failure = PROVIDER_FAILURE.holds(world.local.day_of(visits.started[who])) & (visits.model[who] == B2C)
    about = intents(draws, first_agent, in_failure)

    count = _TURNS.draw(draws.words(size)) + 1
    talk = np.repeat(np.arange(size, dtype=np.int64), count)
    agent = first_agent[talk]
    took = answer_times(draws, world, agent, began[talk] // _MS)
    pause = np.minimum(took, LIMIT[agent]) + _TO_READ.draw(draws.words(len(talk)))
    passed = np.cumsum(pause) - pause
    asked = began[talk] + passed - passed[(np.cumsum(count) - count)[talk]]
    intent = np.where(
        draws.chance(_SAME_INTENT, len(talk)), about[talk], intents(draws, agent, in_failure[talk])
    )
    intent = np.where(draws.chance(_NOT_UNDERSTOOD, len(talk)), UNCLEAR, intent)
    failed = fails(draws, agent)

    there = np.flatnonzero(asked < through)
    talk, agent, took, asked = talk[there], agent[there], took[there], asked[there]
    is_last, is_first = np.diff(talk, append=size) > 0, np.diff(talk, prepend=-1) > 0
    last = np.flatnonzero(is_last & ~is_first & (began[talk] >= through - _LAST_CALL * _MS))
    asked[last] = np.maximum(asked[last], through - np.minimum(took[last], LIMIT[agent[last]]) // 2)
    turns = Turns(
        visit=who[talk],
        conversation=talk,
        parent=np.full(len(there), NONE, dtype=np.int64),
        agent=agent,
        intent=intent[there],
        asked=asked,
        took=took,
        failed=failed[there],
    )
    children = _children(draws, turns, through)
    return Turns(
        **{
            field.name: np.concatenate((getattr(turns, field.name), getattr(children, field.name)))
            for field in fields(Turns)
        }
    )


def _open(world: World, draws: Draws, visits: Visits) -> IntArray:
    """The visits in which somebody turns to an agent: more each year, and more where a booking is made."""
    elapsed = world.local.day_of(visits.started) - day_number(FIRST_DAY)
    share = np.minimum(_AT_FIRST + _MORE_A_YEAR * elapsed // 365, _AT_MOST)
    share = share * np.where(visits.outcome == BOOKS, _BOOKERS_PERCENT, 100) // 100
    return np.flatnonzero(draws.chance(share, len(visits)) & visits.human)


def _children(draws: Draws, turns: Turns, through: int) -> Turns:
    """What agents ask tools and each other while they answer."""
    parent = np.flatnonzero(draws.chance(_CHILDREN, len(turns)))
    size, agent = len(parent), turns.agent[parent]
    other = HANDED_TO.draw(draws.words(size), agent)
    agent = np.where(draws.chance(_HANDED_OVER, size), other, agent)
    limit = LIMIT[turns.agent[parent]]
    span = np.minimum(turns.took[parent], limit)
    asked = turns.asked[parent] + span * draws.within(*_BEGINS, size) // 100
    took = span * draws.within(*_LASTS, size) // 100
    hangs = (turns.took[parent] > limit) & draws.chance(_HANGS_TOO, size)
    took = np.where(hangs, LIMIT[agent] + 1, np.minimum(took, LIMIT[agent]))
    failed = draws.chance(_CHILD_FAILS, size)
    there = np.flatnonzero(asked < through)
    parent = parent[there]
    return Turns(
        visit=turns.visit[parent],
        conversation=turns.conversation[parent],
        parent=parent,
        agent=agent[there],
        intent=turns.intent[parent],
        asked=asked[there],
        took=took[there],
        failed=failed[there],
    )
