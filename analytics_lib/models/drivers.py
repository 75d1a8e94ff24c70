"""What drove a change: exact parts by group, of a sum and of a ratio, that add up without a remainder.

Everything is worked out in fractions, so that the parts add up to the change to the last digit, and at the
midpoint of before and after (Bennet 1920, for two factors the same as Shapley 1953), so that no part depends
on an order and exchanged periods give the same parts with the other sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted

UNKNOWN = "unknown"
"""The group of the rows that name none."""

_ZERO = Fraction(0)
_Pair = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Driver:
    """The part of one group in a change, exactly; None where there is no such part."""

    group: str
    before: Fraction | None
    after: Fraction | None
    volume_effect: Fraction | None
    mix_effect: Fraction | None
    rate_effect: Fraction | None
    total_effect: Fraction


def drivers_of_sum(
    before: pd.DataFrame, after: pd.DataFrame, by: str, value: str, volume: str | None = None
) -> pd.DataFrame:
    """Which groups changed a sum, and with a volume also through which factor.

    `before` and `after` have a column `by` and whole, exact or float numbers in `value` and `volume`; rows
    of one group are added up, and a missing group is "unknown". With V the volume, r = value / volume of a
    group and R that of all, and bars for the midpoint of before and after:

        volume effect  (V1 - V0) R̄        as if everything grew at the common rate
        mix effect     (V1 - V0) (r̄ - R̄)  growth in groups whose rate is not the common one
        rate effect    V̄ (r1 - r0)

    They add up to the change of each group, and the volume effects to (D1 - D0) R̄ with D the whole volume.
    A group without volume in one period has no rate there and is given that of the other, so that what it
    brings or takes is volume and mix; a value that stands on no volume at all is a rate effect.

    The frame has a row a group, the largest first: `group`, `before` and `after` (of the value),
    `volume_effect`, `mix_effect`, `rate_effect` (None without a volume), `total_effect` and
    `share_of_change` (None if nothing changed), as floats. `attrs` hold `account`, `totals` and `exact`,
    the rows as `Driver` in fractions. Raises `InputError` for columns or numbers that are missing.
    """
    names = (value,) if volume is None else (value, volume)
    sums = _sums(before, by, names), _sums(after, by, names)
    groups = _groups(sums)
    values = {group: _pair(sums, group, 0) for group in groups}
    if volume is None:
        drivers = [
            Driver(group, *values[group], None, None, None, _change(values[group])) for group in groups
        ]
        did = f"Each {by}'s change of {value}; the parts add up to the whole change exactly."
        return _told(drivers, _whole(values.values()), did, ())
    volumes = {group: _pair(sums, group, 1) for group in groups}
    total, whole = _whole(values.values()), _whole(volumes.values())
    common = _middle(_rates(total, whole))
    drivers = []
    for group in groups:
        grown = _change(volumes[group])
        rate = _middle(_rates(values[group], volumes[group]))
        drivers.append(
            Driver(
                group,
                *values[group],
                grown * common,
                grown * (rate - common),
                _change(values[group]) - grown * rate,
                _change(values[group]),
            )
        )
    did = (
        f"The change of {value} by {by}, divided into {volume}, mix and rate at the midpoint of before and "
        "after; the parts add up exactly."
    )
    return _told(drivers, total, did, _without_rate(volumes, volume))


def drivers_of_ratio(
    before: pd.DataFrame, after: pd.DataFrame, by: str, top: str, bottom: str
) -> pd.DataFrame:
    """Which groups changed the ratio of two sums, by their rates or by their weights.

    R = sum of `top` / sum of `bottom`. With w a group's part of the whole bottom, r = top / bottom of the
    group, and bars for the midpoint:

        mix effect   (w1 - w0) (r̄ - R̄)  a group with a rate below the common one has become larger, say
        rate effect  w̄ (r1 - r0)

    The sum over all groups is R1 - R0. A group without a bottom in one period has no rate there and is given
    that of the other: it comes or goes as mix. A top that stands on no bottom is a rate effect.

    The frame is that of `drivers_of_sum`; `before` and `after` are the groups' own rates (None without a
    bottom) and there is no `volume_effect`. Raises `InputError` also if all bottoms of a period add up to
    zero.
    """
    sums = _sums(before, by, (top, bottom)), _sums(after, by, (top, bottom))
    groups = _groups(sums)
    tops = {group: _pair(sums, group, 0) for group in groups}
    bottoms = {group: _pair(sums, group, 1) for group in groups}
    whole = _whole(bottoms.values())
    for total, when in zip(whole, ("before", "after"), strict=True):
        if total == 0:
            raise InputError(
                f"The column '{bottom}' adds up to zero {when}, where there is no ratio: choose two periods "
                "that both have some."
            )
    rates = _rates(_whole(tops.values()), whole)
    common = _middle(rates)
    drivers = []
    for group in groups:
        own = _rates(tops[group], bottoms[group])
        weight = bottoms[group][1] / whole[1] - bottoms[group][0] / whole[0]
        part = tops[group][1] / whole[1] - tops[group][0] / whole[0]
        rate = _middle(own)
        mix, moved = weight * (rate - common), part - weight * rate
        drivers.append(Driver(group, *own, None, mix, moved, mix + moved))
    did = (
        f"The change of {top} over {bottom} by {by}, divided into rates and mix at the midpoint of before "
        "and after; the parts add up exactly."
    )
    return _told(drivers, rates, did, _without_rate(bottoms, bottom))


def _sums(frame: pd.DataFrame, by: str, names: Sequence[str]) -> dict[str, list[Fraction]]:
    """Group -> the sum of each named column."""
    for name in (by, *names):
        if name not in frame.columns:
            raise InputError(f"The frame has no column '{name}': name one of {', '.join(map(str, frame))}.")
    found: dict[str, list[Fraction]] = {}
    columns = [frame[name].tolist() for name in names]
    for group, *numbers in zip(frame[by].tolist(), *columns, strict=True):
        sums = found.setdefault(UNKNOWN if pd.isna(group) else str(group), [_ZERO] * len(names))
        for place, number in enumerate(numbers):
            sums[place] += _exact(number, names[place])
    return found


def _exact(number: Any, name: str) -> Fraction:
    if isinstance(number, Fraction):
        return number
    try:
        return Fraction(number if isinstance(number, int | float | Decimal) else number.item())
    except (AttributeError, TypeError, ValueError, OverflowError):
        raise InputError(
            f"The column '{name}' holds {number!r}, which is no number: leave such rows out or fill them."
        ) from None


def _groups(sums: tuple[dict[str, list[Fraction]], ...]) -> list[str]:
    groups = sorted({group for each in sums for group in each})
    if not groups:
        raise InputError("Neither period has a row: choose periods in which something happened.")
    return groups


def _pair(sums: tuple[dict[str, list[Fraction]], dict[str, list[Fraction]]], group: str, place: int) -> _Pair:
    first, second = (each[group][place] if group in each else _ZERO for each in sums)
    return first, second


def _whole(pairs: Iterable[_Pair]) -> _Pair:
    listed = list(pairs)
    return sum((first for first, _ in listed), _ZERO), sum((second for _, second in listed), _ZERO)


def _change(pair: _Pair) -> Fraction:
    return pair[1] - pair[0]


def _rates(tops: _Pair, bottoms: _Pair) -> tuple[Fraction | None, Fraction | None]:
    first, second = (top / bottom if bottom else None for top, bottom in zip(tops, bottoms, strict=True))
    return first, second


def _middle(rates: tuple[Fraction | None, Fraction | None]) -> Fraction:
    """The midpoint of the rates there are; without any there is no weight that it could matter to."""
    there = [rate for rate in rates if rate is not None]
    return sum(there, _ZERO) / len(there) if there else _ZERO


def _without_rate(volumes: dict[str, _Pair], name: str) -> tuple[str, ...]:
    absent = [group for group, pair in volumes.items() if (pair[0] == 0) != (pair[1] == 0)]
    if not absent:
        return ()
    listed = ", ".join(absent[:5]) + (" and others" if len(absent) > 5 else "")
    doubt = (
        f"{listed} had no {name} in one of the periods, so that all they bring or take counts as coming or "
        "going, not as a change of rate."
    )
    return (doubt,)


def _told(
    drivers: list[Driver],
    whole: tuple[Fraction | None, Fraction | None],
    did: str,
    doubts: tuple[str, ...],
) -> pd.DataFrame:
    drivers = sorted(drivers, key=lambda each: (-abs(each.total_effect), each.group))
    change = sum((each.total_effect for each in drivers), _ZERO)
    effects = ("volume_effect", "mix_effect", "rate_effect", "total_effect")
    numbers = ("before", "after", *effects)
    columns: dict[str, Any] = {"group": [each.group for each in drivers]}
    for name in numbers:
        columns[name] = pd.Series([_float(getattr(each, name)) for each in drivers], dtype=object)
    shares = [float(each.total_effect / change) if change else None for each in drivers]
    columns["share_of_change"] = pd.Series(shares, dtype=object)
    totals = {"before": _float(whole[0]), "after": _float(whole[1]), "change": float(change)}
    for name in effects[:-1]:
        parts = [getattr(each, name) for each in drivers if getattr(each, name) is not None]
        totals[name] = float(sum(parts, _ZERO)) if parts else None
    account = Account(
        did=did,
        data=f"{len(drivers)} groups.",
        quality="An identity of arithmetic, not an estimate: it says where a change happened, not why.",
        doubts=doubts,
    )
    return accounted(pd.DataFrame(columns), account, totals=totals, exact=tuple(drivers))


def _float(number: Fraction | None) -> float | None:
    return None if number is None else float(number)
