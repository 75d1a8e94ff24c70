"""What moved: buckets of metrics that are far from what was to be expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.catalogue import find
from analytics_lib.errors import InputError
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import AnyMetric
from analytics_lib.modelling.course import Course, course
from analytics_lib.models.account import Account, account_of, accounted
from analytics_lib.models.anomalies import ALERTS_PER_YEAR, THRESHOLD, Direction, anomalies
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

FLOOR = 10.0
"""Counts of which neither the value nor the expectation reaches it are not judged."""


def metric_anomalies(
    metrics: Sequence[str | AnyMetric],
    scope: Scope,
    warehouse: Warehouse,
    *,
    over: TimeFrame | str = TimeFrame.DAY,
    by: str | None = None,
    threshold: float = THRESHOLD,
    floor: float | None = None,
    direction: Direction = "both",
    country: str | None = None,
    alerts_per_year: float = ALERTS_PER_YEAR,
) -> pd.DataFrame:
    """The anomalies of additive metrics within the scope's period, in the order of time.

    Expectations are made from all that was known before each bucket, of complete, covered buckets; `floor` is
    10 for counts and 0 for all else unless it is given. `by` a dimension: each of its groups apart.

    The frame has a row for each anomaly: `metric`, the column `by`, `bucket`, `bucket_start` (local), and the
    columns of `models.anomalies`, money in major units. `attrs`: `account`; `backtest`, a row for each metric
    and group: how many episodes were found in all of its history, how often a year the threshold would have
    called, and the suggested threshold. Raises `InputError`.
    """
    found = tuple(dict.fromkeys(find(metrics)))
    for metric in found:
        if not metric.is_additive:
            raise InputError(
                f"Anomalies are looked for in counts and sums, and {metric.name} is neither: choose another."
            )
    if not found:
        raise InputError("There is no metric to look at: name one, such as total_bookings.")
    said, told = [], []
    courses: list[Course] = []
    for metric in found:
        known = course(metric, scope, over, warehouse, () if by is None else (by,))
        courses.append(known)
        least = (FLOOR if known.unit == "count" else 0.0) if floor is None else floor
        effects = known.effects(0, country)
        for group in known.values:
            judged = anomalies(
                known.values[group],
                known.seasons,
                threshold=threshold,
                floor=least,
                direction=direction,
                effects=effects,
                alerts_per_year=alerts_per_year,
            )
            place: dict[str, Any] = {"metric": metric.name} | ({} if by is None else {by: group})
            said.append(_within(judged, known, place))
            told.append(place | _history(judged, threshold))
    frame = pd.concat(said, ignore_index=True)
    backtest = pd.DataFrame(told)
    frame = frame.sort_values("bucket_start", kind="stable", ignore_index=True)
    answer = accounted(
        frame,
        _account(frame, backtest, threshold, TimeFrame(over), alerts_per_year),
        backtest=backtest.to_dict("records"),
    )
    return courses[-1].answered(answer, courses[:-1])


def _within(judged: pd.DataFrame, known: Course, place: dict[str, Any]) -> pd.DataFrame:
    """The anomalies of the scope's period, with their buckets' names."""
    first = len(known.known) - len(judged)
    steps = known.known[first:]
    inside = [known.scope.period.start <= each.start < known.scope.until for each in steps]
    frame = judged.reset_index(drop=True)
    frame.attrs = {}
    frame.insert(0, "bucket_start", [each.local_start for each in steps])
    frame.insert(0, "bucket", [each.name for each in steps])
    for name, value in reversed(place.items()):
        frame.insert(0, name, value)
    return frame[frame["is_anomaly"] & np.array(inside)].drop(columns="is_anomaly")


def _series_name(loud: Any) -> str:
    """The metric of a row of the backtest, and its group if there is one."""
    found = loud.drop(["judged", "episodes", "episodes_a_year", "suggested_threshold", "account"])
    return " of ".join(str(each) for each in found[::-1]) if len(found) > 1 else str(found.iloc[0])


def _history(judged: pd.DataFrame, threshold: float) -> dict[str, object]:
    backtest = judged.attrs["backtest"]
    return {
        "judged": int(judged["score"].notna().sum()),
        "episodes": judged.attrs["episodes"],
        "episodes_a_year": backtest[threshold],
        "suggested_threshold": judged.attrs["suggested_threshold"],
        "account": str(account_of(judged)),
    }


def _account(
    frame: pd.DataFrame, backtest: pd.DataFrame, threshold: float, over: TimeFrame, wanted: float
) -> Account:
    episodes = int(backtest["episodes"].sum())
    often = backtest["episodes_a_year"].dropna()
    quality = f"In all of the history, episodes found: {episodes}, in series looked at: {len(backtest)}"
    if len(often):
        quality += f", {often.mean():.1f} a year in each"
    doubts = []
    unjudged = int((backtest["judged"] == 0).sum())
    if unjudged:
        doubts.append(
            f"{unjudged} of {len(backtest)} series could not be judged: too short, too small or mostly zero."
        )
    if len(often) and often.max() > wanted:
        loud = backtest.loc[often.idxmax()]
        doubts.append(
            f"the loudest series, {_series_name(loud)}, would call {often.max():.1f} times a year: "
            "see its suggested threshold."
        )
    return Account(
        f"Each {over.value} more than {threshold:g} usual deviations from what earlier ones made "
        f"likely: {len(frame)} in the period.",
        f"{int(backtest['judged'].sum()):,} values judged.",
        f"{quality}.",
        tuple(doubts),
    )
