"""One definition of every number of a booking platform, asked for by name.

from analytics_lib import connect

analytics = connect()
scope = analytics.scope(time_frame="month", period="last")
analytics.measure(["total_bookings", "cancellation_rate"], scope, by=["business_model"], compare="previous")
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from analytics_lib.local_time import TimeFrame
from analytics_lib.period import Period
from analytics_lib.scope import BusinessModel, Scope

if TYPE_CHECKING:
    from analytics_lib.front_door import explain, measure
    from analytics_lib.service import AnalyticsService, connect

__all__ = [
    "AnalyticsService",
    "BusinessModel",
    "Period",
    "Scope",
    "TimeFrame",
    "connect",
    "explain",
    "measure",
]


_LATE = {
    "AnalyticsService": "service",
    "connect": "service",
    "explain": "front_door",
    "measure": "front_door",
}
"""Names that answer questions, and where they are: a plan of reports asks none and does not wait for them."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)


class _Package(ModuleType):
    """The package, in which `measure` is the function, also once the file of that name has been imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _LATE or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
