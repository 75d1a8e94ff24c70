"""From what an engine answered to a cell: sums that leave rows out, and ranks that rest on few."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from analytics_lib.cell import Cell

QUANTILE_DIGITS = 9
"""Decimals that a quantile is answered with: engines interpolate in doubles and differ in the last."""


def summed(value: Any, with_value: int, seen: int, per: int = 1) -> Cell:
    """A sum over the rows that have a value, of those seen; `per` of it make one."""
    if seen and not with_value:
        return Cell(None, 0, f"missing, because none of {seen} rows has a value (such as an exchange rate)")
    left_out = seen - with_value
    reason = f"{left_out} of {seen} rows left out: they have no value" if left_out else None
    whole = 0 if value is None else int(value)
    return Cell(whole if per == 1 else Fraction(whole, per), with_value, reason)


def ranked(value: Any, with_value: int, small_base: int, per: int = 1) -> Cell:
    """A quantile of the rows that have a value."""
    if value is None:
        return Cell(None, 0, "no rows to rank")
    reason = f"small base of {with_value}" if with_value < small_base else None
    return Cell(round(float(value) / per, QUANTILE_DIGITS), with_value, reason)
