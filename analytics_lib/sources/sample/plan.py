"""What is asked of the sample platform: how many bookings, from which seed, up to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from analytics_lib.errors import InputError
from analytics_lib.schema import metadata

RECIPE = 2
"""Version of the rows: raised whenever the same plan would yield other rows than before."""

FIRST_DAY = date(2024, 1, 1)
"""Local day of the first booking."""

ALWAYS = (
    "destinations",
    "products",
    "partners",
    "partner_terms",
    "exchange_rates",
    "customers",
    "bookings",
)
"""Bookings, and what they refer to."""
HANGING = ("bookings", *(name for name in metadata.tables if name not in ("about", "coverage", *ALWAYS)))
"""What `only` may name: what hangs on bookings, or bookings for nothing but them."""
TABLES = tuple(name for name in metadata.tables if name not in ("about", "coverage"))

_LONGEST = date(2040, 1, 1)
_MOST = 1_000_000_000


@dataclass(frozen=True)
class SamplePlan:
    """A sample platform that has not been made yet; equal plans yield equal rows.

    Parameters:
        bookings: number of booking rows, test records included; 1 to 1,000,000,000.
        seed: any whole number from 0; another seed gives another platform of the same shape.
        through: first local day (Europe/Madrid) that is not in the data, 2024-02-01 to 2040-01-01.
        only: of the tables that hang on bookings, only these; all if empty. Bookings, and what they refer
            to, are always there, so ("bookings",) means nothing but them.

    Raises InputError when a value lies outside these bounds, or a table is not one of the sample's.
    """

    bookings: int = 100_000
    seed: int = 20261101
    through: date = date(2026, 11, 1)
    only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.bookings <= _MOST:
            raise InputError(f"A sample of {self.bookings} bookings cannot be made: ask for 1 to {_MOST}.")
        if self.seed < 0:
            raise InputError(f"Seed {self.seed} cannot be used: give a whole number from 0.")
        earliest = FIRST_DAY + timedelta(days=31)
        if not earliest <= self.through <= _LONGEST:
            raise InputError(
                f"The sample cannot end at {self.through}: choose a day from {earliest} to {_LONGEST}."
            )
        for name in self.only:
            if name not in HANGING:
                raise InputError(
                    f"The sample cannot be made of the table '{name}' only: name 'bookings' or some of "
                    f"{', '.join(HANGING[1:])}."
                )

    def has(self, table: str) -> bool:
        """Whether the platform has this table."""
        return table in ALWAYS or not self.only or table in self.only

    def __str__(self) -> str:
        only = f" only {' '.join(self.only)}" if self.only else ""
        return f"seed {self.seed} bookings {self.bookings}{only}"
