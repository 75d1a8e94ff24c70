"""What callers of the service wrote, checked before any work starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analytics_lib.catalogue import find
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.metric import AnyMetric, Definition
from analytics_lib.period import COMPARISONS, Comparison
from analytics_lib.scope import Scope

Metrics = str | AnyMetric | Sequence[str | AnyMetric]


def a_scope(scope: object) -> Scope:
    """The scope, if it is one. Raises `InputError`."""
    if not isinstance(scope, Scope):
        raise InputError(f"{scope!r} is not a scope: make one with connect().scope(period='2026-10').")
    return scope


def texts(value: object, what: str) -> tuple[str, ...]:
    """Names as a tuple; one text stands for itself."""
    names = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, Iterable) else (value,)
    if not all(isinstance(name, str) for name in names):
        raise InputError(f"{value!r} is not the name of a {what}: write names as texts, such as ['channel'].")
    return names


def comparison(compare: Comparison | None) -> Comparison | None:
    """The comparison, if it is one. Raises `UnknownName`."""
    if compare is not None and compare not in COMPARISONS.values():
        raise UnknownName("comparison", str(compare), COMPARISONS)
    return compare


def found_metrics(metrics: Metrics) -> tuple[AnyMetric, ...]:
    """The metrics of these names; one name or metric stands for itself. Raises `UnknownName`."""
    return find([metrics] if isinstance(metrics, str | Definition) else metrics)
