"""What drove a change of a metric from one period to the next: the numbers of `measure`, divided exactly."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals
from analytics_lib.frame_rows import frame_rows
from analytics_lib.measure import measure
from analytics_lib.metric import AnyMetric, Ratio
from analytics_lib.models.account import account_of, accounted
from analytics_lib.models.drivers import Driver, drivers_of_ratio, drivers_of_sum
from analytics_lib.period import Comparison
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

_EFFECTS = ("volume_effect", "mix_effect", "rate_effect")


def change_drivers(
    metric: str | AnyMetric,
    scope: Scope,
    by: str,
    warehouse: Warehouse,
    compare: Comparison = "previous",
    *,
    volume: str | AnyMetric | None = None,
) -> pd.DataFrame:
    """Which groups of a dimension made a metric change since the period before ("previous") or last year's.

    The metric adds up over groups, as bookings and amounts do, or is the ratio of two that do. `volume`
    divides the change of a sum further, say of `gross_bookings_value` by `total_bookings`. The frame is
    that of `models.drivers`, with counts as int, money in major units as Decimal (`rate_effect` takes what
    rounding to the minor unit leaves, so that the effects of a row add up to its `total_effect`) and all of
    a ratio as float. `attrs` add the metric's `unit`, `scope`, `compared`, and whether the data of both
    periods `is_complete`. Raises `InputError` where
    `measure` has no number, with its reason.
    """
    found, asked = divided_parts(metric, volume)
    frame = measure(asked, scope, (by,), None, compare, warehouse=warehouse)
    doubts = _doubts(frame, asked)
    parts = {part.name: _told_apart(frame, part, by) for part in asked}
    before, after = (_joined(parts, by, when) for when in ("previous", "value"))
    names = [part.name for part in asked]
    if isinstance(found, Ratio):
        top, bottom = names[0], names[-1]
        for each in (before, after):
            each[top] = pd.Series([Fraction(value) * found.times for value in each[top]], dtype=object)
        divided = drivers_of_ratio(before, after, by, top, bottom)
    else:
        divided = drivers_of_sum(before, after, by, *names)
        _in_units(divided, frame["unit"].iloc[0], found)
    account = account_of(divided)
    told = replace(account, doubts=account.doubts + doubts)
    return accounted(
        divided,
        told,
        totals=divided.attrs["totals"],
        exact=divided.attrs["exact"],
        metric=found.name,
        unit=_unit(frame, found),
        is_complete=_is_complete(frame),
        by=by,
        scope=scope,
        compared=frame.attrs["compared"],
    )


def divided_parts(
    metric: str | AnyMetric, volume: str | AnyMetric | None
) -> tuple[AnyMetric, tuple[AnyMetric, ...]]:
    """The metric, and those that are asked for: of a ratio the top and the bottom.

    Raises `InputError` for a metric whose change no data could divide.
    """
    (found,) = find([metric])
    asked = found.parts if isinstance(found, Ratio) else (found,)
    if volume is not None:
        if isinstance(found, Ratio):
            raise InputError(
                f"The metric {found.name} is a ratio, whose volume is {found.bottom.name}: leave out volume."
            )
        asked = (*asked, *find([volume]))
    for part in asked:
        if not part.is_additive:
            raise InputError(
                f"The groups of {part.name} do not add up, so its change cannot be divided among them: "
                "choose a metric that is a count, a sum or a ratio of these."
            )
    return found, asked


def _doubts(frame: pd.DataFrame, asked: tuple[AnyMetric, ...]) -> tuple[str, ...]:
    """What `measure` says against its numbers. Raises `InputError` for numbers that are not there."""
    if frame.attrs["compared"] is None:
        raise InputError(
            f"The period {frame.attrs['scope'].period.name} has none before it: name a month, say."
        )
    if frame.empty:
        raise InputError(f"There is nothing to divide: {asked[0].name} has no groups in either period.")
    for row in frame_rows(frame):
        if row["value"] is None or row["previous"] is None:
            why = row["reason"] or "it is missing in one of the periods"
            raise InputError(f"The change of {row['metric']} cannot be divided: {why}.")
    said = dict.fromkeys(frame["reason"].dropna())
    doubts = [f"Of the numbers themselves: {reason}." for reason in said]
    if not _is_complete(frame):
        doubts.append("Some of the numbers are provisional: what is late is still to come.")
    return tuple(doubts)


def _is_complete(frame: pd.DataFrame) -> bool:
    """Whether the data covers both periods."""
    return "provisional" not in {*frame["quality"], *frame["previous_quality"]}


def _told_apart(frame: pd.DataFrame, part: AnyMetric, by: str) -> pd.DataFrame:
    return frame[frame["metric"] == part.name].set_index(by)[["value", "previous"]]


def _joined(parts: dict[str, pd.DataFrame], by: str, when: str) -> pd.DataFrame:
    """One column a part, one row a group."""
    columns = {name: rows[when] for name, rows in parts.items()}
    return pd.DataFrame(columns, dtype=object).rename_axis(by).reset_index()


def _unit(frame: pd.DataFrame, found: AnyMetric) -> str:
    if found.unit != "money":
        return str(found.unit)
    amounts = frame["unit"][~frame["unit"].isin(("count", "nights", "people"))]
    return str(amounts.iloc[0])


def _in_units(divided: pd.DataFrame, unit: str, found: AnyMetric) -> None:
    """Turns the columns of a sum into what `measure` gives for its unit."""
    drivers: tuple[Driver, ...] = divided.attrs["exact"]
    if found.unit != "money":
        if all(each.total_effect.denominator == 1 for each in drivers):
            for name in ("before", "after", "total_effect"):
                divided[name] = pd.Series([int(getattr(each, name)) for each in drivers], dtype=object)
        return
    least = Decimal(1).scaleb(-currency_decimals(unit))
    for name in ("before", "after", "total_effect", *_EFFECTS):
        amounts = [_amount(getattr(each, name), least) for each in drivers]
        divided[name] = pd.Series(amounts, dtype=object)
    if drivers[0].rate_effect is not None:
        rest: Any = divided["total_effect"] - divided["volume_effect"] - divided["mix_effect"]
        divided["rate_effect"] = rest
    totals = divided.attrs["totals"]
    for name in ("before", "after"):
        totals[name] = sum(divided[name], Decimal(0))
    totals["change"] = sum(divided["total_effect"], Decimal(0))


def _amount(exact: Fraction | None, least: Decimal) -> Decimal | None:
    if exact is None:
        return None
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(least, ROUND_HALF_EVEN)
