"""Who sells for the platform: operators, agencies and companies (B2B), distributors and resellers (B2B2C)."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.days import local_instant, utc
from analytics_lib.sources.sample.demand import B2B, B2B2C, MODELS
from analytics_lib.sources.sample.draws import WORD_BITS, BoolArray, Draws, IntArray, Lottery, words_of
from analytics_lib.sources.sample.partner_kinds import DISTRIBUTOR, KINDS, RESELLER
from analytics_lib.sources.sample.rows import as_table
from analytics_lib.sources.sample.terms import NEVER, Terms

_ATTEMPTS = 6
_OLDEST = date(2019, 1, 7)


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
_DAY = 86_400
# A partner that signs after the platform has begun needs this long until it sells as others do.
_RAMP, _FIRST_MONTH = 240 * _DAY, 1_200
# A fading partner sells less and less for so long, down to this many ten-thousandths.
_FADE, _FADED = 330 * _DAY, 1_000
# Of those that are free to: how many fade, and how many leave without a word.
_FADING, _SILENT = 1_500, 700


class Partners:
    """All partners of one platform, who of them is active when, and under which terms.

    Parameters: the platform's seed, its first day and the first day after it.
    """

    def __init__(self, seed: int, first: date, through: date) -> None:
        draws = Draws(seed, "partners")
        kinds = [place for place, kind in enumerate(KINDS) for _ in range(KINDS[place].count)]
        ranks = [rank for kind in KINDS for rank in range(kind.count)]
        count = len(kinds)
        self._seed, self.through = seed, local_instant(through)
        self.kind = np.array(kinds, dtype=np.int64)
        self.model = np.array([KINDS[kind].model for kind in kinds], dtype=np.int64)
        self.home = Lottery([[share for _, _, share in _HOMES]]).draw(draws.words(count))
        self.ids = [f"{KINDS[kind].prefix}-{rank + 1:03d}" for kind, rank in zip(kinds, ranks, strict=True)]
        self._names = [_name(kind, rank) for kind, rank in zip(kinds, ranks, strict=True)]
        founding = np.array([rank < 5 for rank in ranks])
        self.joined = _joined(draws, founding, first, through)
        self.parent = self._parents(draws, ranks)
        reseller = self.parent >= 0
        self.joined[reseller] = np.maximum(self.joined[reseller], self.joined[self.parent[reseller]] + 86_400)
        self.ended = self._ends(draws, founding)
        self._fades, self._gone = self._fates(Draws(seed, "partner fates"), founding, local_instant(first))
        self._begin = local_instant(first)
        rank = np.array(ranks, dtype=np.int64)
        size = np.array([KINDS[kind].weight for kind in kinds], dtype=np.int64)
        self.weight = size * draws.within(60, 140, count) * 12 // (rank % 11 + 4)
        self.terms = Terms(seed, self)
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
        free = self.through - self.joined - half_a_year
        leaves = draws.chance(1_400, len(free)) & ~founding & (free > 86_400) & (self.kind != DISTRIBUTOR)
        days = draws.below(np.maximum(free // 86_400, 1), len(free))
        return np.where(leaves, self.joined + half_a_year + days * 86_400, NEVER)

    def _fates(self, draws: Draws, founding: BoolArray, begin: int) -> tuple[IntArray, IntArray]:
        """From when a partner fades, and when it has sold for the last time without saying so; or NEVER."""
        count = len(founding)
        since = np.maximum(self.joined, begin) + _RAMP
        free = np.minimum(self.ended, self.through) - since
        open_to = ~founding & (self.kind != DISTRIBUTOR) & (free > 120 * _DAY)
        fate = draws.below(10_000, count)
        when = since + draws.below(np.maximum(free // _DAY, 1), count) * _DAY
        fades = np.where(open_to & (fate < _FADING), when, NEVER)
        gone = np.where(open_to & (fate >= 10_000 - _SILENT) & (self.ended == NEVER), when, NEVER)
        return fades, gone

    def eagerness(self, partner: IntArray, instant: IntArray) -> IntArray:
        """How much of its full trade a partner does at an instant, in ten-thousandths; 0 if it does none."""
        age, faded = instant - self.joined[partner], instant - self._fades[partner]
        ramps = self.joined[partner] >= self._begin
        ramp = _FIRST_MONTH + (10_000 - _FIRST_MONTH) * np.minimum(age, _RAMP) // _RAMP
        full = np.where(ramps, ramp, 10_000)
        full = full - (full - np.minimum(full, _FADED)) * np.clip(faded, 0, _FADE) // _FADE
        active = (age >= 0) & (instant < self.ended[partner]) & (instant < self._gone[partner])
        return np.where(active, full, 0)

    def has_own_name(self, partner: IntArray, instant: IntArray) -> BoolArray:
        """Whether each partner sells under a name of its own at an instant; false for -1."""
        there = partner >= 0
        found = np.zeros(len(partner), dtype=np.bool_)
        found[there] = self.terms.own_name[self.terms.at(partner[there], instant[there])]
        return found

    def of_customers(self, model: int, customer: IntArray, instant: IntArray) -> IntArray:
        """The partner through whom each customer of a business model books at an instant.

        Mostly one and the same; where it does less trade or none, at times another one.
        """
        found = np.full(len(customer), self._founder(model), dtype=np.int64)
        open_rows = np.arange(len(customer))
        for attempt in range(_ATTEMPTS):
            words = words_of(self._seed, f"partner of {MODELS[model]} {attempt}", customer[open_rows])
            chosen = self._of_model.draw(words, model - B2B)
            lot = words_of(self._seed, f"eagerness {attempt}", instant[open_rows] + customer[open_rows])
            active = (lot * 10_000 >> WORD_BITS) < self.eagerness(chosen, instant[open_rows])
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
                "parent_partner_id": [self.ids[parent] if parent >= 0 else None for parent in self.parent],
                "joined_at": [utc(int(instant)) for instant in self.joined],
                "ended_at": [utc(int(instant)) if instant < NEVER else None for instant in self.ended],
            },
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
