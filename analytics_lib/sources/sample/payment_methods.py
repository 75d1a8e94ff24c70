"""How people pay and who carries it out: methods, providers, what they charge and how soon they pay out."""

from __future__ import annotations

import numpy as np

from analytics_lib.sources.sample.customers import COUNTRY_CODES
from analytics_lib.sources.sample.demand import B2B2C, B2C
from analytics_lib.sources.sample.draws import Draws, IntArray, Lottery
from analytics_lib.sources.sample.slices import BookedSlice
from analytics_lib.sources.sample.story import FAILED_PROVIDER
from analytics_lib.sources.sample.trips import COMPANY
from analytics_lib.sources.sample.ways import DEVICES

METHODS = ("card", "paypal", "bank_transfer", "wallet")
CARD, PAYPAL, TRANSFER, WALLET = range(len(METHODS))

PROVIDERS = ("Adria Pay", FAILED_PROVIDER, "PayPal", "Iberbank")
ADRIA, CARDONA, OF_PAYPAL, BANK = range(len(PROVIDERS))
_CARDONA_SHARE = 3_800
"""Ten-thousandths of the cards and wallets; Adria Pay has the rest."""

FEE_SHARE = np.array([140, 290, 0, 160], dtype=np.int64)
"""By method: what the provider keeps of a captured amount, in ten-thousandths."""
FEE_FIXED = np.array([25, 35, 20, 25], dtype=np.int64)
"""By method: what it keeps besides, in euro cents."""

SOONEST_PAYOUT = np.array([2, 3, 1, 1], dtype=np.int64)
LATEST_PAYOUT = np.array([3, 5, 2, 2], dtype=np.int64)
"""By provider: days from the capture to the payout, but for weekends."""

# Direct buyers by country, at a desk and on a telephone: shares of METHODS.
_ELSEWHERE = ((64, 16, 6, 14), (50, 13, 3, 34))
_BY_COUNTRY = {
    "DE": ((28, 50, 10, 12), (22, 45, 5, 28)),
    "GB": ((68, 15, 1, 16), (50, 12, 1, 37)),
    "US": ((72, 14, 0, 14), (55, 11, 0, 34)),
    "NL": ((46, 20, 22, 12), (42, 18, 14, 26)),
    "JP": ((80, 5, 5, 10), (68, 4, 2, 26)),
}
_OF_DIRECT = [shares for country in COUNTRY_CODES for shares in _BY_COUNTRY.get(country, _ELSEWHERE)]
_OF_TRADE, _OF_COMPANIES, _OF_RESELLERS = (18, 0, 82, 0), (34, 0, 66, 0), (74, 0, 26, 0)
_CHOICE = Lottery([*_OF_DIRECT, _OF_TRADE, _OF_COMPANIES, _OF_RESELLERS])
_TRADE_GROUP = len(_OF_DIRECT)
_MOBILE = DEVICES.index("mobile")

_DAYS_OF_A_TRANSFER = 6
"""Direct buyers who leave sooner than this cannot pay by bank transfer."""

# What is tried after each method has failed: direct buyers, then those of partners.
_AGAIN = Lottery(
    [
        (76, 15, 0, 9),
        (36, 60, 0, 4),
        (55, 25, 15, 5),
        (34, 10, 0, 56),
        (92, 0, 8, 0),
        (90, 0, 10, 0),
        (22, 0, 78, 0),
        (90, 0, 10, 0),
    ]
)


def choose_method(draws: Draws, booked: BookedSlice) -> IntArray:
    """The method by which each booking is first tried to be paid."""
    direct = booked.model == B2C
    partners_group = np.where(booked.model == B2B2C, 2, np.where(booked.buyer == COMPANY, 1, 0))
    group = np.where(direct, booked.country * 2 + (booked.device == _MOBILE), _TRADE_GROUP + partners_group)
    method = _CHOICE.draw(draws.words(len(booked)), group)
    hurried = direct & (method == TRANSFER) & (booked.trips.lead < _DAYS_OF_A_TRANSFER)
    return np.where(hurried, CARD, method)


def choose_again(draws: Draws, method: IntArray, model: IntArray) -> IntArray:
    """The method that is tried after this one has failed: mostly the same."""
    return _AGAIN.draw(draws.words(len(method)), method + np.where(model == B2C, 0, len(METHODS)))


def choose_provider(draws: Draws, method: IntArray) -> IntArray:
    """Who carries out an attempt."""
    of_cards = np.where(draws.chance(_CARDONA_SHARE, len(method)), CARDONA, ADRIA)
    return np.where(method == PAYPAL, OF_PAYPAL, np.where(method == TRANSFER, BANK, of_cards))
