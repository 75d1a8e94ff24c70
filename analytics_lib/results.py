"""What the service answers: typed, frozen results that say how fresh they are and what was missing.

A result consists of parts; a part is one question's answer: figures, each with its unit, comparison, quality
and reason. Everything becomes plain values by `to_dict` and a tidy frame by `to_frame`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from analytics_lib.frame_copies import frame_copy

Value = int | float | Decimal
Trend = Literal["up", "down", "flat"]


@dataclass(frozen=True)
class Figure:
    """One number with all that it takes to read it.

    `value` is an int for counts, a Decimal in major units for money, a float for rates, None where it is
    missing, for the `reason`. `n` is the number of rows it rests on. `quality` is ok, provisional or
    withheld. `change` is absolute (for shares a difference of fractions), `change_ratio` relative.
    `group` holds the dimensions asked by, `bucket` the name of the bucket.
    """

    metric: str
    title: str
    value: Value | None
    unit: str
    n: int
    quality: str
    reason: str | None = None
    previous: Value | None = None
    change: Value | None = None
    change_ratio: float | None = None
    better: str = "neither"
    group: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    bucket: str | None = None

    @property
    def trend(self) -> Trend | None:
        """Which way the number went since the period compared with; None where there is no change."""
        if self.change is None:
            return None
        return "flat" if self.change == 0 else "up" if self.change > 0 else "down"

    @property
    def is_good(self) -> bool | None:
        """Whether the change is for the better; None without a change, or where neither way is."""
        if self.trend in (None, "flat") or self.better == "neither":
            return None
        return (self.trend == "up") == (self.better == "higher")

    def to_dict(self) -> dict[str, Any]:
        """As plain values: money as decimal text, what is missing as None."""
        plain = {each.name: _plain(getattr(self, each.name)) for each in fields(self)}
        return plain | {"group": dict(self.group), "trend": self.trend, "is_good": self.is_good}


@dataclass(frozen=True)
class Part:
    """The answer to one question: figures by metric, group and bucket."""

    name: str
    dimensions: tuple[str, ...]
    over: str | None
    figures: tuple[Figure, ...]
    frame: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)
    """The answer as `measure` gave it; `to_frame` hands out copies."""

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    def __getitem__(self, metric: str) -> Figure:
        """The figure of a metric that is neither cut nor followed over time, else the first one."""
        for figure in self.figures:
            if figure.metric == metric:
                return figure
        raise KeyError(metric)

    def of(self, metric: str) -> tuple[Figure, ...]:
        """All figures of a metric."""
        return tuple(figure for figure in self.figures if figure.metric == metric)

    def to_frame(self, metrics: Sequence[str] | None = None) -> pd.DataFrame:
        """The answer as `measure` gives it, of some metrics if they are named: what charts and tables take.

        Raises `KeyError` for a metric that the part has not.
        """
        if metrics is None:
            return frame_copy(self.frame)
        words = self.frame.attrs["metrics"]
        picked = [self.frame[self.frame["metric"] == name] for name in metrics]
        chosen = pd.concat(picked, ignore_index=True)
        chosen.attrs = {**self.frame.attrs, "metrics": type(words)({name: words[name] for name in metrics})}
        return chosen

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.name,
            "dimensions": list(self.dimensions),
            "over": self.over,
            "figures": [figure.to_dict() for figure in self.figures],
        }


@dataclass(frozen=True)
class Freshness:
    """From when the answer is: the exclusive UTC instant it is looked at from, and the data it was read from.

    `data_through` is where the data ends, None where nobody says; `is_partial` whether the period was still
    running at `as_of`.
    """

    as_of: datetime
    data_through: datetime | None
    data_version: str
    is_partial: bool


@dataclass(frozen=True)
class Missing:
    """A number that could not be given, and why."""

    part: str
    metric: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What every answer of the service bears: whom and when it is about, how fresh it is, its parts."""

    scope: Mapping[str, object]
    currency: str
    freshness: Freshness
    parts: Mapping[str, Part]

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What has no value anywhere in its part, and why."""
        found: dict[tuple[str, str], Missing] = {}
        there: set[tuple[str, str]] = set()
        for part in self.parts.values():
            for figure in part:
                place = (part.name, figure.metric)
                if figure.value is not None:
                    there.add(place)
                elif place not in found:
                    found[place] = Missing(*place, figure.reason or "no value")
        return tuple(each for place, each in found.items() if place not in there)

    def __getitem__(self, part: str) -> Part:
        return self.parts[part]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        through = self.freshness.data_through
        return {
            "scope": {
                key: list(value) if isinstance(value, tuple) else value for key, value in self.scope.items()
            },
            "currency": self.currency,
            "freshness": {
                "as_of": self.freshness.as_of.isoformat() + "Z",
                "data_through": None if through is None else through.isoformat() + "Z",
                "data_version": self.freshness.data_version,
                "is_partial": self.freshness.is_partial,
            },
            "parts": {name: part.to_dict() for name, part in self.parts.items()},
            "missing": [vars(each) for each in self.missing],
        }

    def to_frame(self) -> pd.DataFrame:
        """A tidy frame with one row a figure: `part`, the fields of a figure, and each dimension."""
        rows = [
            {
                "part": part.name,
                **{each.name: getattr(figure, each.name) for each in fields(Figure) if each.name != "group"},
                **figure.group,
            }
            for part in self.parts.values()
            for figure in part
        ]
        return pd.DataFrame(rows, dtype=object)


@dataclass(frozen=True, kw_only=True)
class KPIMetrics(Result):
    """The headline figures, each with comparison, trend and polarity."""

    @property
    def headline(self) -> Part:
        return self.parts["headline"]

    @property
    def total_bookings(self) -> Figure:
        return self.headline["total_bookings"]

    @property
    def total_revenue(self) -> Figure:
        """Captured less refunded."""
        return self.headline["total_revenue"]

    @property
    def conversion_rate(self) -> Figure:
        return self.headline["conversion_rate"]

    @property
    def ai_satisfaction(self) -> Figure:
        return self.headline["ai_satisfaction"]

    @property
    def user_retention_rate(self) -> Figure:
        return self.headline["user_retention_rate"]

    @property
    def system_uptime(self) -> Figure:
        """Measured, never assumed."""
        return self.headline["system_uptime"]


@dataclass(frozen=True, kw_only=True)
class BookingAnalytics(Result):
    """Bookings: headline, course, and by source, channel, destination, product, lead time and stay."""


@dataclass(frozen=True, kw_only=True)
class PaymentAnalytics(Result):
    """Payments: headline, by method and provider, declines, refunds, commissions, currencies."""


@dataclass(frozen=True, kw_only=True)
class AIUsageAnalytics(Result):
    """The assistants: headline, by assistant and intent, peak times, bottlenecks."""


@dataclass(frozen=True, kw_only=True)
class UserEngagementAnalytics(Result):
    """Users and customers: headline, activity by hour, segments, cohorts, messages by channel."""


@dataclass(frozen=True, kw_only=True)
class DomainAnalytics(Result):
    """Any other domain of the comprehensive report."""


@dataclass(frozen=True, kw_only=True)
class ComprehensiveReport:
    """The data of all domains, read from one view of the database."""

    domains: Mapping[str, Result]

    def __getitem__(self, domain: str) -> Result:
        return self.domains[domain]

    def __iter__(self) -> Iterator[str]:
        return iter(self.domains)

    @property
    def freshness(self) -> Freshness:
        return next(iter(self.domains.values())).freshness

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What has no value, in all domains."""
        return tuple(each for domain in self.domains.values() for each in domain.missing)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {name: domain.to_dict() for name, domain in self.domains.items()}

    def to_frame(self) -> pd.DataFrame:
        """The frames of all domains below each other, with the column `domain`."""
        frames = [domain.to_frame().assign(domain=name) for name, domain in self.domains.items()]
        return pd.concat(frames, ignore_index=True)


def _plain(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else value
