"""Attempts to pay: what is declined at which stage and why, and what is tried after that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.days import DAY_SECONDS
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery, Quantiles
from analytics_lib.sources.sample.payment_methods import (
    ADRIA,
    CARD,
    CARDONA,
    METHODS,
    TRANSFER,
    WALLET,
    choose_again,
    choose_provider,
)
from analytics_lib.sources.sample.payment_plans import Intents
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import PROVIDER_FAILURE
from analytics_lib.sources.sample.terms import NEVER

MOST_TRIES = 5

STAGES = ("risk", "authentication", "issuer", "abandoned")
RISK, AUTHENTICATION, ISSUER, ABANDONED = range(len(STAGES))
# Shares of the stages at which card, PayPal, transfer and wallet fail; then a card on file.
_STAGE = Lottery([(9, 22, 51, 18), (11, 0, 51, 38), (0, 0, 0, 1), (9, 9, 60, 22), (4, 9, 84, 3)])
_ON_FILE = len(METHODS)
# Codes with their stage and weight.
_CODES = (
    ("suspected_fraud", RISK, 72),
    ("stolen_card", RISK, 28),
    ("3ds_failed", AUTHENTICATION, 58),
    ("3ds_timeout", AUTHENTICATION, 42),
    ("insufficient_funds", ISSUER, 36),
    ("do_not_honor", ISSUER, 31),
    ("card_declined", ISSUER, 22),
    ("expired_card", ISSUER, 11),
    ("left_page", ABANDONED, 63),
    ("session_expired", ABANDONED, 37),
    ("provider_timeout", ABANDONED, 0),
)
CODES = tuple(name for name, _, _ in _CODES)
_CODE = Lottery([[weight if of == stage else 0 for _, of, weight in _CODES] for stage in range(len(STAGES))])
_LEFT_PAGE, _SESSION_EXPIRED, _PROVIDER_TIMEOUT = (
    CODES.index(name) for name in ("left_page", "session_expired", "provider_timeout")
)

# First attempts that fail, in ten-thousandths by method. Where a booking is confirmed within seconds there
# was no time for a second one: percent of that by business model and time left, the last for no limit.
_DECLINED = np.array([1_380, 640, 60, 600], dtype=np.int64)
_TIME_STEPS = np.array([30, 120, 30 * DAY_SECONDS], dtype=np.int64)
_DECLINED_PERCENT = np.array([(0, 125, 230, 90), (0, 100, 100, 80), (0, 85, 130, 90)], dtype=np.int64)
_DECLINED_AGAIN = 2_800
"""Second and later attempts that fail too, where there is time for another one."""
_NEVER_PAID_TRIES = Lottery([(0, 50, 28, 13, 6, 3)])
# While a provider fails: attempts there that succeed all the same; bookings that expire because of it, and
# how many of their buyers leave after one attempt.
_GETS_THROUGH, _LOST_TO_FAILURE, _LEAVES_AT_ONCE = 300, 8_800, 7_500

# Seconds: from the booking to the first attempt, from the attempt to its answer, and to the next attempt.
_FIRST_TRY = Quantiles([[(0, 0), (7_000, 4), (9_500, 15), (10_000, 90)]])
_ANSWER = Quantiles([[(0, 1), (5_000, 3), (8_000, 9), (9_500, 35), (10_000, 90)]])
_NEXT_TRY = Quantiles(
    [
        [(0, 20), (3_000, 45), (7_000, 150), (9_500, 900), (10_000, 5_400)],
        [(0, 600), (3_000, 7_200), (7_000, 80_000), (10_000, 170_000)],
    ]
)
_FAILED_OVER_SOONEST, _FAILED_OVER_LATEST = 15, 400
_GIVEN_UP_SOONEST, _GIVEN_UP_LATEST = 600, 1_800
_TRANSFER_OVERDUE = 5 * DAY_SECONDS
_NEXT_TRANSFER_SOONEST, _NEXT_TRANSFER_LATEST = 6 * DAY_SECONDS, 12 * DAY_SECONDS


@dataclass(frozen=True)
class Attempts:
    """One array an attribute, in order of time; `intent` is a position in the intents.

    `answered` is the instant at which the attempt is authorised or known to have failed, `stage` and `code`
    are positions in STAGES and CODES, -1 where it succeeds. A transfer that succeeds is answered at once.
    """

    intent: IntArray
    method: IntArray
    provider: IntArray
    at: IntArray
    answered: IntArray
    succeeds: BoolArray
    stage: IntArray
    code: IntArray


@dataclass(frozen=True)
class _Round:
    """The first, the second or a later attempt of all intents that come so far.

    `after` counts the seconds from the intent's start.
    """

    intent: IntArray
    after: IntArray
    method: IntArray
    provider: IntArray
    is_down: BoolArray
    succeeds: BoolArray


def try_to_pay(world: World, booked: BookedSlice, intents: Intents) -> Attempts:
    """All attempts under the intents that are made before the booking is given up or the data ends."""
    draws = booked.draws(world.seed, "payment attempts")
    rounds = _rounds(draws, booked, intents)
    intent, after, method, provider = (
        np.concatenate([getattr(each, name) for each in rounds])
        for name in ("intent", "after", "method", "provider")
    )
    is_down = np.concatenate([each.is_down for each in rounds])
    succeeds = np.concatenate([each.succeeds for each in rounds])

    limit = intents.ends[intent] - intents.starts[intent]
    answer = np.minimum(_ANSWER.draw(draws.words(len(intent))), limit // 2)
    at = intents.starts[intent] + _fitted(len(intents.row), intent, after, limit - answer)
    stage, code = _reasons(draws, intents, intent, method, is_down)
    answered = at + np.where(method == TRANSFER, 0, answer)
    given_up = at + draws.within(_GIVEN_UP_SOONEST, _GIVEN_UP_LATEST, len(intent))
    overdue = np.where(code == _SESSION_EXPIRED, at + np.minimum(_TRANSFER_OVERDUE, limit), given_up)
    left = np.where(method == TRANSFER, overdue, np.where(is_down, at + answer, given_up))
    answered = np.where(~succeeds & (stage == ABANDONED), left, answered)

    cancelled = booked.fates.cancelled
    stopped = np.where(cancelled.happened, np.minimum(cancelled.at, world.through), world.through)
    made = np.flatnonzero(at < stopped[intents.row[intent]])
    made = made[np.lexsort((intent[made], at[made]))]
    return Attempts(
        intent=intent[made],
        method=method[made],
        provider=provider[made],
        at=at[made],
        answered=answered[made],
        succeeds=succeeds[made],
        stage=np.where(succeeds, -1, stage)[made],
        code=np.where(succeeds, -1, code)[made],
    )


def _rounds(draws: Draws, booked: BookedSlice, intents: Intents) -> list[_Round]:
    """Attempt after attempt, each for the intents that are still to be paid."""
    model = booked.model[intents.row]
    declines = _declines(draws, intents, model)
    size = len(intents.row)
    going, method = np.arange(size, dtype=np.int64), intents.method
    after = np.where(intents.is_balance, 0, _FIRST_TRY.draw(draws.words(size)))
    was_down = np.zeros(size, dtype=np.bool_)
    rounds = []
    for tries in range(MOST_TRIES):
        pays, in_failure = intents.pays[going], _in_failure(intents.starts[going] + after)
        provider = choose_provider(draws, method)
        by_card = np.isin(provider, (ADRIA, CARDONA))
        lost = draws.chance(_LOST_TO_FAILURE, len(going)) & in_failure & ~pays & (tries == 0)
        provider = np.where(by_card & lost, CARDONA, provider)
        elsewhere = was_down | (pays & in_failure & (tries == MOST_TRIES - 1))
        provider = np.where(by_card & elsewhere, ADRIA, provider)
        is_down = in_failure & (provider == CARDONA) & ~draws.chance(_GETS_THROUGH, len(going))
        succeeds = pays & ~is_down & (tries >= declines[going])
        rounds.append(_Round(going, after, method, provider, is_down, succeeds))

        again = ~succeeds & (pays | (tries + 1 < declines[going]))
        limited = (intents.ends[going] < NEVER)[again]
        going, was_down, after, method = going[again], is_down[again], after[again], method[again]
        after = after + _gap(draws, method, limited, was_down)
        switched = choose_again(draws, method, model[going])
        method = np.where(was_down, method, switched)
    return rounds


def _declines(draws: Draws, intents: Intents, model: IntArray) -> IntArray:
    """How many attempts fail before one succeeds; all of them where nobody pays."""
    size, limit = len(model), intents.ends - intents.starts
    step = np.searchsorted(_TIME_STEPS, limit, side="right")
    declined = draws.chance(_DECLINED[intents.method] * _DECLINED_PERCENT[model, step] // 100, size)
    declines = declined.astype(np.int64)
    for _ in range(MOST_TRIES - 2):
        declined &= draws.chance(np.where(step < 2, 0, _DECLINED_AGAIN), size)
        declines += declined
    in_failure = _in_failure(intents.starts) & np.isin(intents.method, (CARD, WALLET))
    leaves = (draws.chance(_LEAVES_AT_ONCE, size) & in_failure) | (intents.method == TRANSFER)
    tries = np.where(leaves, 1, _NEVER_PAID_TRIES.draw(draws.words(size)))
    return np.where(intents.pays, declines, tries)


def _gap(draws: Draws, method: IntArray, limited: BoolArray, was_down: BoolArray) -> IntArray:
    """Seconds to the next attempt: minutes at the checkout, days for what is due later."""
    size = len(method)
    gap = _NEXT_TRY.draw(draws.words(size), np.where(limited, 0, 1))
    transfer = draws.within(_NEXT_TRANSFER_SOONEST, _NEXT_TRANSFER_LATEST, size)
    failed_over = draws.within(_FAILED_OVER_SOONEST, _FAILED_OVER_LATEST, size)
    gap = np.where((method == TRANSFER) & ~limited, transfer, gap)
    return np.where(was_down, failed_over, gap)


def _fitted(intents: int, intent: IntArray, after: IntArray, room: IntArray) -> IntArray:
    """The same seconds, drawn together where the last attempt of an intent would come too late."""
    last, least = np.zeros(intents, dtype=np.int64), np.full(intents, NEVER, dtype=np.int64)
    np.maximum.at(last, intent, after)
    np.minimum.at(least, intent, room)
    last, least = last[intent], least[intent]
    return after * np.minimum(least, last) // np.maximum(last, 1)


def _reasons(
    draws: Draws, intents: Intents, intent: IntArray, method: IntArray, is_down: BoolArray
) -> tuple[IntArray, IntArray]:
    """At which stage an attempt fails if it does, and the code it fails with."""
    on_file = intents.is_balance[intent] & (method == CARD)
    stage = _STAGE.draw(draws.words(len(intent)), np.where(on_file, _ON_FILE, method))
    stage = np.where(is_down, ABANDONED, stage)
    code = _CODE.draw(draws.words(len(intent)), stage)
    # A transfer that is not made at a checkout is not left, it does not come.
    missing = (method == TRANSFER) & ((intents.ends[intent] == NEVER) | ~intents.pays[intent])
    code = np.where(missing, _SESSION_EXPIRED, np.where(method == TRANSFER, _LEFT_PAGE, code))
    return stage, np.where(is_down, _PROVIDER_TIMEOUT, code)


def _in_failure(instant: IntArray) -> BoolArray:
    within: BoolArray = (instant >= PROVIDER_FAILURE.begins) & (instant < PROVIDER_FAILURE.ends)
    return within
