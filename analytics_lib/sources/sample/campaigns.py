"""Marketing to customers: when a newsletter or a campaign goes out, and to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics_lib.sources.sample.customers import PREFIXES
from analytics_lib.sources.sample.days import LocalDays, day_number
from analytics_lib.sources.sample.demand import B2C
from analytics_lib.sources.sample.draws import WORD_BITS, Draws, IntArray
from analytics_lib.sources.sample.messages import EMAIL, MARKETING, PUSH, SALE, Messages
from analytics_lib.sources.sample.plan import FIRST_DAY
from analytics_lib.sources.sample.recipients import APP, CONSENT, SHARES, given_to
from analytics_lib.sources.sample.rows import numbered
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import SALE_CAMPAIGN, SPRING_SALE

# Campaigns of every year: name, month and day of the first mail.
_SEASONAL = (
    ("new-year", (1, 3)),
    ("spring-breaks", (2, 24)),
    ("summer", (6, 9)),
    ("autumn-breaks", (9, 8)),
    ("black-friday", (11, 24)),
)
_MAILS_AFTER, _PUSHES_AFTER = (0, 4, 7), (1, 5)
"""Days after its first mail on which a campaign sends."""
_SALE_MAILS_AFTER, _SALE_PUSHES_AFTER = (0, 3, 7, 10, 13), (1, 6, 12)

# Messages of one sending, in percent of the direct bookings of the week before it.
_NEWSLETTER, _CAMPAIGN_MAIL, _CAMPAIGN_PUSH, _SALE_MAIL, _SALE_PUSH = 300, 420, 240, 1_150, 520
_WEEK = 7
_THURSDAY = 3
# Local second at which a sending begins, and how many seconds it takes, by channel.
_STARTS, _TAKES = {EMAIL: 36_000, PUSH: 66_600}, {EMAIL: 5_400, PUSH: 900}
_TEST_SHARE = 50
_ROWS_AT_ONCE = 250_000


@dataclass(frozen=True)
class _Sending:
    """One mail or push to many on a local day; `percent` of a week's direct bookings get it."""

    day: int
    campaign: str
    channel: int
    occasion: int
    percent: int


class Campaigns:
    """All marketing of one platform. Call `messages` slice by slice in order of time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._first = day_number(FIRST_DAY)
        after = int(world.local.day_of(np.array([world.through]))[0])
        sendings = _calendar(self._first, after)
        self.names = list(dict.fromkeys(sending.campaign for sending in sendings))
        self._day = np.array([sending.day for sending in sendings], dtype=np.int64)
        self._campaign = np.array([self.names.index(sending.campaign) for sending in sendings])
        self._channel = np.array([sending.channel for sending in sendings], dtype=np.int64)
        self._occasion = np.array([sending.occasion for sending in sendings], dtype=np.int64)
        self._percent = np.array([sending.percent for sending in sendings], dtype=np.int64)
        self._bookings = np.zeros(after - self._first + 1, dtype=np.int64)
        """Direct bookings by day."""
        self._joined = np.zeros(after - self._first + 1, dtype=np.int64)
        """Direct customers who booked for the first time, by day."""

    def messages(self, booked: BookedSlice) -> Iterator[Messages]:
        """What is sent on the days of a slice, a bounded number of rows at a time.

        Whoever is written to has booked on an earlier day. Nobody gets one sending twice.
        """
        direct = booked.model == B2C
        self._count(self._bookings, booked.day[direct])
        self._count(self._joined, booked.day[direct & booked.is_new])
        known = np.cumsum(self._joined) - self._joined
        week = np.cumsum(self._bookings) - self._bookings
        draws = booked.draws(self._world.seed, "marketing")
        due = np.flatnonzero((self._day >= booked.first) & (self._day < booked.after))
        day = self._day[due] - self._first
        wanted = (week[day] - week[np.maximum(day - _WEEK, 0)]) * self._percent[due] // 100
        reached = np.where(self._channel[due] == PUSH, SHARES[APP], SHARES[CONSENT])
        asked = np.minimum(wanted * 10_000 // reached, known[day])
        ends = np.cumsum(asked)
        for start in range(0, int(asked.sum()), _ROWS_AT_ONCE):
            each = np.arange(start, min(start + _ROWS_AT_ONCE, int(ends[-1])), dtype=np.int64)
            row = np.searchsorted(ends, each, side="right")
            place = each - (ends - asked)[row]
            yield self._sent(draws, due[row], place, asked[row], known[day][row])

    def _count(self, by_day: IntArray, day: IntArray) -> None:
        by_day += np.bincount(day - self._first, minlength=len(by_day))

    def _sent(
        self, draws: Draws, sending: IntArray, place: IntArray, asked: IntArray, known: IntArray
    ) -> Messages:
        """One message a row: the sending's `place`-th of all `asked`, who lie evenly among those `known`."""
        low, high = place * known // asked, (place + 1) * known // asked
        customer = low + (draws.words(len(sending)) * (high - low) >> WORD_BITS)
        channel = self._channel[sending]
        sent = _sent_at(draws, self._world.local, self._day[sending], channel)
        is_test = draws.chance(_TEST_SHARE, len(sending))
        seed = self._world.seed
        has_app = given_to(seed, APP, B2C, customer, SHARES[APP])
        agrees = given_to(seed, CONSENT, B2C, customer, SHARES[CONSENT])
        gets = np.flatnonzero(np.where(channel == PUSH, has_app, agrees))
        return Messages(
            sent=sent[gets],
            channel=channel[gets],
            occasion=self._occasion[sending[gets]],
            campaign=self._campaign[sending[gets]],
            customer_id=numbered(PREFIXES[B2C], customer[gets] + 1, 7),
            customer=customer[gets],
            model=np.full(len(gets), B2C, dtype=np.int64),
            partner=np.full(len(gets), -1, dtype=np.int64),
            is_test=is_test[gets],
        )


def _sent_at(draws: Draws, local: LocalDays, day: IntArray, channel: IntArray) -> IntArray:
    starts, takes = (np.array([times.get(place, 0) for place in range(4)]) for times in (_STARTS, _TAKES))
    return local.at(day, starts[channel] + draws.below(takes[channel], len(day)))


def _calendar(first: int, after: int) -> Sequence[_Sending]:
    """All sendings from a local day to the day before another, in order of time."""
    sendings = []
    for number in range(first, after):
        day = FIRST_DAY + timedelta(days=number - first)
        if day.weekday() == _THURSDAY:
            name = f"newsletter-{day.year}-q{(day.month + 2) // 3}"
            sendings.append(_Sending(number, name, EMAIL, MARKETING, _NEWSLETTER))
    years = range(FIRST_DAY.year, (FIRST_DAY + timedelta(days=after - first)).year + 1)
    starts = [(f"{name}-{year}", date(year, *start)) for name, start in _SEASONAL for year in years]
    for name, start in starts:
        opening = day_number(start)
        sendings += _series(name, opening, MARKETING, _MAILS_AFTER, _PUSHES_AFTER)
    opening = day_number(SPRING_SALE.first)
    sendings += _series(SALE_CAMPAIGN, opening, SALE, _SALE_MAILS_AFTER, _SALE_PUSHES_AFTER)
    held = [sending for sending in sendings if first <= sending.day < after]
    return sorted(held, key=lambda sending: (sending.day, sending.channel, sending.campaign))


def _series(
    name: str, opening: int, occasion: int, mails: Sequence[int], pushes: Sequence[int]
) -> Iterator[_Sending]:
    """The mails and pushes of a campaign that opens on a local day."""
    mail, push = (_SALE_MAIL, _SALE_PUSH) if occasion == SALE else (_CAMPAIGN_MAIL, _CAMPAIGN_PUSH)
    for later in mails:
        yield _Sending(opening + later, name, EMAIL, occasion, mail)
    for later in pushes:
        yield _Sending(opening + later, name, PUSH, occasion, push)
