"""The catalogue: every metric that can be asked for, by name.

It is what the files of `metrics/` define: a metric declared in one of them is in the catalogue, the command
line, the documentation and all that is built on these, without a second edit.
"""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from analytics_lib import metrics
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.metric import AnyMetric, Definition, Listing

OWNERS = ("Bookings", "Payments", "Finance", "B2C", "B2B", "B2B2C", "AI", "Engagement", "Reliability")
"""The owners in the order in which their metrics are listed; others follow."""


def declared() -> Iterator[AnyMetric]:
    """All that the files of `metrics/` declare, parts included, each once."""
    seen: set[int] = set()
    for module in sorted(pkgutil.iter_modules(metrics.__path__), key=lambda found: found.name):
        for value in vars(import_module(f"{metrics.__name__}.{module.name}")).values():
            if isinstance(value, Definition) and id(value) not in seen:
                seen.add(id(value))
                yield value


def _collected() -> dict[str, AnyMetric]:
    listed = [metric for metric in declared() if not metric.is_part and not isinstance(metric, Listing)]
    listed.sort(key=lambda metric: OWNERS.index(metric.owner) if metric.owner in OWNERS else len(OWNERS))
    found: dict[str, AnyMetric] = {}
    for metric in listed:
        if metric.name in found:
            raise InputError(f"Two metrics are called {metric.name}: rename one of them.")
        found[metric.name] = metric
    return found


METRICS: Mapping[str, AnyMetric] = MappingProxyType(_collected())
"""Name -> metric."""

LISTINGS: Mapping[str, Listing] = MappingProxyType(
    {listing.name: listing for listing in declared() if isinstance(listing, Listing)}
)
"""Name -> listing: one row an entity, for models."""


def find(names: Iterable[str | AnyMetric]) -> tuple[AnyMetric, ...]:
    """The metrics of those names; a metric object stands for itself. Raises `UnknownName`."""
    if not isinstance(names, Iterable):
        raise InputError(f"{names!r} is not a metric: name one, such as total_bookings.")
    return tuple(_named(name) for name in names)


@cache
def fingerprint() -> str:
    """The version of the definitions: changes when any metric's sentence, formula or unit does."""
    words = [(each.name, each.says, each.formula, each.unit, _leaves(each)) for each in METRICS.values()]
    return hashlib.sha256(repr(words).encode()).hexdigest()[:12]


def _leaves(metric: AnyMetric) -> list[tuple[str, str]]:
    return [(leaf.name, leaf.formula) for leaf in metric.leaves()]


def _named(name: str | AnyMetric) -> AnyMetric:
    if isinstance(name, Definition):
        return name
    if not isinstance(name, str):
        raise InputError(f"{name!r} is not a metric: name one, such as total_bookings.")
    if name not in METRICS:
        raise UnknownName("metric", name, METRICS)
    return METRICS[name]
