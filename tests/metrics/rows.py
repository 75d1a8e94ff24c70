"""Asking about a few rows written out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from tests.engines import Place, about_frame
from tests.made_rows import frame_of

Answer = int | float | Decimal | None
Rows = list[dict[str, object]]

DATA_THROUGH = datetime(2027, 1, 1)
"""Later than any look, so that what is known by then has to be told apart."""


def values(
    place: Place,
    rows: Mapping[str, Rows],
    *metrics: str,
    period: str,
    as_of: datetime,
    zone: str = "Europe/Madrid",
    by: str | None = None,
    over: str | None = None,
) -> dict[Any, Answer]:
    """Metric -> its value; metric and group, or metric and bucket, where the answer is cut."""
    tables = {name: frame_of(name, found) for name, found in rows.items()}
    with place.holding({"about": about_frame(DATA_THROUGH), **tables}) as warehouse:
        scope = Scope.build(period=period, as_of=as_of, zone=zone)
        frame = measure(find(metrics), scope, by=[by] if by else [], over=over, warehouse=warehouse)
    cut = [frame[name] for name in (by, "bucket" if over else None) if name]
    places = zip(frame["metric"], *cut, strict=True)
    return {(where if cut else where[0]): value for where, value in zip(places, frame["value"], strict=True)}
