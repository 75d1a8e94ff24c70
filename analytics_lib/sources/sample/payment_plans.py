"""What is to be paid for each booking, when and how: all at once, or a deposit and a balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.days import weekday
from analytics_lib.sources.sample.demand import B2B, B2C
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Quantiles
from analytics_lib.sources.sample.payment_methods import CARD, TRANSFER, choose_method
from analytics_lib.sources.sample.products import HOTEL, KINDS, PACKAGE
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import PROVIDER_FAILURE
from analytics_lib.sources.sample.terms import NEVER
from analytics_lib.sources.sample.trips import BUYERS, DIRECT, TRADE, ready_hour

# Who pays a deposit first, in ten-thousandths by buyer and kind of product, from so many days ahead.
_DEPOSITS = np.zeros((len(BUYERS), len(KINDS)), dtype=np.int64)
_DEPOSITS[DIRECT, (HOTEL, PACKAGE)] = 2_600, 7_200
_DEPOSITS[TRADE, (HOTEL, PACKAGE)] = 3_400, 6_000
_LONG_LEAD = 60
_LEAST_DEPOSIT, _LARGEST_DEPOSIT = 20, 30
"""Percent of the price."""
_BALANCE_LATEST, _BALANCE_SOONEST = 30, 45
"""Days before the start at which the balance is due."""
_SAME_METHOD = 8_500
"""Balances that are paid as the deposit was."""

_WEEKEND = 2
"""Days by which a working day may be later than the day that was meant."""

_INVOICED = 7_600
"""Of the business bookings paid by transfer in one sum: how many are paid after an invoice."""
_INVOICE_SOONEST, _INVOICE_LATEST = 3, 30
"""Days from the confirmation to the payment of an invoice."""
_BEFORE_START = 5_000
"""Invoices of the travel trade that are due some days before the start instead, where there is time."""
_DUE_LATEST, _DUE_SOONEST = 3, 21
_CHARGED_LATE = 4_500
"""Virtual cards that are charged in the last three days before the start."""
# Seconds from the confirmation to the payment of a business booking that is paid at once.
_AT_ONCE = Quantiles([[(0, 40), (4_000, 900), (7_500, 14_400), (9_500, 90_000), (10_000, 170_000)]])

_TRIED_BY_TRADE = 2_000
"""Business bookings that expire unpaid after an attempt; the others without one."""
_LOST_TO_FAILURE = 8_800
"""Direct bookings that expire while a provider of cards fails: how many of them are by card."""
_TIME_TO_PAY = 10
"""Seconds below which a booking was given up before anybody could pay."""


@dataclass(frozen=True)
class Intents:
    """What is to be paid: one array an attribute, in order of bookings, balances last.

    `row` is the booking's position in the slice; `starts` the instant from which it is tried, `ends` the one
    by which the last attempt must be over, or NEVER. Where `pays` is false, no attempt will succeed.
    """

    row: IntArray
    is_balance: BoolArray
    amount: IntArray
    method: IntArray
    starts: IntArray
    ends: IntArray
    pays: BoolArray


def plan_payments(world: World, booked: BookedSlice) -> Intents:
    """The intents of all bookings that come to be tried, were there no end of the data."""
    draws = booked.draws(world.seed, "payment plans")
    fates, size = booked.fates, len(booked)
    dropped = fates.cancelled.happened & (fates.cancelled.at <= fates.confirmed.at)
    waiting = (fates.confirmed.at >= world.through) & ~fates.expired.happened & ~dropped
    confirms = fates.confirmed.happened | waiting
    pays = confirms | dropped

    method = choose_method(draws, booked)
    lost = PROVIDER_FAILURE.holds(booked.day) & (booked.model == B2C) & ~pays
    lost &= draws.chance(_LOST_TO_FAILURE, size)
    method = np.where((dropped & (method == TRANSFER)) | lost, CARD, method)
    deposit = _deposits(draws, booked)
    is_trade = booked.model == B2B
    starts = np.where(is_trade & pays, _business_start(draws, world, booked, method, deposit), booked.created)
    over = np.where(dropped, fates.cancelled.at, np.where(pays, fates.confirmed.at, fates.expired.at))
    ends = np.where(is_trade & pays, NEVER, over)

    tried = ~is_trade | np.where(pays, ~dropped, draws.chance(_TRIED_BY_TRADE, size))
    tried &= ~dropped | (over - booked.created >= _TIME_TO_PAY)
    given_up = np.where(fates.cancelled.happened, fates.cancelled.at, NEVER)
    first = np.flatnonzero(tried & (starts < given_up))

    due = _balance_due(draws, world, booked)
    as_before = draws.chance(_SAME_METHOD, size)
    other = choose_method(draws, booked)
    later = np.flatnonzero((deposit > 0) & confirms & (due < given_up))
    price = booked.prices.price
    return Intents(
        row=np.concatenate([first, later]),
        is_balance=np.repeat([False, True], [len(first), len(later)]),
        amount=np.concatenate([np.where(deposit > 0, deposit, price)[first], (price - deposit)[later]]),
        method=np.concatenate([method[first], np.where(as_before, method, other)[later]]),
        starts=np.concatenate([starts[first], due[later]]),
        ends=np.concatenate([ends[first], np.full(len(later), NEVER, dtype=np.int64)]),
        pays=np.concatenate([pays[first], np.ones(len(later), dtype=np.bool_)]),
    )


def working_day(day: IntArray) -> IntArray:
    """The same day, or the Monday after it where it lies in a weekend."""
    return np.where(weekday(day) >= 5, day + 7 - weekday(day), day)


def _deposits(draws: Draws, booked: BookedSlice) -> IntArray:
    """Minor units to be paid first, 0 where the price is paid at once."""
    size = len(booked)
    wanted = draws.chance(_DEPOSITS[booked.buyer, booked.kind], size) & (booked.trips.lead >= _LONG_LEAD)
    percent = draws.within(_LEAST_DEPOSIT, _LARGEST_DEPOSIT, size)
    # Rounded up, so that it is never below the least share.
    return np.where(wanted, -(-booked.prices.price * percent // 100), 0)


def _balance_due(draws: Draws, world: World, booked: BookedSlice) -> IntArray:
    """When balances are paid: direct buyers on any day, business buyers on working days."""
    size = len(booked)
    day = booked.trips.starts - draws.within(_BALANCE_LATEST + _WEEKEND, _BALANCE_SOONEST, size)
    direct = booked.model == B2C
    second = np.where(
        direct, draws.within(8 * 3_600, 22 * 3_600, size), draws.within(8 * 3_600, 18 * 3_600, size)
    )
    day = np.where(direct, day, working_day(day))
    # Where the trip is near there is no balance, and the day may lie before the calendar begins.
    return world.local.at(np.maximum(day, booked.day), second)


def _business_start(
    draws: Draws, world: World, booked: BookedSlice, method: IntArray, deposit: IntArray
) -> IntArray:
    """When a business booking is first tried to be paid: soon after it is confirmed, or by invoice."""
    size, confirmed = len(booked), booked.fates.confirmed.at
    begins = world.local.at(booked.trips.starts, ready_hour(booked.kind) * 3_600)
    soon = confirmed + np.minimum(_AT_ONCE.draw(draws.words(size)), (begins - confirmed) // 2)
    confirmed_on = world.local.day_of(confirmed)
    office_hours = draws.within(8 * 3_600, 18 * 3_600, size)

    invoice_day = confirmed_on + draws.within(_INVOICE_SOONEST, _INVOICE_LATEST - _WEEKEND, size)
    before_start = booked.trips.starts - draws.within(_DUE_LATEST + _WEEKEND, _DUE_SOONEST, size)
    in_time = before_start >= confirmed_on + _INVOICE_SOONEST
    ahead = in_time & draws.chance(_BEFORE_START, size) & (booked.buyer == TRADE)
    invoice = world.local.at(working_day(np.where(ahead, before_start, invoice_day)), office_hours)
    invoiced = (method == TRANSFER) & draws.chance(_INVOICED, size)

    charge_day = booked.trips.starts - draws.within(1, 3, size)
    charged_late = (method == CARD) & draws.chance(_CHARGED_LATE, size) & (charge_day > confirmed_on)
    charge = world.local.at(np.maximum(charge_day, confirmed_on), office_hours)
    in_one_sum = deposit == 0
    return np.where(
        invoiced & in_one_sum,
        invoice,
        np.where(charged_late & in_one_sum, charge, np.maximum(soon, confirmed)),
    )
