"""How far each visit comes, and when: search, view, checkout; each step only after the one before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.draws import BoolArray, IntArray, Quantiles
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.visits import BOOKS, CRAWLS, Visits

NEVER = 2**62
"""The instant of a step that is not taken, or not before the data ends."""

# By outcome (books, returns, looks, fails, crawls) and device (desktop, mobile, tablet), in ten-thousandths:
# who searches; who of these views an offer; who of these goes to the checkout.
_SEARCHES = np.array(
    [(10_000,) * 3, (8_400, 8_000, 8_200), (6_000, 5_500, 5_700), (10_000,) * 3, (4_500,) * 3], dtype=np.int64
)
_VIEWS = np.array(
    [(10_000,) * 3, (8_300, 8_000, 8_100), (6_900, 6_400, 6_600), (10_000,) * 3, (0,) * 3], dtype=np.int64
)
_CHECKS_OUT = np.array(
    [(10_000,) * 3, (1_900, 1_700, 1_800), (1_500, 1_350, 1_400), (10_000,) * 3, (0,) * 3], dtype=np.int64
)

# Seconds to the first search, from there to the first view, from there to the checkout, and to the end.
_TO_SEARCH = Quantiles([[(0, 3), (2_500, 9), (5_000, 20), (7_500, 48), (9_500, 190), (10_000, 600)]])
_TO_VIEW = Quantiles([[(0, 5), (2_500, 24), (5_000, 55), (7_500, 120), (9_500, 400), (10_000, 900)]])
_TO_CHECKOUT = Quantiles([[(0, 30), (2_500, 90), (5_000, 180), (7_500, 360), (9_500, 900), (10_000, 1_500)]])
_TO_END = Quantiles(
    [
        [(0, 2), (2_500, 9), (5_000, 30), (7_500, 90), (9_500, 400), (10_000, 900)],
        [(0, 20), (2_500, 70), (5_000, 150), (7_500, 300), (9_500, 700), (10_000, 1_200)],
        [(0, 0), (5_000, 4), (9_000, 20), (10_000, 60)],
    ]
)
_LANDED, _SEARCHED, _CRAWLED = range(3)

# Where the steps of a visit that books lie between its start and its booking, in thousandths.
_SEARCH_SHARE, _VIEW_SHARE, _CHECKOUT_SHARE = (15, 150), (220, 500), (620, 930)


@dataclass(frozen=True)
class Steps:
    """Instants of each visit's steps, NEVER where there is none, and of its last sign of life."""

    searched: IntArray
    viewed: IntArray
    checkout: IntArray
    ended: IntArray


def walk(world: World, booked: BookedSlice, visits: Visits) -> Steps:
    """The steps of each visit."""
    draws, size = booked.draws(world.seed, "funnel"), len(visits)
    books, crawls = visits.outcome == BOOKS, visits.outcome == CRAWLS
    searches = draws.below(10_000, size) < _SEARCHES[visits.outcome, visits.device]
    views = searches & (draws.below(10_000, size) < _VIEWS[visits.outcome, visits.device])
    checks_out = views & (draws.below(10_000, size) < _CHECKS_OUT[visits.outcome, visits.device])

    searched, viewed, checkout = (np.full(size, NEVER, dtype=np.int64) for _ in range(3))
    who = np.flatnonzero(searches)
    searched[who] = visits.started[who] + _TO_SEARCH.draw(draws.words(len(who)))
    who = np.flatnonzero(views)
    viewed[who] = searched[who] + _TO_VIEW.draw(draws.words(len(who)))
    who = np.flatnonzero(checks_out)
    checkout[who] = viewed[who] + _TO_CHECKOUT.draw(draws.words(len(who)))

    who = np.flatnonzero(books)
    booked_at, started = booked.created[visits.booking[who]], visits.started[who]
    for step, (low, high) in (
        (searched, _SEARCH_SHARE),
        (viewed, _VIEW_SHARE),
        (checkout, _CHECKOUT_SHARE),
    ):
        step[who] = started + (booked_at - started) * draws.within(low, high, len(who)) // 1_000

    last = visits.started.copy()
    for step in (searched, viewed, checkout):
        last = np.where(step < NEVER, step, last)
    last[who] = booked_at
    pace = np.where(crawls, _CRAWLED, np.where(searches, _SEARCHED, _LANDED))
    ended = last + _TO_END.draw(draws.words(size), pace)
    searched, viewed, checkout = (_until(step, world.through) for step in (searched, viewed, checkout))
    return Steps(searched, viewed, checkout, ended)


def happened(step: IntArray) -> BoolArray:
    """Which visits have taken the step."""
    taken: BoolArray = step < NEVER
    return taken


def _until(step: IntArray, through: int) -> IntArray:
    return np.where(step < through, step, NEVER)
