"""Whether the platform was up: its services, their outages, and the requests they answered.

None of this depends on the bookings.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from analytics_lib.sources.sample.outages import KINDS, SERVICES, Outages, monitored, outages
from analytics_lib.sources.sample.request_counts import request_counts
from analytics_lib.sources.sample.rows import as_table, instants, named, numbered
from analytics_lib.sources.sample.slices import BookedSlice, World


class Uptime:
    """Writes `services`, `outages` and `request_counts`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """Nothing: no outage hangs on a booking."""
        del booked
        yield from ()

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """All rows."""
        happened = outages(self._world)
        yield "services", self._services()
        yield "outages", self._outages(happened)
        yield "request_counts", request_counts(self._world, happened)

    def _services(self) -> pa.Table:
        """Those that are watched at some time before the end of the data."""
        bounds = monitored(self._world)
        begun = np.flatnonzero(bounds[:, 0] < self._world.through)
        over = bounds[begun, 1] < self._world.through
        return as_table(
            "services",
            {
                "service": named([service.name for service in SERVICES], begun),
                "monitored_from": instants(bounds[begun, 0]),
                "monitored_to": instants(bounds[begun, 1], over),
            },
        )

    def _outages(self, happened: Outages) -> pa.Table:
        return as_table(
            "outages",
            {
                "outage_id": numbered("o", np.arange(1, len(happened.start) + 1, dtype=np.int64), 5),
                "service": named([service.name for service in SERVICES], happened.service),
                "kind": named(KINDS, happened.kind),
                "started_at": instants(happened.start),
                "ended_at": instants(happened.end, happened.end < self._world.through),
            },
        )
