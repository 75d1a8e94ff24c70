"""On which terms partners sell: tiers, commission, revenue share, and a name of their own.

Rates are ten-thousandths here and shares of one in the table. What they are a share of is told in
`commissions`.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Protocol

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import local_instant, utc
from analytics_lib.sources.sample.demand import B2B2C
from analytics_lib.sources.sample.draws import Draws, IntArray
from analytics_lib.sources.sample.partner_kinds import DISTRIBUTOR, KINDS, RESELLER
from analytics_lib.sources.sample.rows import as_table

NEVER = 2**62
"""The end of a partnership, or of terms, that has not ended."""

# Tier, bookings a year asked for, and the weight from which a partner starts there.
_TIERS = (("standard", 0, 0), ("silver", 50, 1_200), ("gold", 150, 3_000), ("platinum", 350, 6_500))
# By tier: commission of operators, agencies and companies, which is in the top tier more than the platform
# earns; commission of distributors; a reseller's part of the margin.
_COMMISSION = (800, 950, 1_100, 1_650)
_OVERRIDE = (250, 300, 350, 400)
_SHARE = (3_500, 4_000, 4_500, 5_000)
_LOSING_SHARE = 9_600
"""The part of the margin that one reseller has bargained for."""
_OWN_NAME = 5_500
_NEXT_TIER, _TIER_BEFORE = 2_500, 900


class _Signed(Protocol):
    """What terms need to know of all partners."""

    ids: list[str]
    kind: IntArray
    weight: IntArray
    joined: IntArray
    ended: IntArray
    through: int


class Terms:
    """One to three terms a partner, without gaps, reviewed on the first of January."""

    def __init__(self, seed: int, partners: _Signed) -> None:
        draws = Draws(seed, "partner terms")
        self.losing_reseller = _losing(partners)
        owner, starts, ends, tier, own_name = [], [], [], [], []
        for place in range(len(partners.ids)):
            sells_on = KINDS[int(partners.kind[place])].model == B2B2C
            sells_as_itself = int(partners.kind[place]) == RESELLER and bool(draws.chance(_OWN_NAME, 1)[0])
            reached = sum(int(partners.weight[place]) >= size for _, _, size in _TIERS[1:])
            for start, end in pairwise(_bounds(partners, place)):
                owner.append(place)
                starts.append(start)
                ends.append(end)
                tier.append(reached)
                own_name.append(sells_on and (sells_as_itself or place == self.losing_reseller))
                lot = int(draws.below(10_000, 1)[0])
                reached += (lot < _NEXT_TIER) - (lot >= 10_000 - _TIER_BEFORE)
                reached = min(max(reached, 0), len(_TIERS) - 1)
        self._ids = partners.ids
        self.owner, self.tier = np.array(owner, dtype=np.int64), np.array(tier, dtype=np.int64)
        self._starts, self._ends = np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)
        self.own_name = np.array(own_name, dtype=np.bool_)
        kind = partners.kind[self.owner]
        commission, override, share = (np.array(each) for each in (_COMMISSION, _OVERRIDE, _SHARE))
        self.commission = np.where(kind == DISTRIBUTOR, override[self.tier], commission[self.tier])
        self.commission = np.where(kind == RESELLER, 0, self.commission)
        self.share = np.where(kind == RESELLER, share[self.tier], 0)
        self.share = np.where(self.owner == self.losing_reseller, _LOSING_SHARE, self.share)

    def at(self, partner: IntArray, instant: IntArray) -> IntArray:
        """Which terms (a position in `commission`, `share`, `tier`, `own_name`) are in force."""
        order = self.owner * _MORE_THAN_ANY_INSTANT + self._starts
        found = np.searchsorted(order, partner * _MORE_THAN_ANY_INSTANT + instant, side="right") - 1
        # Before it has signed, a partner has its first terms.
        return np.maximum(found, np.searchsorted(self.owner, partner, side="left"))

    def table(self) -> pa.Table:
        """The canonical table `partner_terms`."""
        through_resellers = (self.share > 0).tolist()
        return as_table(
            "partner_terms",
            {
                "partner_id": [self._ids[place] for place in self.owner],
                "valid_from": [utc(int(start)) for start in self._starts],
                "valid_to": [utc(int(end)) if end < NEVER else None for end in self._ends],
                "tier": [_TIERS[tier][0] for tier in self.tier],
                "min_volume": [_TIERS[tier][1] for tier in self.tier],
                "commission_rate": [
                    None if shares else rate / 10_000
                    for rate, shares in zip(self.commission.tolist(), through_resellers, strict=True)
                ],
                "revenue_share_rate": [share / 10_000 if share else None for share in self.share.tolist()],
                "white_label": self.own_name.tolist(),
            },
        )


_MORE_THAN_ANY_INSTANT = 2**40


def _losing(partners: _Signed) -> int:
    """The reseller with the best terms: the third one, who is there from the start."""
    return int(np.flatnonzero(partners.kind == RESELLER)[2])


def _bounds(partners: _Signed, place: int) -> list[int]:
    """When a partner's terms begin and end: signed, reviewed, left."""
    joined, ended = int(partners.joined[place]), int(partners.ended[place])
    first_year = utc(joined).year + 1
    last_year = utc(min(ended, partners.through) - 1).year
    years = range(max(first_year, last_year - 1), last_year + 1)
    reviews = [local_instant(date(year, 1, 1)) for year in years]
    return [joined, *(review for review in reviews if joined < review < ended), ended]
