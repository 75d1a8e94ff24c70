"""What is searched for: in visits, and by partners' systems without one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.demand import MODELS, second_of_day
from analytics_lib.sources.sample.draws import WORD_BITS, BoolArray, IntArray, Lottery, words_of
from analytics_lib.sources.sample.funnel import Steps, happened
from analytics_lib.sources.sample.geography import COLLAPSED, DESTINATIONS
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import COLLAPSE
from analytics_lib.sources.sample.visits import BOOKS, CRAWLS, NONE, Visits
from analytics_lib.sources.sample.ways import CHANNELS

# How many searches a visit makes, from one: visits that book, others, machines.
_HOW_MANY = Lottery([(18, 25, 22, 16, 11, 8), (33, 27, 18, 11, 7, 4), (46, 20, 12, 8, 6, 8)])
_TO_THE_POINT = 6_800
"""Searches for the place that the visitor is after, before the last two."""
_REPEATED = 2_430
"""Searches that ask the same again, of those that come after one for the same place."""
_NEIGHBOURS = 60

# Searches by interface for one booking, differing by partner.
_LEAST, _MOST = 25, 60
_API_REPEATED = 3_500
_API_TO_THE_POINT = 3_000
_SHUN = 7_400
_NEAR = 200
_WEEK = 7
_API = CHANNELS.index("api")


@dataclass(frozen=True)
class Searches:
    """One search a row; `visit` is a position in Visits, NONE for searches without a session."""

    visit: IntArray
    model: IntArray
    partner: IntArray
    place: IntArray
    at: IntArray
    is_repeat: BoolArray
    is_test: BoolArray


def in_visits(world: World, booked: BookedSlice, visits: Visits, steps: Steps) -> Searches:
    """The searches of the visits that searched; who books searches for that place in the end."""
    draws = booked.draws(world.seed, "searches")
    rows = np.flatnonzero(happened(steps.searched))
    group = np.where(visits.outcome[rows] == BOOKS, 0, np.where(visits.outcome[rows] == CRAWLS, 2, 1))
    count = _HOW_MANY.draw(draws.words(len(rows)), group) + 1
    owner = np.repeat(np.arange(len(rows), dtype=np.int64), count)
    turn = np.arange(len(owner), dtype=np.int64) - (np.cumsum(count) - count)[owner]
    visit, size, of_all = rows[owner], len(owner), count[owner]

    # The first search is the visit's step; the others come at chance between it and the checkout or the end.
    first = steps.searched[visit]
    last = np.where(happened(steps.checkout), steps.checkout, steps.ended)[visit]
    share = np.where(turn > 0, turn * 1_000 + draws.below(1_000, size), 0)
    at = first + (last - first) * share // (of_all * 1_000)

    target = world.products.place[visits.product]
    neighbour = (visit + draws.within(1, _NEIGHBOURS, size)) % max(len(visits), 1)
    settled = (visits.outcome[visit] == BOOKS) & (of_all - turn <= 2)
    to_the_point = settled | draws.chance(_TO_THE_POINT, size)
    place = np.where(to_the_point, target[visit], target[neighbour])
    is_repeat = (turn > 0) & draws.chance(_REPEATED, size) & (place == np.roll(place, 1))

    there = np.flatnonzero(at < world.through)
    visit = visit[there]
    return Searches(
        visit=visit,
        model=visits.model[visit],
        partner=visits.partner[visit],
        place=place[there],
        at=at[there],
        is_repeat=is_repeat[there],
        is_test=visits.is_test[visit],
    )


def by_interface(world: World, booked: BookedSlice) -> Searches:
    """What partners' own systems search for: many times what they book, often the same again.

    They search in the weeks around a booking, on the same weekday. A week that lies beyond the data or the
    partner's time is mirrored at its border, so that the last weeks are as full as any others.
    """
    draws = booked.draws(world.seed, "searches by interface")
    bookings = np.flatnonzero(booked.channel == _API)
    ratio = look_to_book(world, booked.partner[bookings])
    row = np.repeat(bookings, ratio * draws.within(60, 140, len(bookings)) // 100)
    size, partner, model = len(row), booked.partner[row], booked.model[row]
    second = second_of_day(draws, model)
    opened = np.maximum(world.partners.joined[partner], world.begin)
    closed = np.minimum(world.partners.ended[partner], world.through)
    day = booked.day[row]
    weeks = draws.below(3, size) + draws.below(3, size) - 2
    left = (world.local.day_of(closed - 1) - day) // _WEEK
    past = (day - world.local.day_of(opened)) // _WEEK
    weeks = np.where(weeks > left, 2 * left + 1 - weeks, weeks)
    weeks = np.where(weeks < -past, -2 * past - 1 - weeks, weeks)
    on = day + _WEEK * np.clip(weeks, -past, left)
    searched = world.local.at(on, second)
    near, other = (
        booked.place[np.clip(row + draws.within(-_NEAR, _NEAR, size), 0, len(booked) - 1)] for _ in range(2)
    )
    place = np.where(draws.chance(_API_TO_THE_POINT, size), booked.place[row], near)
    shunned = (place == COLLAPSED) & COLLAPSE.holds(on) & draws.chance(_SHUN, size)
    place = np.where(shunned, other, place)
    is_repeat = draws.chance(_API_REPEATED, size)

    there = np.flatnonzero((searched >= opened) & (searched < closed))
    return Searches(
        visit=np.full(len(there), NONE, dtype=np.int64),
        model=model[there],
        partner=partner[there],
        place=place[there],
        at=searched[there],
        is_repeat=is_repeat[there],
        is_test=booked.is_test[row[there]],
    )


def look_to_book(world: World, partner: IntArray) -> IntArray:
    """How many searches each partner's systems make for one booking."""
    return _LEAST + (words_of(world.seed, "look to book", partner) * (_MOST - _LEAST + 1) >> WORD_BITS)


def searches_table(
    world: World, in_session: Searches, without: Searches, session_id: pa.Array, written: int
) -> pa.Table:
    """The canonical table `searches` in order of time, numbered on from those already written."""
    parts = (in_session, without)
    at = np.concatenate([part.at for part in parts])
    order = np.argsort(at, kind="stable")

    def column(name: str) -> IntArray:
        joined: IntArray = np.concatenate([getattr(part, name) for part in parts])[order]
        return joined

    visit, partner = column("visit"), column("partner")
    return as_table(
        "searches",
        {
            "search_id": numbered("sr", np.arange(written + 1, written + 1 + len(order), dtype=np.int64), 9),
            "session_id": session_id.take(pa.array(visit, mask=visit < 0)),
            "destination_id": named([place.destination_id for place in DESTINATIONS], column("place")),
            "searched_at": instants(at[order]),
            "is_repeat": pa.array(column("is_repeat")),
            "business_model": named(MODELS, column("model")),
            "partner_id": named(world.partners.ids, partner, partner >= 0),
            "is_test": pa.array(column("is_test")),
        },
    )
