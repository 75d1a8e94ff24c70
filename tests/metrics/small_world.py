"""Asking a handful of rows, written out in a test, for a handful of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from tests.engines import Place, about_frame
from tests.made_rows import frame_of

Answer = int | float | Decimal | None
Rows = list[dict[str, object]]


def ask(
    place: Place,
    rows: Mapping[str, Rows],
    *metrics: str,
    period: str,
    as_of: datetime,
    by: str | None = None,
) -> dict[str, Answer]:
    """Metric, or the value of the dimension where there is one -> the number, in UTC."""
    tables = {"about": about_frame(as_of), **{name: frame_of(name, found) for name, found in rows.items()}}
    with place.holding(tables) as warehouse:
        scope = Scope.build(period=period, as_of=as_of)
        frame = measure(find(metrics), scope, by=[by] if by else [], warehouse=warehouse)
    return dict(zip(frame[by or "metric"], frame["value"], strict=True))
