"""Questions about the sample that any domain can be asked: compared, in buckets, to date, in part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tests.oracles.calendar import Look
from tests.small_sample import look_at, sample


@dataclass(frozen=True)
class Asked:
    """A look at the sample, and how it is cut."""

    look: Look
    by: tuple[str, ...] = ()
    over: str | None = None
    compare: Any = None


_MONTH, _MAY = look_at("month", "2026-09"), look_at("month", "2026-05")
_TO_DATE = look_at("month", "2026-10", datetime(2026, 10, 17, 9, 30))
_CLOCKS_CHANGE = look_at("week", "2026-W43")

QUESTIONS = {
    "month and the one before": Asked(_MONTH, compare="previous"),
    "week and a year before": Asked(look_at("week", "2026-W30"), compare="year"),
    "quarter as known on its last day": Asked(
        look_at("quarter", "2025-Q4", datetime(2026, 1, 1)), compare="year"
    ),
    "half a year's months and those before": Asked(
        look_at("year", "2025", datetime(2025, 7, 1)), (), "month", "previous"
    ),
    "month by weeks and a year before": Asked(_MONTH, (), "week", "year"),
    "days of the change of clocks": Asked(_CLOCKS_CHANGE, (), "day", "previous"),
    "hours of the change of clocks": Asked(look_at("day", "2026-10-25"), (), "hour"),
    "to date by weeks and models": Asked(_TO_DATE, ("business_model",), "week", "previous"),
    "to date and a year before": Asked(_TO_DATE, compare="year"),
    "hour": Asked(look_at("hour", "2026-09-15T10+0200"), compare="previous"),
    "direct": Asked(replace(_MAY, models=("b2c",)), ("business_model",)),
    "sold by others": Asked(replace(_MAY, models=("b2b", "b2b2c")), ("business_model",)),
}


def of_a_distributor() -> Asked:
    """A quarter of the partner with the most children, one by one."""
    partner = str(sample()["partners"]["parent_partner_id"].dropna().value_counts().index[0])
    return Asked(look_at("quarter", "2025-Q3", partners=(partner,)), ("partner",))
