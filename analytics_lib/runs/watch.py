"""How long the owners of leases have given no sign of life, as one process has seen it by its own clock.

Only a clock that nobody sets tells that, and clocks of two machines cannot be compared. So a beat is a
count without a time, and who has just come knows nothing yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analytics_lib.runs.leases import AttemptKey, Lease
from analytics_lib.runs.owners import Owner

SILENCE = 45.0
"""Seconds without a beat after which an owner counts as dead; a live one beats every two."""


class Watch:
    """What was seen of leases; `clock` tells seconds and is never set."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[tuple[AttemptKey, Owner], _Seen] = {}

    def look(self, leases: Iterable[Lease]) -> None:
        """Take note of the beats of all leases there are."""
        now = self._clock()
        seen = {}
        for lease in leases:
            before = self._seen.get((lease.key, lease.owner))
            if before is None or before.beat != lease.beat:
                before = _Seen(lease.beat, now, has_beaten=before is not None)
            seen[lease.key, lease.owner] = before
        self._seen = seen

    def is_in_doubt(self, lease: Lease) -> bool:
        """Whether the owner of a lease may be dead: it is out of sight, and was not seen to beat."""
        seen = self._seen.get((lease.key, lease.owner))
        return not lease.owner.is_seen and not (seen and seen.has_beaten)

    def why_lost(self, lease: Lease) -> str:
        """One sentence on why the owner of a lease counts as dead; empty if it does not."""
        if gone := lease.owner.why_gone():
            return gone
        seen = self._seen.get((lease.key, lease.owner))
        if seen is None or seen.beat != lease.beat or self._clock() - seen.since < SILENCE:
            return ""
        return f"Its owner, {lease.owner.shown}, gave no sign of life for {SILENCE:g} seconds."


@dataclass(frozen=True)
class _Seen:
    """A count of beats, since when it has been that, and whether it was seen to grow."""

    beat: int
    since: float
    has_beaten: bool
