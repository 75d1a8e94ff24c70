"""One number of an answer, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

Number = int | float | Fraction

Group = tuple[str, ...]
"""The values of the dimensions asked by, in their order."""

Place = tuple[int, datetime | None, Group]
"""Arm, bucket key and dimension values."""


@dataclass(frozen=True)
class Cell:
    """One number, how many rows it rests on, and why it is missing or to be taken with care.

    Counts and sums are Python integers, money in minor units until the last step; what was divided is
    a Fraction. `is_incomplete` says that the data does not cover the whole of the period, `is_withheld`
    that the number is known and not shown. `customers` is how many it is about, where that is asked.
    """

    value: Number | None
    n: int = 0
    reason: str | None = None
    is_incomplete: bool = False
    is_withheld: bool = False
    customers: int | None = None
