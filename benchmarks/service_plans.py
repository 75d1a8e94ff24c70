"""What the service's methods take on a PostgreSQL, and how it goes about the slowest of their statements."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from analytics_lib import AnalyticsService, Scope
from analytics_lib.domains import DOMAINS
from analytics_lib.measure import Asked as Sent
from analytics_lib.warehouse import open_warehouse

SLOWEST = 3
PLAN_LINES, PLAN_WIDTH = 24, 180


@dataclass(frozen=True)
class Timed:
    """A statement, the domain and part that ask it, and its seconds."""

    place: str
    sent: Sent
    seconds: float


def on_postgresql(
    url: str, period: str, methods: Mapping[str, str], ask: Callable[[AnalyticsService, str, Scope], object]
) -> None:
    """Print our seconds by method, then the plans of the slowest statements."""
    with open_warehouse(url) as warehouse:
        analytics = AnalyticsService(warehouse, keeps=False)
        scope = analytics.scope(period=period)
        print(f"PostgreSQL, {warehouse.about.get('made_by', 'a database')}")
        for name, method in methods.items():
            taken = [_seconds(lambda name=name: ask(analytics, name, scope)) for _ in range(3)]  # type: ignore[misc]
            print(f"{method:30} ours {statistics.median(taken) * 1e3:8.1f} ms", flush=True)
        sent = dict(_sent(analytics, scope))
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.read_only = True
        timed = [
            Timed(place, each, _seconds(lambda each=each: _rows(connection, each.sql, each.parameters)))  # type: ignore[misc]
            for place, each in sent.items()
        ]
        print(f"{len(timed)} statements, {sum(each.seconds for each in timed):.3f} s one after the other")
        for each in sorted(timed, key=lambda each: -each.seconds)[:SLOWEST]:
            print(f"\n{each.place}: {each.seconds * 1e3:.1f} ms, for {', '.join(each.sent.metrics)}")
            plan = _rows(connection, f"EXPLAIN (ANALYZE, BUFFERS) {each.sent.sql}", each.sent.parameters)
            lines = [str(line) for (line,) in plan]
            print("\n".join(f"  {line[:PLAN_WIDTH]}" for line in [*lines[:PLAN_LINES], *lines[-2:]]))


def _sent(analytics: AnalyticsService, scope: Scope) -> Iterator[tuple[str, Sent]]:
    """The statements of all domains, part by part; one that several parts ask is told once."""
    seen = set()
    for domain, (_, section) in DOMAINS.items():
        for part, asked in section.items():
            over = scope.course if asked.over else None
            against = "previous" if asked.compare else None
            passports = analytics.explain(asked.metrics, scope, asked.by, over, against)  # type: ignore[arg-type]
            for each in {id(sent): sent for passport in passports for sent in passport.statements}.values():
                known = each.sql, str(each.parameters)
                if known not in seen:
                    seen.add(known)
                    yield f"{domain}, {part}, statement {len(seen)}", each


def _rows(
    connection: psycopg.Connection[Any], text: str, parameters: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    return connection.execute(text.encode(), parameters).fetchall()


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
