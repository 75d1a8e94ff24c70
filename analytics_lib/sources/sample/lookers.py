"""Visits that lead to no booking: people who look, people who cannot pay, and machines."""

from __future__ import annotations

import numpy as np

from analytics_lib.sources.sample.days import DAY_SECONDS, day_number, through_the_year, weekday
from analytics_lib.sources.sample.demand import B2C, second_of_day
from analytics_lib.sources.sample.draws import WORD_BITS, Draws, IntArray, Lottery, Quantiles, words_of
from analytics_lib.sources.sample.geography import COLLAPSED
from analytics_lib.sources.sample.journeys import choose_online
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import COLLAPSE, PROVIDER_FAILURE
from analytics_lib.sources.sample.trips import DIRECT
from analytics_lib.sources.sample.visitors import Visitors
from analytics_lib.sources.sample.visits import CRAWLS, FAILS, LOOKS, UNKNOWN, Visits, of_bookings, online
from analytics_lib.sources.sample.ways import CHANNELS, DEVICES, WHITE_LABEL

# People who look, for each booking that comes in by the same channel on the same device (desktop, mobile,
# tablet), in hundredths.
_LOOKING = {
    "organic_search": (440, 590, 540),
    "paid_search": (450, 600, 540),
    "direct": (300, 430, 380),
    "app": (400, 400, 400),
    "email": (290, 400, 360),
    "social": (650, 860, 760),
    "metasearch": (430, 580, 520),
    "partner_portal": (520, 640, 600),
    "white_label": (470, 640, 570),
}
_LOOKING_OF = np.array([_LOOKING.get(channel, (0, 0, 0)) for channel in CHANNELS], dtype=np.int64)
# People look more than they book after the holidays and before the summer, and at weekends.
_DREAMING = (107, 104, 101, 99, 100, 103, 104, 101, 97, 96, 94, 95)
_AT_THE_WEEKEND = np.array([99, 98, 98, 98, 100, 105, 105], dtype=np.int64)
_UNREST = 9

# How often somebody comes again within ten days, and after how many days or, the same day, seconds.
_AGAIN = Lottery([(62, 23, 10, 5)])
_DAYS_LATER = Quantiles([[(0, 0), (3_800, 1), (6_000, 2), (7_800, 4), (9_200, 7), (10_000, 10)]])
_LONGEST = 9
_SECONDS_LATER = Quantiles([[(0, 1_900), (4_000, 5_000), (8_000, 15_000), (10_000, 36_000)]])
_SAME_WAY = 6_200

_CUSTOMER, _LOGGED_IN = 1_300, 6_000
_TEST_SHARE = 50
_DREAMERS = 1_400
"""Direct visitors who look at anything at all, so that small places are looked at more for each booking."""
_SHUN = 7_400
"""So many who would have looked at the place that collapses look elsewhere."""
_FAILED = 9_000
"""Visits that fail to pay, for ten thousand direct bookings while the payment provider fails."""

_MACHINES = 57
"""Visits of machines for a hundred bookings on pages that need no login."""
_AT_NIGHT, _NIGHT = 5_500, 3 * 3_600
_DESKTOP = DEVICES.index("desktop")


def lookers(world: World, booked: BookedSlice, visitors: Visitors) -> tuple[Visits, Visits]:
    """First visits of people who book nothing, and their later ones; on days and by ways as people book."""
    draws, rows = booked.draws(world.seed, "lookers"), online(booked)
    host = np.repeat(rows, _how_many(world, booked, rows, draws))
    model, day, size = booked.model[host], booked.day[host], len(host)
    visitor, customer = visitors.nobodies(size), np.full(size, UNKNOWN, dtype=np.int64)
    known = visitors.customers_before(model, day)
    returns = np.flatnonzero(draws.chance(_CUSTOMER, size) & (model == B2C) & (known > 0))
    who = (draws.words(len(returns)) * known[returns]) >> WORD_BITS
    visitor[returns] = visitors.of_customers(model[returns], who)
    customer[returns] = np.where(draws.chance(_LOGGED_IN, len(returns)), who, UNKNOWN)
    first = of_bookings(
        booked,
        host,
        outcome=LOOKS,
        started=world.local.at(day, second_of_day(draws, model)),
        visitor=visitor,
        product=_interest(world, draws, booked.buyer[host], day),
        customer=customer,
        is_test=draws.chance(_TEST_SHARE, size),
    )
    return first, _later_visits(world, booked, visitors, host, first)


def _later_visits(
    world: World, booked: BookedSlice, visitors: Visitors, host: IntArray, first: Visits
) -> Visits:
    """What follows within ten days on these first visits, which were hung on the bookings `host`.

    Some came for the first time before the data begins: where a visit follows so late that the same time
    before the first one lies there, another visitor comes back on the day of the first one.
    """
    draws = booked.draws(world.seed, "later visits")
    owner = np.repeat(np.arange(len(host), dtype=np.int64), _AGAIN.draw(draws.words(len(host))))
    day, model = booked.day[host[owner]], first.model[owner]
    gap = np.minimum(_DAYS_LATER.draw(draws.words(len(owner))), _LONGEST)
    second = second_of_day(draws, model)
    begin, end = (int(border) for border in world.local.day_of(np.array([world.begin, world.through])))
    on_the_day = first.started[owner] + _SECONDS_LATER.draw(draws.words(len(owner)))
    started = np.where(gap > 0, world.local.at(np.minimum(day + gap, end), second), on_the_day)

    came_before = np.flatnonzero(day - gap < begin)
    owner = np.concatenate((owner, owner[came_before]))
    started = np.concatenate((started, world.local.at(day[came_before], second[came_before])))
    visitor, customer = first.visitor[owner], first.customer[owner]
    if len(came_before):
        visitor[-len(came_before) :] = visitors.nobodies(len(came_before))
        customer[-len(came_before) :] = UNKNOWN

    row, seen_on = host[owner], world.local.day_of(started)
    channel, device = choose_online(draws, world, first.model[owner], first.partner[owner], started, seen_on)
    same = draws.chance(_SAME_WAY, len(owner))
    product = first.product[owner]
    shunned = (world.products.place[product] == COLLAPSED) & COLLAPSE.holds(seen_on)
    return of_bookings(
        booked,
        row,
        outcome=LOOKS,
        started=started,
        visitor=visitor,
        channel=np.where(same, first.channel[owner], channel),
        device=np.where(same, first.device[owner], device),
        product=np.where(shunned, booked.product[row], product),
        customer=customer,
        is_test=first.is_test[owner],
    )


def failures(world: World, booked: BookedSlice, visitors: Visitors) -> Visits:
    """Visits that come as far as paying while the payment provider fails, and no further."""
    hosts = np.flatnonzero((booked.model == B2C) & PROVIDER_FAILURE.holds(booked.day))
    draws = booked.draws(world.seed, "failed payments")
    host = hosts[draws.chance(_FAILED, len(hosts))]
    return of_bookings(
        booked,
        host,
        outcome=FAILS,
        started=world.local.at(booked.day[host], second_of_day(draws, booked.model[host])),
        visitor=visitors.nobodies(len(host)),
        is_test=draws.chance(_TEST_SHARE, len(host)),
    )


def machines(world: World, booked: BookedSlice, visitors: Visitors) -> Visits:
    """Visits of machines, on pages that need no login, at all hours and by night above all."""
    open_to_all = np.flatnonzero((booked.model == B2C) | (booked.channel == WHITE_LABEL))
    draws = booked.draws(world.seed, "machines")
    host = np.repeat(open_to_all, (_MACHINES + draws.below(100, len(open_to_all))) // 100)
    night = draws.below(_NIGHT, len(host)) + draws.below(_NIGHT, len(host))
    second = np.where(draws.chance(_AT_NIGHT, len(host)), night, draws.below(DAY_SECONDS, len(host)))
    organic, direct = CHANNELS.index("organic_search"), CHANNELS.index("direct")
    way = np.where(draws.chance(6_500, len(host)), direct, organic)
    return of_bookings(
        booked,
        host,
        outcome=CRAWLS,
        started=world.local.at(booked.day[host], second),
        visitor=visitors.machines(draws, len(host)),
        channel=np.where(booked.model[host] == B2C, way, WHITE_LABEL),
        device=np.full(len(host), _DESKTOP, dtype=np.int64),
        is_test=draws.chance(_TEST_SHARE, len(host)),
    )


def _how_many(world: World, booked: BookedSlice, rows: IntArray, draws: Draws) -> IntArray:
    """How many people look, for each of these bookings."""
    day = booked.day[rows]
    unrest = 100 - _UNREST + (words_of(world.seed, "lookers", day) * (2 * _UNREST + 1) >> WORD_BITS)
    mean = _LOOKING_OF[booked.channel[rows], booked.device[rows]] * through_the_year(day, _DREAMING) // 100
    mean = mean * _AT_THE_WEEKEND[weekday(day)] // 100 * unrest // 100
    return (mean * draws.within(50, 150, len(rows)) // 100 + draws.below(100, len(rows))) // 100


def _interest(world: World, draws: Draws, buyer: IntArray, day: IntArray) -> IntArray:
    """What each visitor is after; fewer look at a place while it collapses."""
    quarter = (day - day_number(FIRST_DAY)) * 4 // 365
    product = world.products.booked(draws.words(len(day)), buyer, quarter)
    dreams = draws.chance(_DREAMERS, len(day)) & (buyer == DIRECT)
    product = np.where(dreams, draws.below(len(world.products.all), len(day)), product)
    shuns = (world.products.place[product] == COLLAPSED) & COLLAPSE.holds(day)
    shuns &= draws.chance(_SHUN, len(day))
    elsewhere = np.flatnonzero(shuns)
    product[elsewhere] = world.products.booked(
        draws.words(len(elsewhere)), buyer[elsewhere], quarter[elsewhere]
    )
    return product
