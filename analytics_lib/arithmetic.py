"""From counted parts to numbers: sums, ratios and shares, each exact, each missing with a reason.

Counts and sums are Python integers, money in minor units until
the last step; nothing is rounded before it is divided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from analytics_lib.cell import Cell, Number
from analytics_lib.formatting import currency_decimals
from analytics_lib.metric import AnyMetric, Ratio, Share, Shrunk, Sum

WILSON_Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for 95 % intervals."""

EXTRA_DIGITS = 6
"""Digits kept behind the minor unit where money was divided."""


def evaluate(metric: AnyMetric, leaves: Mapping[str, Cell], totals: Mapping[str, Cell]) -> Cell:
    """The cell of any metric from the cells of its leaves; `totals` are those over all groups."""
    match metric:
        case Sum():
            return _sum(metric, leaves, totals)
        case Ratio():
            return _ratio(
                metric, evaluate(metric.top, leaves, totals), evaluate(metric.bottom, leaves, totals)
            )
        case Share():
            return _share(metric, evaluate(metric.of, leaves, totals), evaluate(metric.of, totals, totals))
        case Shrunk():
            return _shrunk(metric, leaves, totals)
        case _:
            return leaves[metric.name]


def _sum(metric: Sum, leaves: Mapping[str, Cell], totals: Mapping[str, Cell]) -> Cell:
    plus = [evaluate(part, leaves, totals) for part in metric.plus]
    minus = [evaluate(part, leaves, totals) for part in metric.minus]
    missing = _first_missing(*plus, *minus)
    incomplete = any(cell.is_incomplete for cell in plus + minus)
    if missing is not None:
        return replace(missing, value=None, n=plus[0].n, is_incomplete=incomplete)
    value = sum(_exact(cell) for cell in plus) - sum(_exact(cell) for cell in minus)
    return Cell(value, plus[0].n, _first_reason(*plus, *minus), incomplete)


def _ratio(metric: Ratio, top: Cell, bottom: Cell) -> Cell:
    incomplete = top.is_incomplete or bottom.is_incomplete
    missing = _first_missing(bottom, top)
    if missing is not None:
        return replace(missing, n=bottom.n, is_incomplete=incomplete)
    if not bottom.value:
        return Cell(None, bottom.n, f"nothing to divide by ({metric.bottom.title.lower()}: 0)", incomplete)
    value = metric.times * Fraction(_exact(top)) / Fraction(_exact(bottom))
    reason = _first_reason(top, bottom)
    if bottom.n < metric.small_base:
        small = f"small base of {bottom.n}"
        if metric.unit == "share" and metric.top.unit == metric.bottom.unit == "count" and 0 <= value <= 1:
            low, high = wilson(int(_exact(top)), int(_exact(bottom)))
            small += f", 95 % interval {low * 100:.1f} to {high * 100:.1f} %"
        reason = small if reason is None else f"{reason}; {small}"
    return Cell(value, bottom.n, reason, incomplete)


def _share(metric: Share, part: Cell, total: Cell) -> Cell:
    incomplete = part.is_incomplete or total.is_incomplete
    missing = _first_missing(part, total)
    if missing is not None:
        return replace(missing, n=part.n, is_incomplete=incomplete)
    if not total.value:
        return Cell(None, part.n, "nothing to divide by (the total: 0)", incomplete)
    reason = _first_reason(part, total)
    if total.n < metric.small_base:
        small = f"small base of {total.n}"
        reason = small if reason is None else f"{reason}; {small}"
    return Cell(Fraction(_exact(part)) / Fraction(_exact(total)), part.n, reason, incomplete)


def _shrunk(metric: Shrunk, leaves: Mapping[str, Cell], totals: Mapping[str, Cell]) -> Cell:
    top, bottom = evaluate(metric.top, leaves, totals), evaluate(metric.bottom, leaves, totals)
    all_top, all_bottom = evaluate(metric.top, totals, totals), evaluate(metric.bottom, totals, totals)
    cells = (bottom, top, all_bottom, all_top)
    incomplete = any(cell.is_incomplete for cell in cells)
    missing = _first_missing(*cells)
    if missing is not None:
        return replace(missing, n=bottom.n, is_incomplete=incomplete)
    if not bottom.value or not all_bottom.value:
        return Cell(None, bottom.n, f"nothing to divide by ({metric.bottom.title.lower()}: 0)", incomplete)
    mean = Fraction(_exact(all_top)) / Fraction(_exact(all_bottom))
    value = (metric.weight * mean + _exact(top)) / (metric.weight + Fraction(_exact(bottom)))
    reason = _first_reason(top, bottom)
    if bottom.n < metric.small_base:
        small = f"small base of {bottom.n}"
        reason = small if reason is None else f"{reason}; {small}"
    return Cell(value, bottom.n, reason, incomplete)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The Wilson 95 % score interval of a share. Source: Wilson (1927), JASA 22, 209-212."""
    share, square = successes / trials, WILSON_Z**2
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    half = (
        WILSON_Z / (1 + square / trials) * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    )
    return max(0.0, centre - half), min(1.0, centre + half)


def final(value: Number | None, metric: AnyMetric, currency: str) -> int | float | Decimal | None:
    """The number as an answer bears it: counts as int, money in major units as Decimal, else float."""
    if value is None:
        return None
    if metric.unit == "money":
        return _major(value, currency, is_exact=not isinstance(metric, Ratio) and isinstance(value, int))
    if isinstance(value, int):
        return value
    if metric.unit in ("count", "seconds") and isinstance(value, Fraction) and value.denominator == 1:
        return int(value)
    return float(value)


def _major(value: Number, currency: str, *, is_exact: bool) -> Decimal:
    decimals = currency_decimals(currency)
    if is_exact:
        return Decimal(int(value)).scaleb(-decimals, Context(prec=40))
    ratio = Fraction(value)
    digits = Context(prec=40, rounding=ROUND_HALF_UP)
    quotient = digits.divide(Decimal(ratio.numerator), Decimal(ratio.denominator)).scaleb(-decimals, digits)
    return quotient.quantize(Decimal(1).scaleb(-decimals - EXTRA_DIGITS), context=digits)


def change(
    metric: AnyMetric, now: Cell, before: Cell | None, currency: str
) -> tuple[int | float | Decimal | None, float | None]:
    """Absolute and relative change (METRICS R3).

    Neither where one side is missing or not covered by the data. The relative change is left out
    for rates, and where the earlier value is zero or of the other sign.
    """
    if (
        before is None
        or now.value is None
        or before.value is None
        or now.is_incomplete
        or before.is_incomplete
    ):
        return None, None
    difference = _exact(now) - _exact(before)
    absolute = final(difference, metric, currency)
    if metric.unit == "share" or not before.value or (now.value < 0) != (before.value < 0):
        return absolute, None
    return absolute, float(Fraction(difference) / Fraction(_exact(before)))


def _exact(cell: Cell) -> int | Fraction:
    if cell.value is None:
        raise ValueError("a missing number cannot be calculated with")
    return Fraction(cell.value) if isinstance(cell.value, float) else cell.value


def _first_missing(*cells: Cell) -> Cell | None:
    return next((cell for cell in cells if cell.value is None), None)


def _first_reason(*cells: Cell) -> str | None:
    return next((cell.reason for cell in cells if cell.reason), None)
