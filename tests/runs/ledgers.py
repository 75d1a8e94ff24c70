"""Ledgers for tests: on both engines, with requests and owners made to order."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from analytics_lib.runs import Ledger, Owner, Request, open_ledger

ELSEWHERE = Owner(host="elsewhere", machine="m", boot="b", space="s", pid=1, started="1")
"""A process of another machine, of which nothing can be seen from here."""


@dataclass(frozen=True)
class Place:
    """A folder of reports and where its ledger is kept; without a url in a file beside them."""

    reports: Path
    url: str | None
    opened: list[Ledger] = field(default_factory=list)

    def open(self, clock: Callable[[], float] = time.monotonic) -> Ledger:
        self.opened.append(open_ledger(self.reports, self.url, clock=clock))
        return self.opened[-1]

    def close(self) -> None:
        for ledger in self.opened:
            ledger.close()

    @property
    def file(self) -> Path:
        return self.reports.with_name(f"{self.reports.name}.ledger.sqlite")

    @property
    def head_file(self) -> Path:
        return self.reports.with_name(f"{self.reports.name}.ledger.head")

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Do what the ledger itself never would; the last answer, if there is one."""
        if self.url is None:
            with sqlite3.connect(self.file) as file:
                answers = [file.execute(statement).fetchall() for statement in statements]
            file.close()
            return answers[-1]
        with psycopg.connect(self.url) as server:
            for statement in statements:
                cursor = server.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def without_triggers(self, *statements: str) -> None:
        """Change rows as somebody who owns the database can."""
        if self.url is None:
            names = self.run("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            self.run(*(f"DROP TRIGGER {name}" for (name,) in names), *statements)
        else:
            self.run("ALTER TABLE run_events DISABLE TRIGGER USER", *statements)


def request(run_id: str = "run-1", target: str = "/reports/bookings/all", **more: Any) -> Request:
    fields: dict[str, Any] = {
        "run_id": run_id,
        "target": target,
        "notebook": "bookings",
        "notebook_hash": "n",
        "parameters": {"period": "2026-10", "business_model": "b2c", "partner": None},
        "code_version": "c",
        "data_version": "d",
        "data_as_of": "2026-11-01T00:00:00Z",
        "database": "duckdb:///platform.duckdb",
        "libraries": {"pandas": "2.3.3"},
        "formats": ("html", "pdf"),
        "limits": {"cell": 600},
        "asked_by": "ann",
        "asked_with": "analytics report",
    }
    return Request(**{**fields, **more})


class HandClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now
