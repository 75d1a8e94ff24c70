"""The kinds of partners."""

from __future__ import annotations

from dataclasses import dataclass

from analytics_lib.sources.sample.demand import B2B, B2B2C


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
