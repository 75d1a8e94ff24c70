"""What is booked: how far ahead, for how long, for how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.days import weekday
from analytics_lib.sources.sample.draws import Draws, IntArray, Lottery, Quantiles
from analytics_lib.sources.sample.geography import season
from analytics_lib.sources.sample.products import HOTEL, KINDS, PACKAGE, TOUR, TRANSFER, Products

BUYERS = ("direct", "trade", "corporate", "reseller")
DIRECT, TRADE, COMPANY, RESOLD = range(4)
LONGEST_LEAD = 400
LONGEST_STAY = 28

# Days ahead, as quantiles in ten-thousandths, for direct buyers; then percent of that for each buyer.
_LEADS = (
    (
        (0, 0),
        (500, 1),
        (1_500, 4),
        (2_500, 9),
        (5_000, 26),
        (7_500, 66),
        (9_000, 128),
        (9_900, 280),
        (10_000, 400),
    ),
    ((0, 5), (1_000, 14), (2_500, 30), (5_000, 62), (7_500, 120), (9_000, 190), (9_900, 320), (10_000, 400)),
    ((0, 0), (1_500, 1), (3_000, 4), (5_000, 13), (7_500, 36), (9_000, 80), (9_900, 180), (10_000, 260)),
    ((0, 0), (2_500, 1), (5_000, 5), (7_500, 19), (9_000, 46), (9_900, 120), (10_000, 200)),
    ((0, 0), (1_500, 1), (5_000, 8), (7_500, 26), (9_000, 62), (9_900, 150), (10_000, 240)),
)
_LEAD_PERCENT = (84, 118, 38, 138)
_LEAD_OF = Quantiles(
    [
        [(share, min(value * percent // 100, LONGEST_LEAD)) for share, value in curve]
        for curve in _LEADS
        for percent in _LEAD_PERCENT
    ]
)
# The last local hour at which something can still be booked for the same day.
_LAST_HOUR = np.array([20, 12, 12, 14, 19], dtype=np.int64)

# Arrivals by weekday, Monday first: leisure towards the weekend, companies at its start.
_ARRIVALS = np.array([(96, 88, 94, 112, 124, 108, 78), (142, 134, 118, 84, 42, 26, 96)], dtype=np.int64)
_HIGHEST_PREFERENCE = 190 * 142
_SECOND_THOUGHTS = 2

_NIGHTS = Lottery(
    [
        (0, 176, 236, 230, 146, 72, 40, 74, 10, 5, 4, 1, 1, 1, 4),
        (0, 150, 226, 226, 150, 84, 42, 92, 12, 6, 5, 1, 1, 1, 4),
        (0, 390, 280, 160, 110, 44, 4, 4, 2, 2, 2, 0, 0, 0, 2),
        (0, 150, 240, 240, 150, 74, 40, 84, 10, 5, 4, 1, 1, 1, 4),
    ]
)
_PARTY = Lottery(
    [
        (0, 21, 58, 9, 9, 2, 1),
        (0, 14, 60, 11, 11, 3, 1),
        (0, 84, 12, 2, 1, 1, 0),
        (0, 20, 60, 9, 9, 1, 1),
    ]
)
# Groups of 10 to 42: only the travel trade books them, for hotels, packages and tours.
_GROUP_SHARE = 420
_LONGEST_GROUP_STAY = 7
_PEOPLE_A_UNIT = np.array([2, 1, 1, 1, 4], dtype=np.int64)


@dataclass(frozen=True)
class Trips:
    """`starts` and `ends` are local days since 1970; `units` are rooms, places or vehicles."""

    lead: IntArray
    starts: IntArray
    ends: IntArray
    party: IntArray
    units: IntArray


def plan_trips(
    draws: Draws, products: Products, product: IntArray, buyer: IntArray, day: IntArray, second: IntArray
) -> Trips:
    """The trip behind each booking, made at a second of a local day."""
    size = len(product)
    kind = products.kind[product]
    curve = kind * len(BUYERS) + buyer
    season_kind, traveller = products.season_kind[product], (buyer == COMPANY).astype(np.int64)
    lead = _lead(draws, curve)
    for _ in range(_SECOND_THOUGHTS):
        arrival = day + lead
        preference = season(season_kind, arrival) * _ARRIVALS[traveller, weekday(arrival)]
        other = _lead(draws, curve)
        lead = np.where(draws.below(_HIGHEST_PREFERENCE, size) < preference * 2, lead, other)
    lead = np.where((lead == 0) & (second >= _LAST_HOUR[kind] * 3_600), 1, lead)
    nights = np.where(kind == HOTEL, _NIGHTS.draw(draws.words(size), buyer), products.nights[product])
    nights = np.where(nights == 14, draws.within(14, LONGEST_STAY, size), nights)
    party = _PARTY.draw(draws.words(size), buyer)
    in_group = draws.chance(_GROUP_SHARE, size) & (buyer == TRADE) & np.isin(kind, (HOTEL, PACKAGE, TOUR))
    party = np.where(in_group, draws.within(10, 42, size), party)
    nights = np.where(in_group, np.minimum(nights, _LONGEST_GROUP_STAY), nights)
    units = -(-party // _PEOPLE_A_UNIT[kind])
    return Trips(lead, day + lead, day + lead + nights, party, units)


def _lead(draws: Draws, curve: IntArray) -> IntArray:
    """Days ahead; stretched at random, so that the corners of the curves do not show."""
    days = _LEAD_OF.draw(draws.words(len(curve)), curve) * 1_000
    stretched = days * draws.within(500, 1_500, len(curve)) // 1_000 + draws.below(1_000, len(curve))
    lead: IntArray = np.minimum(stretched // 1_000, LONGEST_LEAD)
    return lead


def ready_hour(kind: IntArray) -> IntArray:
    """The local hour at which a trip begins: late enough for whoever booked the same day."""
    hours = {PACKAGE: 16, TOUR: 16, TRANSFER: 22, HOTEL: 22}
    return np.array([hours.get(place, 18) for place in range(len(KINDS))], dtype=np.int64)[kind]
