"""What the platform spends: marketing by channel, bonuses of partners, support, and the platform itself.

Everything is sized by what has been booked up to the day it is spent on, so that a platform of any size
spends like one of that size. Test bookings cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.bank_days import first_of_month, month_of
from analytics_lib.sources.sample.days import day_number, weekday
from analytics_lib.sources.sample.demand import B2C, MODELS
from analytics_lib.sources.sample.draws import WORD_BITS, IntArray, words_of
from analytics_lib.sources.sample.rows import as_table, days, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import SPRING_SALE
from analytics_lib.sources.sample.ways import CHANNELS

KINDS = ("marketing", "incentive", "support", "platform")
MARKETING, INCENTIVE, SUPPORT, PLATFORM = range(len(KINDS))

# Channel, what one direct booking through it costs in ten-thousandths of the mean direct booking, the percent
# of this while the spring sale runs, and whether it is charged each day, by the click, or on Sundays.
_CHANNELS: tuple[tuple[str, int, int, bool], ...] = (
    ("paid_search", 960, 155, True),
    ("metasearch", 780, 100, True),
    ("social", 640, 240, True),
    ("app", 210, 100, False),
    ("organic_search", 120, 100, False),
    ("direct", 90, 100, False),
    ("email", 60, 300, False),
)
_CHANNEL = np.array([CHANNELS.index(channel) for channel, *_ in _CHANNELS], dtype=np.int64)
_COST, _IN_SALE = (np.array([channel[i] for channel in _CHANNELS], dtype=np.int64) for i in (1, 2))
_DAILY = np.array([daily for *_, daily in _CHANNELS])
# A day's marketing answers to the bookings of the last week, but not across the borders of the sale; the mean
# direct booking is that of a quarter.
_WEEK, _QUARTER_DAYS = 7, 91
_SUNDAY = 6

# Ten-thousandths of what was booked. Bonuses by kind of partner (operator, agency, company, distributor,
# reseller) are whole euros and won in so many of ten thousand quarters.
_BONUS = np.array([25, 25, 10, 40, 110], dtype=np.int64)
_WON = 7_000
# Support and the platform, by business model; the fixed part follows the mean month of the last year.
_SUPPORT = np.array([160, 45, 90], dtype=np.int64)
_FIXED = np.array([270, 46, 130], dtype=np.int64)
_VARIABLE = np.array([130, 25, 60], dtype=np.int64)
_DEMANDING = 5
"""So many times the usual support goes to the reseller that loses money."""
_LARGER = 250
"""Partners with this part of their business model's last year have support of their own."""
_YEAR, _QUARTER = 12, 3
_WHOLE = 10_000
_MORE_THAN_ANY_PARTNER = 1_024


@dataclass(frozen=True)
class _Spending:
    """One array an attribute; `channel` is a position in CHANNELS, -1 where there is none, like `partner`."""

    kind: IntArray
    model: IntArray
    channel: IntArray
    partner: IntArray
    day: IntArray
    amount: IntArray


class Costs:
    """Counts what is booked, by day and channel and by month and partner, and writes `costs` in the end."""

    def __init__(self, world: World) -> None:
        self._seed, self._partners = world.seed, world.partners
        ends = world.local.day_of(np.array([world.begin, world.through - 1], dtype=np.int64))
        self._days = np.arange(ends[0], ends[1] + 1, dtype=np.int64)
        self._bookings = np.zeros((len(self._days), len(CHANNELS)), dtype=np.int64)
        self._direct = np.zeros(len(self._days), dtype=np.int64)
        """What direct customers booked on each day."""
        first, last = month_of(ends)
        self._months = np.arange(first, last + 1, dtype=np.int64)
        # The last column stands for direct bookings, which have no partner.
        self._model = np.array([*world.partners.model, B2C], dtype=np.int64)
        self._sold = np.zeros((len(self._months), len(self._model)), dtype=np.int64)
        self._over = int((_last_day(self._months) <= ends[1]).sum())
        """The number of months that are over; nothing is spent for the one that is not."""

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """Nothing yet: the slice is counted."""
        real, base = ~booked.is_test, booked.prices.base
        month = month_of(booked.day[real]) - self._months[0]
        np.add.at(self._sold, (month, booked.partner[real]), base[real])
        direct = real & (booked.model == B2C)
        day = booked.day[direct] - self._days[0]
        np.add.at(self._bookings, (day, booked.channel[direct]), 1)
        np.add.at(self._direct, day, base[direct])
        return iter(())

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """All costs, in order of the days they were spent on."""
        every = (self._marketing(), self._incentives(), *self._support(), self._platform())
        kind, model, channel, partner, day, amount = (
            np.concatenate([getattr(each, name) for each in every]) for name in _Spending.__annotations__
        )
        order = np.argsort(day, kind="stable")
        order = order[amount[order] > 0]
        if not len(order):
            return
        channel, partner = channel[order], partner[order]
        yield (
            "costs",
            as_table(
                "costs",
                {
                    "cost_id": numbered("k", np.arange(1, len(order) + 1, dtype=np.int64), 7),
                    "kind": named(KINDS, kind[order]),
                    "business_model": named(MODELS, model[order]),
                    "channel": named(CHANNELS, channel, channel >= 0),
                    "partner_id": named(self._partners.ids, partner, partner >= 0),
                    "spent_on": days(day[order]),
                    "amount_base_minor": whole(amount[order]),
                },
            ),
        )

    def _marketing(self) -> _Spending:
        """Each channel's bookings of the last days, at what one of them costs, more or less."""
        days = self._days
        place = days - days[0]
        sale = SPRING_SALE.holds(days)
        borders = [day_number(border) for border in (SPRING_SALE.first, SPRING_SALE.after)]
        border = np.array([days[0], *borders], dtype=np.int64)[np.searchsorted(borders, days, side="right")]
        since = np.maximum(days - _WEEK + 1, border) - days[0]
        length = (place + 1 - since)[:, None]
        bookings = _between(self._bookings[:, _CHANNEL], since, place + 1)

        quarter = np.maximum(place - _QUARTER_DAYS + 1, 0)
        number = _between(self._bookings.sum(axis=1), quarter, place + 1)
        mean = _between(self._direct, quarter, place + 1) // np.maximum(number, 1)
        each = mean[:, None] * _COST * np.where(sale[:, None], _IN_SALE, 100) // (100 * _WHOLE)
        numbers = days[:, None] * len(CHANNELS) + _CHANNEL
        spent = each * bookings * _unrest(self._seed, "marketing", numbers, 150) // (1_000 * length)
        sundays = np.where((weekday(days) == _SUNDAY)[:, None], spent * _WEEK, 0)
        spent = np.where(_DAILY, spent, sundays)
        row, column = np.nonzero(spent)
        model = np.full(len(row), B2C, dtype=np.int64)
        return _spending(MARKETING, model, days[row], spent[row, column], channel=_CHANNEL[column])

    def _incentives(self) -> _Spending:
        """Bonuses of the partners who reached their target of a quarter, on its last day."""
        ends = np.flatnonzero(self._months[: self._over] % _QUARTER == _QUARTER - 1)
        sold = _between(self._sold[:, :-1], np.maximum(ends - _QUARTER + 1, 0), ends + 1)
        row, partner = np.nonzero(sold)
        month = self._months[ends[row]]
        words = words_of(self._seed, "bonuses", month * _MORE_THAN_ANY_PARTNER + partner)
        won = (words * _WHOLE >> WORD_BITS) < _WON
        euros = sold[row, partner] * _BONUS[self._partners.kind[partner]] // (_WHOLE * 100)
        amount = np.where(won, euros * 100, 0)
        return _spending(INCENTIVE, self._model[partner], _last_day(month), amount, partner=partner)

    def _support(self) -> tuple[_Spending, _Spending]:
        """A month's support of the larger partners one by one, and of all others of a business model."""
        months, sold = self._months[: self._over], self._sold[: self._over]
        year = _of_year(sold)
        alone = year * _WHOLE >= self._by_model(year)[:, self._model] * _LARGER
        alone[:, self._partners.terms.losing_reseller] = True
        alone[:, -1] = False
        times = np.where(np.arange(len(self._model)) == self._partners.terms.losing_reseller, _DEMANDING, 1)

        row, partner = np.nonzero(alone & (sold > 0))
        model, month = self._model[partner], months[row]
        lot = _unrest(self._seed, "support", month * _MORE_THAN_ANY_PARTNER + partner, 250)
        amount = sold[row, partner] * _SUPPORT[model] * times[partner] // _WHOLE * lot // 1_000
        own = _spending(SUPPORT, model, _last_day(month), amount, partner=partner)

        others = self._by_model(np.where(alone, 0, sold))
        row, model = np.nonzero(others)
        month = months[row]
        lot = _unrest(self._seed, "support of others", month * len(MODELS) + model, 80)
        amount = others[row, model] * _SUPPORT[model] // _WHOLE * lot // 1_000
        return own, _spending(SUPPORT, model, _last_day(month), amount)

    def _platform(self) -> _Spending:
        """Staff and hosting: one part follows the year, the other one the month."""
        months, sold = self._months[: self._over], self._by_model(self._sold[: self._over])
        usual = _of_year(sold) // np.minimum(np.arange(1, len(months) + 1), _YEAR)[:, None]
        amount = (usual * _FIXED + sold * _VARIABLE) // _WHOLE
        row, model = np.nonzero(amount)
        return _spending(PLATFORM, model, _last_day(months[row]), amount[row, model])

    def _by_model(self, sold: IntArray) -> IntArray:
        """The columns of each business model together."""
        models = range(len(MODELS))
        return np.stack([sold[:, self._model == model].sum(axis=1) for model in models], axis=1)


def _spending(
    kind: int,
    model: IntArray,
    day: IntArray,
    amount: IntArray,
    *,
    channel: IntArray | None = None,
    partner: IntArray | None = None,
) -> _Spending:
    none = np.full(len(day), -1, dtype=np.int64)
    return _Spending(
        kind=np.full(len(day), kind, dtype=np.int64),
        model=model,
        channel=none if channel is None else channel,
        partner=none if partner is None else partner,
        day=day,
        amount=amount,
    )


def _between(counts: IntArray, first: IntArray, after: IntArray) -> IntArray:
    """The sums of the rows from `first` to the one before `after`."""
    running = np.concatenate([np.zeros_like(counts[:1]), np.cumsum(counts, axis=0)])
    sums: IntArray = running[after] - running[first]
    return sums


def _of_year(counts: IntArray) -> IntArray:
    """By month, the sum of the twelve months that end with it, or of those there are."""
    place = np.arange(len(counts), dtype=np.int64)
    return _between(counts, np.maximum(place - _YEAR + 1, 0), place + 1)


def _last_day(month: IntArray) -> IntArray:
    return first_of_month(month + 1) - 1


def _unrest(seed: int, subject: str, numbers: IntArray, by: int) -> IntArray:
    """Thousandths around 1,000, at most so much more or less."""
    return 1_000 - by + (words_of(seed, subject, numbers) * (2 * by + 1) >> WORD_BITS)
