"""A month's KPIs from the cache of answers, against asking the database again.

    python benchmarks/cached_answer.py
    python benchmarks/cached_answer.py --database duckdb:///platform.duckdb --rounds 2000

The rival is the service without a cache, on the same scope and in the same process: cold, right after the
database was opened, and then warm, in between the cached ones. What is timed on our side is all that a
caller waits for: the key with the version of the data, the look-up, and a frame of the caller's own. Before
the clock that frame is compared with the rival's, cell by cell. Then many threads ask at once, and the
database is asked once. Goals: a cached answer takes well under one millisecond in the median, and a warm one
fifty times as long.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pandas as pd

from analytics_lib import AnalyticsService, Scope, connect
from analytics_lib.cache import CacheStatistics

METRICS = (
    "total_bookings", "net_bookings", "gross_bookings_value", "net_bookings_value", "average_booking_value",
    "confirmation_rate", "cancellations", "cancellation_rate", "cancellation_value_rate", "no_show_rate",
    "average_party_size", "length_of_stay",
)  # fmt: skip
ASKED = {"the month": None, "its days": "day"}


def ask(analytics: AnalyticsService, scope: Scope, over: str | None) -> pd.DataFrame:
    """The question; whether it is answered from a cache is the service's affair."""
    return analytics.measure(METRICS, scope, over=over, compare="previous")


def told(analytics: AnalyticsService) -> CacheStatistics:
    statistics = analytics.cache_statistics()
    assert statistics is not None
    return statistics


def seconds(ask: Callable[[], Any]) -> float:
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


def compare(url: str | None, over: str | None, rounds: int) -> dict[str, Any]:
    """Milliseconds of both sides and their ratios."""
    keeping = connect(url)
    forgetting = AnalyticsService(keeping.warehouse, keeps=False)
    scope = keeping.scope()
    cold = seconds(lambda: ask(forgetting, scope, over))
    first, again = (ask(keeping, scope, over) for _ in range(2))
    expected = ask(forgetting, scope, over)
    for frame in (first, again):
        pd.testing.assert_frame_equal(frame, expected)
        assert frame.attrs == expected.attrs
    warm, hits = [], []
    for number in range(rounds):
        if number % 100 == 0:  # twenty are enough for a median, and spare the patience of whoever waits
            warm.append(seconds(lambda: ask(forgetting, scope, over)))
        hits.append(seconds(lambda: ask(keeping, scope, over)))
    kept = told(keeping)
    assert (kept.hits, kept.misses) == (rounds + 1, 1)
    hit, hit_p99 = statistics.median(hits), statistics.quantiles(hits, n=100)[98]
    return {
        "rows": len(expected),
        "bytes": kept.bytes,
        "milliseconds": {
            "cold": round(1_000 * cold, 3),
            "warm": round(1_000 * statistics.median(warm), 3),
            "cached": round(1_000 * hit, 3),
            "cached_p99": round(1_000 * hit_p99, 3),
        },
        "cold_to_cached": round(cold / hit, 1),
        "warm_to_cached": round(statistics.median(warm) / hit, 1),
        "as_the_cache_says": asdict(kept.hit_times),
    }


def together(url: str | None, threads: int) -> dict[str, Any]:
    """How often the database is asked when many ask the same at once."""
    analytics = connect(url)
    scope = analytics.scope()
    ask(AnalyticsService(analytics.warehouse, keeps=False), scope, None)
    barrier = threading.Barrier(threads)

    def together_with_others(_: int) -> pd.DataFrame:
        barrier.wait()
        return ask(analytics, scope, None)

    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        frames = list(pool.map(together_with_others, range(threads)))
        taken = time.perf_counter() - start
    assert all(frame.equals(frames[0]) for frame in frames)
    kept = told(analytics)
    return {
        "threads": threads,
        "asked_the_database": kept.misses,
        "shared": kept.shared,
        "hits": kept.hits,
        "milliseconds_for_all": round(1_000 * taken, 1),
    }


def main() -> None:
    """Print the comparison of both questions, and what many threads do."""
    options = argparse.ArgumentParser(description="cached answers against asking again, as a ratio")
    options.add_argument("--database", help="a URL; without one, the sample platform")
    options.add_argument("--rounds", type=int, default=2_000)
    options.add_argument("--threads", type=int, default=100)
    given = options.parse_args()
    for name, over in ASKED.items():
        print(json.dumps({"asked": name, **compare(given.database, over, given.rounds)}, indent=2))
    print(json.dumps(together(given.database, given.threads), indent=2))


if __name__ == "__main__":
    main()
