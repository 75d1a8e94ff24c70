"""Who sells for the platform: operators, agencies and companies (B2B), distributors and resellers (B2B2C)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import local_instant, utc
from analytics_lib.sources.sample.demand import B2B, B2B2C, MODELS
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery, words_of
from analytics_lib.sources.sample.rows import as_table

NEVER = 2**62
"""The end of a partnership that has not ended."""

_ATTEMPTS = 6
_OLDEST = date(2019, 1, 7)


@dataclass(frozen=True)
class PartnerKind:
    """A kind of partner: how many there are, and how much one of them books beside the others."""

    name: str
    prefix: str
    model: int
    count: int
    weight: int
    suffixes: tuple[str, ...]


KINDS: tuple[PartnerKind, ...] = (
    PartnerKind("tour_operator", "op", B2B, 24, 34, ("Tours", "Holidays", "Reisen")),
    PartnerKind("agency", "ag", B2B, 34, 16, ("Travel", "Viajes", "Voyages")),
    PartnerKind("corporate", "co", B2B, 22, 13, ("Logistics", "Engineering", "Pharma")),
    PartnerKind("distributor", "di", B2B2C, 9, 14, ("Distribution", "Connect")),
    PartnerKind("reseller", "re", B2B2C, 31, 24, ("Getaways", "Trips", "Breaks")),
)
CORPORATE, DISTRIBUTOR, RESELLER = 2, 3, 4

_STEMS = (
    "Alba",
    "Boreal",
    "Cardinal",
    "Delfin",
    "Estrella",
    "Fjord",
    "Galia",
    "Halcyon",
    "Iris",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Meridian",
    "Nordwind",
    "Orion",
    "Pelican",
    "Quarz",
    "Rivage",
    "Solana",
    "Tramontana",
    "Umbra",
    "Vela",
    "Westerly",
    "Xenia",
    "Ysop",
    "Zephyr",
    "Arcadia",
    "Bellevue",
    "Corsica",
    "Dunes",
    "Elster",
    "Faro",
    "Granada",
    "Horizon",
)
# Country and currency of the partner's customers and invoices, with its share.
_HOMES = (
    ("ES", "EUR", 24),
    ("DE", "EUR", 17),
    ("FR", "EUR", 12),
    ("GB", "GBP", 17),
    ("US", "USD", 12),
    ("CH", "CHF", 7),
    ("SE", "SEK", 7),
    ("JP", "JPY", 4),
)
# Tier, bookings a year asked for, and the size from which a partner starts there.
_TIERS = (("standard", 0, 0), ("silver", 50, 1_200), ("gold", 150, 3_000), ("platinum", 350, 6_500))


class Partners:
    """All partners of one platform, who of them is active when, and under which terms.

    Parameters: the platform's seed, its first day and the first day after it.
    """

    def __init__(self, seed: int, first: date, through: date) -> None:
        draws = Draws(seed, "partners")
        kinds = [place for place, kind in enumerate(KINDS) for _ in range(KINDS[place].count)]
        ranks = [rank for kind in KINDS for rank in range(kind.count)]
        count = len(kinds)
        self._seed, self._through = seed, local_instant(through)
        self.kind = np.array(kinds, dtype=np.int64)
        self.model = np.array([KINDS[kind].model for kind in kinds], dtype=np.int64)
        self.home = Lottery([[share for _, _, share in _HOMES]]).draw(draws.words(count))
        self.ids = [f"{KINDS[kind].prefix}-{rank + 1:03d}" for kind, rank in zip(kinds, ranks, strict=True)]
        self._names = [_name(kind, rank) for kind, rank in zip(kinds, ranks, strict=True)]
        founding = np.array([rank < 5 for rank in ranks])
        self.joined = _joined(draws, founding, first, through)
        self._parent = self._parents(draws, ranks)
        reseller = self._parent >= 0
        self.joined[reseller] = np.maximum(
            self.joined[reseller], self.joined[self._parent[reseller]] + 86_400
        )
        self.ended = self._ends(draws, founding)
        rank = np.array(ranks, dtype=np.int64)
        size = np.array([KINDS[kind].weight for kind in kinds], dtype=np.int64)
        self.weight = size * draws.within(60, 140, count) * 12 // (rank % 11 + 4)
        self._of_model = Lottery(
            [np.where(self.model == model, self.weight, 0).tolist() for model in (B2B, B2B2C)]
        )

    def _parents(self, draws: Draws, ranks: list[int]) -> IntArray:
        """The distributor above each reseller, -1 where there is none; the first ones stand alone."""
        distributors = np.flatnonzero(self.kind == DISTRIBUTOR)
        chosen = distributors[draws.below(len(distributors), len(ranks))]
        # Founding resellers go to founding distributors, so that they are active from the start.
        chosen = np.where(np.array(ranks) < 5, distributors[np.array(ranks) % 5], chosen)
        return np.where(self.kind == RESELLER, chosen, -1)

    def _ends(self, draws: Draws, founding: BoolArray) -> IntArray:
        """When a partner left: about one in ten, after half a year at the earliest, distributors never."""
        half_a_year = 182 * 86_400
        free = self._through - self.joined - half_a_year
        leaves = draws.chance(1_400, len(free)) & ~founding & (free > 86_400) & (self.kind != DISTRIBUTOR)
        days = draws.below(np.maximum(free // 86_400, 1), len(free))
        return np.where(leaves, self.joined + half_a_year + days * 86_400, NEVER)

    def of_customers(self, model: int, customer: IntArray, instant: IntArray) -> IntArray:
        """The partner through whom each customer of a business model books at an instant.

        Mostly one and the same; before it joined or after it left, another that is active.
        """
        found = np.full(len(customer), self._founder(model), dtype=np.int64)
        open_rows = np.arange(len(customer))
        for attempt in range(_ATTEMPTS):
            words = words_of(self._seed, f"partner of {MODELS[model]} {attempt}", customer[open_rows])
            chosen = self._of_model.draw(words, model - B2B)
            at = instant[open_rows]
            active = (self.joined[chosen] <= at) & (at < self.ended[chosen])
            found[open_rows[active]] = chosen[active]
            open_rows = open_rows[~active]
        return found

    def _founder(self, model: int) -> int:
        return int(np.flatnonzero(self.model == model)[0])

    def home_country(self, partner: IntArray) -> IntArray:
        """Position of the home in HOME_COUNTRIES."""
        return self.home[partner]

    def table(self) -> pa.Table:
        """The canonical table `partners`."""
        return as_table(
            "partners",
            {
                "partner_id": self.ids,
                "name": self._names,
                "kind": [KINDS[kind].name for kind in self.kind],
                "business_model": [MODELS[model] for model in self.model],
                "parent_partner_id": [self.ids[parent] if parent >= 0 else None for parent in self._parent],
                "joined_at": [utc(int(instant)) for instant in self.joined],
                "ended_at": [utc(int(instant)) if instant < NEVER else None for instant in self.ended],
            },
        )

    def terms_table(self) -> pa.Table:
        """The canonical table `partner_terms`: one to three terms a partner, without gaps."""
        draws = Draws(self._seed, "partner terms")
        rows: list[tuple[object, ...]] = []
        for place, partner_id in enumerate(self.ids):
            joined, ended = int(self.joined[place]), int(self.ended[place])
            first_year = utc(joined).year + 1
            last_year = utc(min(ended, self._through) - 1).year
            reviews = [
                local_instant(date(year, 1, 1))
                for year in range(max(first_year, last_year - 1), last_year + 1)
            ]
            bounds = [joined, *(review for review in reviews if joined < review < ended), ended]
            tier = sum(int(self.weight[place]) >= size for _, _, size in _TIERS[1:])
            through_resellers = KINDS[int(self.kind[place])].model == B2B2C
            white_label = through_resellers and bool(draws.chance(5_500, 1)[0])
            for start, end in pairwise(bounds):
                name, volume, _ = _TIERS[tier]
                rows.append(
                    (
                        partner_id,
                        utc(start),
                        utc(end) if end < NEVER else None,
                        name,
                        volume,
                        (80 + 15 * tier) / 1_000,
                        (200 + 50 * tier) / 1_000 if through_resellers else None,
                        white_label,
                    )
                )
                tier = min(tier + int(draws.chance(2_500, 1)[0]), 3)
        names = (
            "partner_id valid_from valid_to tier min_volume commission_rate revenue_share_rate white_label"
        )
        return as_table(
            "partner_terms", dict(zip(names.split(), map(list, zip(*rows, strict=True)), strict=True))
        )


HOME_COUNTRIES = [country for country, _, _ in _HOMES]
HOME_CURRENCIES = [currency for _, currency, _ in _HOMES]


def _name(kind: int, rank: int) -> str:
    """No two partners of a kind share a stem."""
    suffixes = KINDS[kind].suffixes
    return f"{_STEMS[(rank + 7 * kind) % len(_STEMS)]} {suffixes[rank % len(suffixes)]}"


def _joined(draws: Draws, founding: BoolArray, first: date, through: date) -> IntArray:
    """The instant each partner signed, at 10:00 on a working day; two thirds before the data begins."""
    count = len(founding)
    before = founding | draws.chance(6_000, count)
    earlier = draws.below((first - _OLDEST).days - 7, count)
    later = draws.below(max((through - first).days - 7, 1), count)
    instants = []
    for place in range(count):
        day = (
            _OLDEST + timedelta(days=int(earlier[place]))
            if before[place]
            else first + timedelta(int(later[place]))
        )
        instants.append(local_instant(day - timedelta(days=max(day.weekday() - 4, 0)), 10))
    return np.array(instants, dtype=np.int64)
