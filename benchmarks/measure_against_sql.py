"""A year's booking KPIs: `measure` against the same numbers in hand-written DuckDB SQL.

    python benchmarks/measure_against_sql.py --bookings 10000000

The rival is `year_kpis/*.sql`, one statement for each timestamp of the fact, written by hand for this
engine, this year and this zone, and read with DuckDB's own `.df()`. Both sides give the same twelve
metrics by local month (144 numbers) or by local day (4,380), which are compared number by number. Each
side runs in a process of its own, alternately, on the same file; the ratio is that of the medians.
Goal: at most 1.15. What `measure` costs beside the database is about 18 microseconds a number.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

QUERIES = Path(__file__).parent / "year_kpis"
METRICS = (
    "total_bookings", "net_bookings", "gross_bookings_value", "net_bookings_value", "average_booking_value",
    "confirmation_rate", "cancellations", "cancellation_rate", "cancellation_value_rate", "no_show_rate",
    "average_party_size", "length_of_stay",
)  # fmt: skip


def by_measure(url: str, over: str) -> Callable[[], dict[str, dict[str, Any]]]:
    """Our side: the metrics by name."""
    from analytics_lib import connect

    analytics = connect(url)
    scope = analytics.scope(period="2025")

    def ask() -> dict[str, dict[str, Any]]:
        frame = analytics.measure(METRICS, scope, over=over)
        answer: dict[str, dict[str, Any]] = {}
        for row in frame[["metric", "bucket", "value"]].itertuples(index=False):
            answer.setdefault(row.bucket, {})[row.metric] = None if row.value is None else float(row.value)
        return answer

    return ask


def by_hand(url: str, over: str) -> Callable[[], dict[str, dict[str, Any]]]:
    """The rival: three statements, joined by day and divided in pandas."""
    import duckdb

    connection = duckdb.connect(str(Path(url.removeprefix("duckdb:///")).resolve()), read_only=True)
    texts = [(QUERIES / f"{name}.sql").read_text() for name in ("placed", "cancelled", "arrivals")]
    queries = [text.replace("date_trunc('day'", f"date_trunc('{over}'") for text in texts]
    shape = "%Y-%m-%d" if over == "day" else "%Y-%m"

    def ask() -> dict[str, dict[str, Any]]:
        answers = (connection.execute(query).df().set_index("local_day") for query in queries)
        placed, cancelled, arrivals = answers
        days = placed.join(cancelled, how="outer").join(arrivals, how="outer")
        days[["cancellations", "cancelled_value"]] = days[["cancellations", "cancelled_value"]].fillna(0)
        days["net_bookings"] = days.total_bookings - days.cancellations
        days["net_bookings_value"] = (days.gross_bookings_value - days.cancelled_value) / 100
        days["average_booking_value"] = days.gross_bookings_value / days.priced_bookings / 100
        days["confirmation_rate"] = days.confirmed_bookings_72h / days.total_bookings
        days["cancellation_rate"] = days.cancelled_bookings / days.total_bookings
        days["cancellation_value_rate"] = days.cancelled_cohort_value / days.gross_bookings_value
        days["no_show_rate"] = days.missed_bookings / days.total_bookings
        days["average_party_size"] = days.party_members / days.bookings_with_guests
        days["length_of_stay"] = days.nights_of_stays / days.stays
        days["gross_bookings_value"] = days.gross_bookings_value / 100
        named = days[list(METRICS)]
        rows = zip(named.index, named.to_dict("records"), strict=True)
        return {day.strftime(shape): row for day, row in rows}

    return ask


SIDES = {"measure": by_measure, "hand-written": by_hand}


def work(side: str, url: str, over: str, asked: Any, answered: Any) -> None:
    """A process of one side: answers each time it is asked; the first answer is a rehearsal."""
    ask = SIDES[side](url, over)
    answer = ask()
    answered.put(answer)
    while asked.get():
        start = time.perf_counter()
        ask()
        answered.put((time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def compare(url: str, over: str, rounds: int) -> dict[str, Any]:
    """Median seconds and peak MiB of both sides, their ratio, and whether all numbers are equal."""
    context = multiprocessing.get_context("spawn")
    sides = {}
    answers = {}
    for side in SIDES:
        asked, answered = context.Queue(), context.Queue()
        process = context.Process(target=work, args=(side, url, over, asked, answered), daemon=True)
        process.start()
        answers[side] = answered.get()
        sides[side] = (process, asked, answered)
    seconds: dict[str, list[float]] = {side: [] for side in SIDES}
    peaks: dict[str, float] = {}
    for _ in range(rounds):
        for side, (_, asked, answered) in sides.items():
            asked.put(True)
            taken, peaks[side] = answered.get()
            seconds[side].append(taken)
    for process, asked, _ in sides.values():
        asked.put(False)
        process.join()
    ours, theirs = (statistics.median(seconds[side]) for side in SIDES)
    return {
        "seconds": {side: round(statistics.median(values), 4) for side, values in seconds.items()},
        "peak_mib": {side: round(peak) for side, peak in peaks.items()},
        "ratio": round(ours / theirs, 3),
        "numbers_compared": sum(len(day) for day in answers["measure"].values()),
        "numbers_unequal": unequal(*answers.values()),
    }


def unequal(ours: dict[str, dict[str, Any]], theirs: dict[str, dict[str, Any]]) -> int:
    """How many numbers differ by more than 1e-9 of their size."""
    wrong = len(ours.keys() ^ theirs.keys())
    for day, numbers in ours.items():
        for metric, value in numbers.items():
            other = theirs[day][metric]
            if value is None or abs(value - other) > 1e-9 * max(1.0, abs(other)):
                wrong += 1
    return wrong


def main() -> None:
    """Make the sample if no database is named, and print the comparison."""
    options = argparse.ArgumentParser(description="measure against hand-written SQL, as a ratio")
    options.add_argument("--bookings", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--database", help="a sample that is there already")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database
        if url is None:
            from analytics_lib.sources.first_use import write_sample
            from analytics_lib.sources.sample import SamplePlan

            url = f"duckdb:///{folder}/sample.duckdb"
            write_sample(SamplePlan(bookings=given.bookings, only=("bookings",)), url)
        for over in ("month", "day"):
            print(json.dumps({"by": over, **compare(url, over, given.rounds)}, indent=2))


if __name__ == "__main__":
    main()
