"""What happens to the platform: dated events that the reports must find again.

Days are local; a span ends before its last day. Where each event can be seen stands in docs/sample.md.
An event that lies beyond the end of the data has not happened yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analytics_lib.sources.sample.days import day_number, local_instant
from analytics_lib.sources.sample.draws import BoolArray, IntArray


@dataclass(frozen=True)
class Span:
    """Local days from `first` to the day before `after`."""

    first: date
    after: date

    def holds(self, day: IntArray) -> BoolArray:
        """Which local days (numbers since 1970) lie within."""
        within: BoolArray = (day >= day_number(self.first)) & (day < day_number(self.after))
        return within

    @property
    def begins(self) -> int:
        """The instant at which it begins."""
        return local_instant(self.first)

    @property
    def ends(self) -> int:
        """The first instant after it."""
        return local_instant(self.after)


SPRING_SALE = Span(date(2025, 5, 12), date(2025, 5, 26))
"""A campaign: half as many direct bookings again, through e-mail and social media, for dear marketing."""
SALE_CAMPAIGN = "spring-sale-2025"

COLLAPSE = Span(date(2025, 8, 1), date(2025, 9, 1))
"""Forest fires: hardly anybody books a trip to the place, and most who were about to go cancel."""
COLLAPSED_PLACE = "Athens"

EXPERIMENT = Span(date(2025, 9, 15), date(2026, 1, 15))
"""Direct visits show hotel prices of one of three arms, by lot; a visitor may see several."""
ARMS = ("low", "control", "high")
ARM_PERMILLE = (900, 1_000, 1_100)
"""What each arm makes of a price."""
ELASTICITY = -1.6
"""Bookings in an arm follow the price to this power."""
ARM_WEIGHTS = (11_836, 10_000, 8_586)
"""Price ** ELASTICITY for each arm, in ten-thousandths."""

PROVIDER_FAILURE = Span(date(2026, 3, 9), date(2026, 3, 16))
"""A card provider answers hardly any attempt; more direct bookings expire unpaid."""
FAILED_PROVIDER = "Cardona"

POUND_SHOCK = date(2026, 4, 20)
"""The pound loses a tenth of its value in three working days and stays there."""

ZLOTY_START = date(2025, 3, 3)
"""Polish customers can pay in zloty from this day; before it there is neither."""

SLOW_AGENT, SLOW_FROM = "trip_planner", date(2026, 5, 4)
"""From this day the agent takes three times as long as before."""
FAILING_AGENT = "refund_desk"
"""An agent that fails or runs into its limit in one query out of six."""
