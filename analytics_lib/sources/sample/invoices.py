"""When suppliers and partners send their invoices, when these are due, and how they are paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.bank_days import BankDays, month_of
from analytics_lib.sources.sample.days import DAY_SECONDS, utc
from analytics_lib.sources.sample.demand import B2B, B2B2C
from analytics_lib.sources.sample.draws import WORD_BITS, BoolArray, Draws, IntArray, Quantiles, words_of
from analytics_lib.sources.sample.legs import PLATFORM, SUPPLIER, Division, rounded
from analytics_lib.sources.sample.slices import BookedSlice, World

NEVER_DUE = -1
"""The day on which an entry is due that is not to be paid."""

_RUN_DAY, _RUN_SECOND = 3, 10 * 3_600
_SUPPLIER_DAYS, _PARTNER_DAYS, _PREFERRED_DAYS = 14, 30, 45
_PREFERRED_TIER = 2
"""Partners of this tier (gold) and above give longer credit, for better terms."""

# Days from the due day to the payment, as quantiles in ten-thousandths: nearly all payees, and those who
# are always paid late. Bank holidays add four days at most.
_DELAY = Quantiles(
    [
        [(0, -6), (1_200, -2), (4_500, 0), (7_400, 2), (8_900, 5), (9_400, 14), (9_800, 34), (10_000, 71)],
        [(0, 18), (2_000, 31), (7_000, 52), (10_000, 71)],
    ]
)
_PAID_FROM, _PAID_UNTIL = 9 * 3_600, 17 * 3_600
# Lines of an invoice in ten-thousandths: in dispute and not paid, paid in part only, paid in two parts.
_UNPAID, _IN_PART, _IN_TWO = 150, 120, 400
_FIRST_PART = (3_000, 8_000)
_SECOND_AFTER = (7, 30)
_WHOLE = 10_000
_MORE_THAN_ANY_MONTH = 4_096
_SETTLED_AFTER = 240 * DAY_SECONDS


@dataclass(frozen=True)
class Lines:
    """One array an attribute: the booking's position, the leg, euro cents, the instant, the due day."""

    row: IntArray
    leg: IntArray
    amount: IntArray
    at: IntArray
    due: IntArray

    def where(self, which: BoolArray) -> Lines:
        """Some of the lines."""
        return Lines(self.row[which], self.leg[which], self.amount[which], self.at[which], self.due[which])

    def followed_by(self, others: Lines) -> Lines:
        """These lines and then the others."""
        pairs = ((getattr(self, name), getattr(others, name)) for name in Lines.__annotations__)
        return Lines(*(np.concatenate(pair) for pair in pairs))


class Invoices:
    """What suppliers and partners of one platform invoice, and are paid.

    Each sends one invoice a month, with a line for each booking that has come to its end, and is paid for
    all of it at one instant, but for lines that are in dispute.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._bank = BankDays(utc(world.begin).year, utc(world.through).year + 1)
        self._always_late = _always_late(world)

    def settle(
        self, booked: BookedSlice, division: Division, kept: IntArray, closed: IntArray, is_closed: BoolArray
    ) -> tuple[Lines, Lines]:
        """The lines that are invoiced, and those that are paid, by the end of the data.

        Parameters: what each leg keeps, and when and whether a booking came to its end.
        """
        world = self._world
        wanted = is_closed[:, None] & (kept > 0)
        wanted[:, PLATFORM] = False
        row, leg = np.nonzero(wanted)
        month = month_of(world.local.day_of(closed[row])) + 1
        day = self._bank.of_month(month, _RUN_DAY)
        payee, terms = division.payee[row, leg], division.terms[row, leg]
        preferred = (terms >= 0) & (world.partners.terms.tier[terms] >= _PREFERRED_TIER)
        credit = np.where(preferred, _PREFERRED_DAYS, _PARTNER_DAYS)
        due = day + np.where(leg == SUPPLIER, _SUPPLIER_DAYS, credit)
        at = world.local.at(day, _RUN_SECOND)
        sent = at < world.through
        lines = Lines(row, leg, kept[row, leg], at, due).where(sent)
        invoice = payee[sent] * _MORE_THAN_ANY_MONTH + month[sent]
        draws = booked.draws(world.seed, "invoices")
        return lines, self._paid(draws, lines, invoice, np.isin(payee[sent], self._always_late))

    def _paid(self, draws: Draws, lines: Lines, invoice: IntArray, late: BoolArray) -> Lines:
        world, size = self._world, len(lines.row)
        delay = _DELAY.draw(words_of(world.seed, "delay of payment", invoice), late.astype(np.int64))
        day = self._bank.next(lines.due + delay)
        into = words_of(world.seed, "hour of payment", invoice) * (_PAID_UNTIL - _PAID_FROM) >> WORD_BITS
        second = _PAID_FROM + into

        lot = draws.below(_WHOLE, size)
        unpaid = lot < _UNPAID
        in_part = ~unpaid & (lot < _UNPAID + _IN_PART)
        in_two = ~unpaid & ~in_part & (lot < _UNPAID + _IN_PART + _IN_TWO)
        share = np.where(in_part | in_two, draws.within(*_FIRST_PART, size), _WHOLE)
        amount = rounded(lines.amount * share, _WHOLE)
        first = Lines(lines.row, lines.leg, amount, world.local.at(day, second), lines.due)
        later = self._bank.next(day + draws.within(*_SECOND_AFTER, size))
        rest = Lines(lines.row, lines.leg, lines.amount - amount, world.local.at(later, second), lines.due)
        paid = first.where(~unpaid).followed_by(rest.where(in_two))
        return paid.where((paid.at < world.through) & (paid.amount > 0))


def _always_late(world: World) -> IntArray:
    """One partner of each business model who waits for the money: who has lost most of its trade, if any.

    Partners who are new do little trade too and are not meant.
    """
    partners, last = world.partners, world.through - 1
    everyone = np.arange(len(partners.ids), dtype=np.int64)
    trade = partners.eagerness(everyone, np.full(len(everyone), last, dtype=np.int64))
    settled = (trade > 0) & (partners.joined < max(world.begin, last - _SETTLED_AFTER))
    chosen = []
    for model in (B2B, B2B2C):
        there = np.flatnonzero(settled & (partners.model == model))
        chosen += there[np.argsort(trade[there], kind="stable")[:1]].tolist()
    return np.array(chosen, dtype=np.int64)
