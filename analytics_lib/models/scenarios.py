"""What if terms or prices were others: scenarios under a stated range of how volume would answer.

Each has a lever x with the value x0 today and supposes that volume follows it with a constant elasticity e,
as V0 (x / x0)^e. The contribution is volume times what one unit brings, and its maximum is known in closed
form. Elasticities are given as (low, middle, high); the answer is that of the middle one, the band that of
all three. A scenario is arithmetic on a supposition: only an experiment shows how volume answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted

Elasticities = tuple[float, float, float]

SUPPOSED = "The elasticity is supposed: try the change with some first, and measure it."

STEPS = 21
"""The points of a scenario's curve."""


@dataclass(frozen=True)
class _Lever:
    """One group's lever; a unit of volume brings how far the lever is from `pivot`, above it or below."""

    group: object
    volume: float
    today: float
    pivot: float
    reach: float
    is_above: bool = False
    most: float = float("inf")
    outside_option: float = 0.0

    def contribution(self, at: float, elasticity: float) -> float:
        brings = at - self.pivot if self.is_above else self.pivot - at
        return float(self.volume * (at / self.today) ** elasticity * brings)

    def best(self, elasticity: float) -> float:
        """Where the contribution is largest, before bounds."""
        if -1 <= elasticity < 0:
            return float("inf")
        best = self.pivot * elasticity / (1 + elasticity)
        if not self.outside_option:
            return best
        return max(best, self.today * float(self.outside_option ** (1 / (1 + elasticity))))

    @property
    def bounds(self) -> tuple[float, float]:
        return self.today * (1 - self.reach), min(self.today * (1 + self.reach), self.most)

    def bounded(self, at: float) -> float:
        least, most = self.bounds
        return min(max(at, least), most)


def commission_scenario(
    terms: pd.DataFrame,
    *,
    elasticity: Elasticities,
    by: str = "tier",
    reach: float = 0.5,
) -> pd.DataFrame:
    """The commission at which the platform's contribution is largest: argmax V(c) (m - c).

    `terms` have a row a group: `by`, `volume` (net value in money), `margin` (m, what is left of it before
    the commission, a share) and `commission` (c, a share). `elasticity` is by how many percent the volume
    grows when the commission grows by one, above zero; then the best is m e / (1 + e). The commission stays
    within `reach` of today's, 0.5 for half as much again or less.

    A row a group: `by`, `today`, `best`, the band `lowest` and `highest`, `contribution_today`,
    `contribution_best`, `gain` with `gain_lower` and `gain_upper` (what the best of the middle elasticity
    would bring under the low and the high one), `is_bounded`. `attrs` hold `account` and `curve`, the
    contribution over the lever for each of the elasticities. Raises `InputError` for terms or elasticities
    that cannot be.
    """
    _refuse_elasticities(elasticity, lambda each: each > 0, "above zero, such as (0.2, 0.5, 1.0)")
    rows = _rows(terms, (by, "volume", "margin", "commission"), reach)
    levers = [
        _Lever(row[by], row["volume"], _lever(row["commission"], "commission"), row["margin"], reach)
        for row in rows
    ]
    return _told(levers, by, elasticity, "commission", "volume(c) x (margin - c)", ())


def revenue_share_scenario(
    terms: pd.DataFrame,
    *,
    elasticity: Elasticities,
    outside_option: float = 0.9,
    by: str = "tier",
    reach: float = 0.5,
) -> pd.DataFrame:
    """The reseller's share of the margin at which the platform's contribution is largest: M(s) (1 - s).

    `terms` have a row a group: `by`, `volume` (the margin that is shared, in money) and `share`. The best is
    e / (1 + e), but not so low that the reseller earns less than its outside option, the part of today's
    income that it would have elsewhere: s >= s0 u^(1 / (1 + e)). The rest is as in `commission_scenario`.
    """
    _refuse_elasticities(elasticity, lambda each: each > 0, "above zero, such as (0.2, 0.5, 1.0)")
    if not 0 <= outside_option <= 1:
        raise InputError(f"The outside option {outside_option!r} must be a part of today's income: 0 to 1.")
    levers = [
        _Lever(
            row[by],
            row["volume"],
            _lever(row["share"], "share"),
            1.0,
            reach,
            most=1.0,
            outside_option=outside_option,
        )
        for row in _rows(terms, (by, "volume", "share"), reach)
    ]
    doubt = f"A reseller is supposed to stay as long as it earns {outside_option:.0%} of today's income."
    return _told(levers, by, elasticity, "share", "margin(s) x (1 - s)", (doubt,))


def markup_scenario(
    products: pd.DataFrame,
    *,
    elasticity: Elasticities,
    by: str = "product_id",
    reach: float = 0.2,
) -> pd.DataFrame:
    """The price at which the contribution is largest: argmax Q(p) (p - c).

    `products` have a row a group: `by`, `volume` (sales today), `price` and `cost` of one. The elasticity
    of demand lies below zero; above -1 every higher price brings more, up to the bound of `reach`. The rest
    is as in `commission_scenario`.
    """
    _refuse_elasticities(elasticity, lambda each: each < 0, "below zero, such as (-2.0, -1.6, -1.2)")
    levers = [
        _Lever(row[by], row["volume"], _lever(row["price"], "price"), row["cost"], reach, is_above=True)
        for row in _rows(products, (by, "volume", "price", "cost"), reach)
    ]
    return _told(levers, by, elasticity, "price", "sales(p) x (p - cost)", ())


def _refuse_elasticities(elasticity: Elasticities, is_right: Callable[[float], bool], example: str) -> None:
    given = tuple(elasticity)
    if tuple(sorted(given)) != given or not all(map(is_right, given)):
        raise InputError(f"The elasticities {elasticity!r} must be three rising numbers {example}.")


def _rows(frame: pd.DataFrame, names: Sequence[str], reach: float) -> list[dict[str, Any]]:
    if not 0 < reach < 1:
        raise InputError(f"The reach {reach!r} must be a share of today's value: write one such as 0.2.")
    for name in names:
        if name not in frame.columns:
            raise InputError(
                f"The scenario needs the column '{name}': name one of {', '.join(map(str, frame))}."
            )
    if frame.empty:
        raise InputError("There is nothing to try: no group has volume here.")
    numbers = frame[list(names[1:])].astype(float)
    if not np.isfinite(numbers.to_numpy()).all() or (numbers["volume"] <= 0).any():
        raise InputError(
            f"The scenario needs {', '.join(names[1:])} of every group and a volume above zero: leave out "
            "others."
        )
    return [
        {names[0]: group, **dict(zip(names[1:], row, strict=True))}
        for group, row in zip(frame[names[0]], numbers.to_numpy().tolist(), strict=True)
    ]


def _lever(today: float, name: str) -> float:
    if today <= 0:
        raise InputError(f"A {name} of {today!r} cannot be made larger or smaller: leave out such groups.")
    return today


def _told(
    levers: list[_Lever],
    by: str,
    elasticity: Elasticities,
    name: str,
    formula: str,
    doubts: tuple[str, ...],
) -> pd.DataFrame:
    found = pd.DataFrame([{by: lever.group, **_row(lever, elasticity)} for lever in levers])
    low, middle, high = elasticity
    unlike = found[(found["gain_lower"] < 0) & (found["gain"] > 0)][by]
    if len(unlike):
        names = ", ".join(map(str, unlike[:5])) + (" and others" if len(unlike) > 5 else "")
        doubts = (*doubts, f"For {names} the change loses money at one end of the range.")
    account = Account(
        did=f"The {name} of the largest {formula} by {by}, if volume follows it with elasticity {middle:g}.",
        data=f"{len(levers)} groups; the band is that of elasticities from {low:g} to {high:g}.",
        quality="A scenario under a stated supposition, not an estimate: nothing here was tested.",
        doubts=(SUPPOSED, *doubts),
    )
    curve = pd.DataFrame(
        [
            {by: lever.group, "elasticity": each, name: at, "contribution": lever.contribution(at, each)}
            for lever in levers
            for each in dict.fromkeys(elasticity)
            for at in np.linspace(*lever.bounds, STEPS).tolist()
        ]
    )
    return accounted(found, account, curve=curve, elasticity=elasticity)


def _row(lever: _Lever, elasticity: Elasticities) -> dict[str, object]:
    middle = elasticity[1]
    bests = [lever.bounded(lever.best(each)) for each in elasticity]
    best = bests[1]
    gains = [lever.contribution(best, each) - lever.contribution(lever.today, each) for each in elasticity]
    return {
        "today": lever.today,
        "best": best,
        "lowest": min(bests),
        "highest": max(bests),
        "contribution_today": lever.contribution(lever.today, middle),
        "contribution_best": lever.contribution(best, middle),
        "gain": gains[1],
        "gain_lower": min(gains),
        "gain_upper": max(gains),
        "is_bounded": best != lever.best(middle),
    }
