"""What is known of the runs that a plan would repeat."""

from __future__ import annotations

from collections.abc import Sequence

from analytics_lib.runs import Ledger
from scheduler.incremental import Known


def known_runs(ledger: Ledger, targets: Sequence[str]) -> Known:
    """The latest attempts at these targets, and the successes of their runs. Raises `WarehouseError`."""
    return Known(ledger.latest(targets), ledger.successes(targets))
