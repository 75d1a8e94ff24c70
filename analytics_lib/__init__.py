"""One definition of every number of a booking platform, asked for by name.

from analytics_lib import connect

analytics = connect()
scope = analytics.scope(time_frame="month", period="last")
analytics.measure(["total_bookings", "cancellation_rate"], scope, by=["business_model"], compare="previous")
"""

from __future__ import annotations

from analytics_lib.front_door import explain, measure
from analytics_lib.local_time import TimeFrame
from analytics_lib.period import Period
from analytics_lib.scope import BusinessModel, Scope
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
