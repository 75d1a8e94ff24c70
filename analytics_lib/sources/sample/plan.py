"""What is asked of the sample platform: how many bookings, from which seed, up to when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from analytics_lib.errors import InputError

RECIPE = 1
"""Version of the rows: raised whenever the same plan would yield other rows than before."""

FIRST_DAY = date(2024, 1, 1)
"""Local day of the first booking."""

_LONGEST = date(2040, 1, 1)
_MOST = 1_000_000_000


@dataclass(frozen=True)
class SamplePlan:
    """A sample platform that has not been made yet; equal plans yield equal rows.

    Parameters:
        bookings: number of booking rows, test records included; 1 to 1,000,000,000.
        seed: any whole number from 0; another seed gives another platform of the same shape.
        through: first local day (Europe/Madrid) that is not in the data, 2024-02-01 to 2040-01-01.

    Raises InputError when a value lies outside these bounds.
    """

    bookings: int = 100_000
    seed: int = 20261101
    through: date = date(2026, 11, 1)

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
