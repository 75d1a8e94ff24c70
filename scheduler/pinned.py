"""One version of the data: what a plan sees, and all of its runs, however long they take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from analytics_lib.booking_platform import BookingPlatform
from analytics_lib.warehouse import open_warehouse


@dataclass(frozen=True)
class Data:
    """What other processes open to see exactly the same; `snapshot` is a live database's name for it."""

    url: str
    snapshot: str | None


@contextmanager
def pinned(platform: BookingPlatform) -> Iterator[tuple[BookingPlatform, Data]]:
    """The platform as it is now, and what its runs read; good for as long as the context.

    A live database goes on changing meanwhile: it is seen through a snapshot, by the plan too.
    """
    with platform.warehouse.share() as (url, snapshot):
        if snapshot is None:
            yield platform, Data(url, None)
            return
        with open_warehouse(url, snapshot=snapshot) as warehouse:
            yield BookingPlatform(warehouse), Data(url, snapshot)
