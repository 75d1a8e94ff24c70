"""What a plan has to know of the database, asked once a plan and not once a run."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sqlalchemy import select

from analytics_lib import Scope, schema
from analytics_lib.booking_platform import BookingPlatform
from analytics_lib.errors import UnknownName


class PlatformFacts:
    """The version of the data, its zone, its partners, and the currencies that it has rates of."""

    def __init__(self, platform: BookingPlatform) -> None:
        self.platform = platform
        self.version = platform.warehouse.version()
        self.zone = platform.about.get("zone", "UTC")
        self._rated: set[tuple[str, datetime]] = set()

    @cached_property
    def partners(self) -> tuple[str, ...]:
        """The partners that the data holds, in the order of their ids."""
        with self.platform.warehouse.reading() as reader:
            if schema.partners.name not in reader.contents().tables:
                return ()
            found, _, _ = reader.rows(select(schema.partners.c.partner_id))
        return tuple(sorted(str(row["partner_id"]) for row in found))

    def refuse_unknown_partner(self, partner: str) -> None:
        """Raise `UnknownName` for a partner that the data does not hold."""
        if partner not in self.partners:
            raise UnknownName("partner", partner, self.partners)

    def refuse_without_rate(self, currency: str, scope: Scope) -> None:
        """Raise `InputError` for a currency without a rate where the scope looks from."""
        if currency and (currency, scope.as_of) not in self._rated:
            self.platform.reading_in(currency).rate(scope)
            self._rated.add((currency, scope.as_of))
