"""Visits that lead to a booking: the one in which it is made, and earlier ones of the same visitor."""

from __future__ import annotations

import numpy as np

from analytics_lib.sources.sample.demand import B2C, second_of_day
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery, Quantiles
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import SPRING_SALE
from analytics_lib.sources.sample.visitors import Visitors
from analytics_lib.sources.sample.visits import BOOKS, NONE, RETURNS, UNKNOWN, Visits, of_bookings, online
from analytics_lib.sources.sample.ways import CHANNELS, DEVICES, choose

# Seconds from the start of a visit to its booking.
_TO_BOOKING = Quantiles(
    [[(0, 120), (1_000, 230), (2_500, 370), (5_000, 640), (7_500, 1_130), (9_300, 1_900), (10_000, 2_700)]]
)
# How many earlier visits a booking has, by business model: agents know what they want.
_EARLIER = Lottery([(40, 22, 14, 9, 7, 5, 3), (70, 18, 7, 3, 1, 1, 0), (48, 22, 13, 8, 5, 3, 1)])
# Days from an earlier visit to the booking, and seconds where it is the same day.
_DAYS_BEFORE = Quantiles(
    [
        [(0, 0), (3_300, 1), (5_000, 2), (6_500, 4), (8_000, 9), (9_200, 18), (10_000, 30)],
        [(0, 0), (5_000, 1), (7_000, 3), (8_500, 7), (9_500, 14), (10_000, 30)],
        [(0, 0), (3_500, 1), (5_500, 2), (7_000, 5), (8_500, 11), (9_500, 20), (10_000, 30)],
    ]
)
_SECONDS_BEFORE = Quantiles([[(0, 1_900), (4_000, 4_500), (8_000, 14_000), (10_000, 32_000)]])
_LONGEST = 29
_APART = 1_800
"""Seconds without a sign of life after which a visit is another one."""
_SAME_DEVICE = 5_500
_LOGGED_IN = 5_500

# What often opens a journey, and what often ends it, with weights, and how often.
_OPENING, _CLOSING = ("paid_search", "social", "metasearch"), ("direct", "email")
_OPENS = Lottery([(44, 30, 26)])
_CLOSES = Lottery([(60, 40)])
_OPENED_SO, _CLOSED_SO = 4_600, 3_800
_ATTEMPTS = 5
_PORTAL, _APP, _DESKTOP = CHANNELS.index("partner_portal"), CHANNELS.index("app"), DEVICES.index("desktop")
_BY_LINK = [CHANNELS.index(channel) for channel in ("social", "metasearch", "email")]
"""Channels by which nobody comes on a tablet."""


def booking_visits(world: World, booked: BookedSlice, visitors: Visitors) -> Visits:
    """The visit in which each online booking was made."""
    rows = online(booked)
    draws = booked.draws(world.seed, "booking visits")
    partner = booked.partner[rows]
    opened = np.where(partner >= 0, np.maximum(world.partners.joined[partner], world.begin), world.begin)
    started = booked.created[rows] - _TO_BOOKING.draw(draws.words(len(rows)))
    return of_bookings(
        booked,
        rows,
        outcome=BOOKS,
        started=np.maximum(started, opened),
        visitor=visitors.of_customers(booked.model[rows], booked.customer[rows]),
        booking=rows,
        customer=booked.customer[rows],
    )


def earlier_visits(
    world: World, booked: BookedSlice, visitors: Visitors, booking: Visits
) -> tuple[Visits, Visits]:
    """Visits that led to the bookings made in these visits, and such as lead to one beyond the data.

    The latter make up for bookings that are not there yet, so that the last month is as full as any other:
    where a visit came so long before its booking that the same time after the booking lies beyond the end,
    another visitor comes at the time of that booking.
    """
    draws = booked.draws(world.seed, "earlier visits")
    count = _EARLIER.draw(draws.words(len(booking)), booking.model)
    owner = np.repeat(np.arange(len(booking), dtype=np.int64), count)
    model, row = booking.model[owner], booking.booking[owner]
    gap = np.minimum(_DAYS_BEFORE.draw(draws.words(len(owner)), model), _LONGEST)
    second = second_of_day(draws, model)
    earliest = int(world.local.day_of(np.array([world.begin]))[0])
    there = booked.day[row] - gap
    on_another_day = world.local.at(np.maximum(there, earliest), second)
    on_the_day = booking.started[owner] - _SECONDS_BEFORE.draw(draws.words(len(owner)))
    started = np.where(gap > 0, np.minimum(on_another_day, booking.started[owner] - _APART), on_the_day)

    order = np.lexsort((started, owner))
    owner, row, model, gap, second = owner[order], row[order], model[order], gap[order], second[order]
    there, started = there[order], started[order]
    channel, device = _touches(world, booked, draws, owner, row, started)
    customer = booked.customer[row]
    is_known = customer < visitors.customers_before(model, there)
    is_known &= draws.chance(_LOGGED_IN, len(row))

    past = np.flatnonzero(there >= earliest)
    led = of_bookings(
        booked,
        row[past],
        outcome=RETURNS,
        started=started[past],
        visitor=booking.visitor[owner[past]],
        booking=row[past],
        channel=channel[past],
        device=device[past],
        customer=np.where(is_known, customer, UNKNOWN)[past],
    )
    end = int(world.local.day_of(np.array([world.through]))[0])
    open_ = np.flatnonzero(booked.day[row] + gap >= end)
    _, who = np.unique(owner[open_], return_inverse=True)
    nobodies = visitors.nobodies(int(who.max()) + 1 if len(who) else 0)
    leading = of_bookings(
        booked,
        row[open_],
        outcome=RETURNS,
        started=world.local.at(booked.day[row[open_]], second[open_]),
        visitor=nobodies[who],
        channel=channel[open_],
        device=device[open_],
    )
    return led, leading


def choose_online(
    draws: Draws, world: World, model: IntArray, partner: IntArray, started: IntArray, day: IntArray
) -> tuple[IntArray, IntArray]:
    """The channel and device of each visit, as bookings come in, but only where sessions are seen."""
    own_name = world.partners.has_own_name(partner, started)
    campaign = SPRING_SALE.holds(day)
    channel, device = choose(draws, model, own_name, campaign)
    for _ in range(_ATTEMPTS):
        unseen = np.flatnonzero(device < 0)
        channel[unseen], device[unseen] = choose(draws, model[unseen], own_name[unseen], campaign[unseen])
    return np.where(device < 0, _PORTAL, channel), np.where(device < 0, _DESKTOP, device)


def _touches(
    world: World, booked: BookedSlice, draws: Draws, owner: IntArray, row: IntArray, started: IntArray
) -> tuple[IntArray, IntArray]:
    """Channel and device of visits by owner in order of time; a journey opens and closes in its own ways."""
    model, size = booked.model[row], len(row)
    day = world.local.day_of(np.maximum(started, world.begin))
    channel, device = choose_online(draws, world, model, booked.partner[row], started, day)
    turns = np.flatnonzero(np.diff(owner, prepend=NONE, append=NONE))
    is_first, is_last = _marked(size, turns[:-1]), _marked(size, turns[1:] - 1)
    opens = is_first & (model == B2C) & draws.chance(_OPENED_SO, size)
    closes = is_last & ~is_first & (model == B2C) & draws.chance(_CLOSED_SO, size)
    channel = np.where(opens, _positions(_OPENING)[_OPENS.draw(draws.words(size))], channel)
    channel = np.where(closes, _positions(_CLOSING)[_CLOSES.draw(draws.words(size))], channel)
    same = draws.chance(_SAME_DEVICE, size) & (channel != _APP)
    device = np.where(same, booked.device[row], device)
    by_link = np.isin(channel, _BY_LINK) & (device == DEVICES.index("tablet"))
    return channel, np.where(by_link, DEVICES.index("mobile"), device)


def _positions(channels: tuple[str, ...]) -> IntArray:
    return np.array([CHANNELS.index(channel) for channel in channels], dtype=np.int64)


def _marked(size: int, rows: IntArray) -> BoolArray:
    marks = np.zeros(size, dtype=np.bool_)
    marks[rows] = True
    return marks
