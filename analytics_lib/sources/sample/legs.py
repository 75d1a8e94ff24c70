"""How the price of a booking is divided into legs: who gets which part of it.

Amounts are euro cents, tax included only in the supplier's leg, who pays it on. A commission is a share of
the price net of tax; a reseller's share is one of the margin, which is what the supplier leaves of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics_lib.sources.sample.demand import B2B, B2B2C
from analytics_lib.sources.sample.draws import IntArray
from analytics_lib.sources.sample.slices import BookedSlice, World
from analytics_lib.sources.sample.story import ARM_PERMILLE

LEGS = ("supplier", "agency", "distributor", "reseller", "platform")
SUPPLIER, AGENCY, DISTRIBUTOR, RESELLER, PLATFORM = range(5)

# What suppliers ask, in thousandths of the list price net of tax, by kind of product (hotel, package, tour,
# activity, transfer).
_COST = np.array([760, 825, 740, 760, 800], dtype=np.int64)
# The experiment changes what guests pay, not what suppliers ask; the last is for bookings in no arm, -1.
_ARM_PERMILLE = np.array([*ARM_PERMILLE, 1_000], dtype=np.int64)
_WHOLE = 10_000


@dataclass(frozen=True)
class Division:
    """One row a booking, one column a leg.

    `payee` is a position in partners.ids, or for suppliers the product's position after the last partner;
    `terms` are those by which a partner is paid. Both are -1 where there is none.
    """

    amount: IntArray
    """Each row adds up to the price."""
    payee: IntArray
    terms: IntArray
    commissionable: IntArray
    """The price net of tax, one for all legs."""


def rounded(numerator: IntArray, denominator: int | IntArray) -> IntArray:
    """The quotient, half away from zero; the denominator is positive."""
    whole: IntArray = np.asarray(denominator)
    size = (2 * np.abs(numerator) + whole) // (2 * whole)
    return np.where(numerator < 0, -size, size)


def divide(world: World, booked: BookedSlice) -> Division:
    """The legs of each booking, by the terms in force when it was made."""
    partners, prices, created = world.partners, booked.prices, booked.created
    net = prices.base - prices.base_tax
    cost = _cost(booked, net)
    above = partners.parent[booked.partner]
    sold_on = booked.model == B2B2C

    size = len(booked)
    payee = np.full((size, len(LEGS)), -1, dtype=np.int64)
    payee[:, SUPPLIER] = len(partners.ids) + booked.product
    payee[:, AGENCY] = np.where(booked.model == B2B, booked.partner, -1)
    payee[:, DISTRIBUTOR] = np.where(sold_on, np.where(above >= 0, above, booked.partner), -1)
    payee[:, RESELLER] = np.where(sold_on & (above >= 0), booked.partner, -1)

    amount, terms = np.zeros_like(payee), np.full_like(payee, -1)
    amount[:, SUPPLIER] = prices.base_tax + cost
    margin = np.maximum(net - cost, 0)
    for leg, rates, of in (
        (AGENCY, partners.terms.commission, net),
        (DISTRIBUTOR, partners.terms.commission, net),
        (RESELLER, partners.terms.share, margin),
    ):
        rows = np.flatnonzero(payee[:, leg] >= 0)
        terms[rows, leg] = partners.terms.at(payee[rows, leg], created[rows])
        amount[rows, leg] = rounded(of[rows] * rates[terms[rows, leg]], _WHOLE)
    amount[:, PLATFORM] = prices.base - amount.sum(axis=1)
    return Division(amount, payee, terms, net)


def part(amount: IntArray, share: IntArray) -> IntArray:
    """So many ten-thousandths of each booking's legs, which add up to the same part of the price.

    The running sum over the legs is rounded, so that no part of a leg exceeds the leg or has another sign.
    """
    running = rounded(np.cumsum(amount, axis=1) * share[:, None], _WHOLE)
    return np.diff(running, axis=1, prepend=0)


def _cost(booked: BookedSlice, net: IntArray) -> IntArray:
    """What the supplier asks, net of tax: discounts and the experiment are no business of his."""
    prices = booked.prices
    return rounded(net * prices.listed * _COST[booked.kind], prices.price * _ARM_PERMILLE[booked.arm])
