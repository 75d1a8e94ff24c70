"""Where a worker process begins: whoever starts it names this, and need not read the libraries of workers."""

from __future__ import annotations

from collections.abc import Mapping
from multiprocessing.connection import Connection


def begin(connection: Connection, environment: Mapping[str, str]) -> None:
    """Be a worker (see `scheduler.worker.work`)."""
    from scheduler.worker import work

    work(connection, environment)
