"""The service's six methods for one month: against hand-written DuckDB SQL, and against pandas.

    python benchmarks/service_against_sql.py
    python benchmarks/service_against_sql.py --database duckdb:///platform.duckdb --growth

Ours is the service without a cache, asked for October 2026, the last month of the sample platform. The first
rival is `service_sql/*.sql`, one file for each question of a domain (`bookings_by_channel.sql`), written by
hand for this engine, this month and this zone: one SELECT for each table, timestamp and dimension, the
compared month in the same scan, states cut to what was known when that month ended, rates divided in SQL. It
is run over DuckDB's own connection to the same file, in the same process with the same threads, one statement
after the other, and all rows are fetched. For the comprehensive report it is the SQL of all ten domains; no
part is left out on either side. The second rival is pandas (`service_pandas.py`) for the KPIs and the
bookings, on frames that are in memory already.

Before the clock the numbers are held against each other: counts and sums of money exactly, rates, averages
and quantiles to nine digits. Then the sides answer in turn, and the medians make the ratio. Goals: ours over
SQL at most 1.15, pandas over ours at least 20.

`--growth` tells how our times grow from a tenth of the bookings to all of them; `--postgresql URL` what the
methods take on a PostgreSQL that holds a sample, and how it goes about the slowest statements.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from analytics_lib import AnalyticsService, Scope
from analytics_lib.domains import DOMAINS
from analytics_lib.results import ComprehensiveReport, Result
from analytics_lib.warehouse import open_warehouse
from benchmarks import service_pandas
from benchmarks.service_numbers import Agreement, Place, compared, of_rows, of_service
from benchmarks.service_plans import on_postgresql

QUERIES = Path(__file__).parent / "service_sql"
PERIOD = "2026-10"
REPORT = "report"
METHODS = {
    "kpis": "get_real_time_kpis",
    "bookings": "get_booking_analytics",
    "payments": "get_payment_analytics",
    "ai_usage": "get_ai_usage_analytics",
    "user_engagement": "get_user_engagement_analytics",
    REPORT: "generate_comprehensive_report",
}
GOAL_SQL, GOAL_PANDAS = 1.15, 20.0

Answer = Result | ComprehensiveReport


@dataclass(frozen=True)
class HandWritten:
    """One question of the rival: its part, dimensions and statements."""

    part: str
    dimensions: tuple[str, ...]
    statements: tuple[str, ...]


def hand_written(name: str) -> tuple[HandWritten, ...]:
    """The questions of a domain, or of all of them for the report."""
    found = []
    for domain in DOMAINS if name == REPORT else (name,):
        for part, asked in DOMAINS[domain][1].items():
            text = (QUERIES / f"{domain}_{part}.sql").read_text()
            statements = tuple(each for each in text.split(";\n") if each.strip())
            found.append(HandWritten(f"{domain}_{part}", asked.by, statements))
    return tuple(found)


Fetched = list[tuple[HandWritten, list[str], list[tuple[Any, ...]]]]


def fetched(connection: duckdb.DuckDBPyConnection, questions: tuple[HandWritten, ...]) -> Fetched:
    """What is timed of the rival: every statement sent, every row fetched."""
    answers = []
    for question in questions:
        for statement in question.statements:
            cursor = connection.execute(statement)
            columns = [column[0] for column in cursor.description or ()]
            answers.append((question, columns, cursor.fetchall()))
    return answers


def numbers_of(answers: Fetched) -> dict[Place, Any]:
    """The rival's numbers; statements of one question add to each other."""
    return {
        place: value
        for question, columns, rows in answers
        for place, value in of_rows(question.part, question.dimensions, columns, rows)
    }


def ask(analytics: AnalyticsService, name: str, scope: Scope) -> Answer:
    """Our side: one method of the service."""
    answer: Answer = getattr(analytics, METHODS[name])(scope)
    return answer


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(sides: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each side, after one rehearsal; they take turns."""
    for work in sides.values():
        work()
    taken: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, work in sides.items():
            taken[side].append(seconds(work))
    return {side: statistics.median(each) for side, each in taken.items()}


def checked(name: str, rival: str, agreement: Agreement) -> str:
    """How many numbers were compared. Ends the run if any differs."""
    if agreement.differing:
        shown = "\n  ".join(agreement.differing[:20])
        sys.exit(f"{name}: {len(agreement.differing)} numbers differ from {rival}:\n  {shown}")
    return f"{agreement.compared:,} numbers equal to {rival}"


def against_sql(url: str, rounds: int, names: list[str]) -> dict[str, float]:
    """Each method beside the hand-written SQL; the answer is our median seconds by method."""
    connection = duckdb.connect(str(_file(url)), read_only=True)
    ours = {}
    with open_warehouse(url) as warehouse:
        forgetting, keeping = AnalyticsService(warehouse, keeps=False), AnalyticsService(warehouse)
        scope = forgetting.scope(period=PERIOD)
        connection.execute("SET enable_progress_bar = false")
        threads = connection.execute("SELECT current_setting('threads')").fetchall()[0][0]
        print(f"DuckDB {duckdb.__version__}, {threads} threads, {warehouse.about.get('made_by', url)}")
        for name in names:
            questions = hand_written(name)
            agreement = compared(
                of_service(ask(forgetting, name, scope), name), numbers_of(fetched(connection, questions))
            )
            equal = checked(name, "SQL", agreement)
            sides: dict[str, Callable[[], object]] = {
                "ours": lambda name=name: ask(forgetting, name, scope),  # type: ignore[misc]
                "sql": lambda questions=questions: fetched(connection, questions),  # type: ignore[misc]
                "cached": lambda name=name: ask(keeping, name, scope),  # type: ignore[misc]
            }
            taken = in_turn(sides, rounds)
            ours[name] = taken["ours"]
            ratio = taken["ours"] / taken["sql"]
            goal = _goal(f"at most {GOAL_SQL}", is_met=ratio <= GOAL_SQL)
            print(
                f"{METHODS[name]:30} ours {_ms(taken['ours'])}  SQL {_ms(taken['sql'])}  "
                f"ours/SQL {ratio:6.2f} ({goal})  cached {taken['cached'] * 1e3:.3f} ms; {equal}",
                flush=True,
            )
    return ours


def against_pandas(url: str, rounds: int, names: list[str]) -> None:
    """The methods that have a rival in pandas beside it; the frames are loaded before the clock."""
    asked = [name for name in names if name in service_pandas.RIVALS]
    if not asked:
        return
    with duckdb.connect(str(_file(url)), read_only=True) as connection:
        frames = service_pandas.frames_of(connection)
    with open_warehouse(url) as warehouse:
        forgetting = AnalyticsService(warehouse, keeps=False)
        scope = forgetting.scope(period=PERIOD)
        for name in asked:
            rival = service_pandas.RIVALS[name]
            agreement = compared(
                of_service(ask(forgetting, name, scope), name), service_pandas.numbers_of(rival(frames))
            )
            equal = checked(name, "pandas", agreement)
            sides: dict[str, Callable[[], object]] = {
                "ours": lambda name=name: ask(forgetting, name, scope),  # type: ignore[misc]
                "pandas": lambda rival=rival: rival(frames),  # type: ignore[misc]
            }
            taken = in_turn(sides, rounds)
            ratio = taken["pandas"] / taken["ours"]
            goal = _goal(f"at least {GOAL_PANDAS:g}", is_met=ratio >= GOAL_PANDAS)
            print(
                f"{METHODS[name]:30} ours {_ms(taken['ours'])}  pandas {_ms(taken['pandas'])}"
                f"  pandas/ours {ratio:6.2f} ({goal}); {equal}",
                flush=True,
            )


def growth(bookings: int, ours: Mapping[str, float], rounds: int) -> None:
    """Our times for a tenth of the bookings beside those for all of them."""
    with sample(bookings // 10) as url, open_warehouse(url) as warehouse:
        forgetting = AnalyticsService(warehouse, keeps=False)
        scope = forgetting.scope(period=PERIOD)
        for name, whole in ours.items():
            tenth = in_turn({"ours": lambda name=name: ask(forgetting, name, scope)}, rounds)["ours"]  # type: ignore[misc]
            print(
                f"{METHODS[name]:30} {bookings // 10:>11,} bookings {_ms(tenth)}  {bookings:,} {_ms(whole)}"
                f"  {whole / tenth:.2f} times as long",
                flush=True,
            )


@contextmanager
def sample(bookings: int) -> Iterator[str]:
    """The URL of a sample platform with all its tables, in a folder that goes with it."""
    from analytics_lib.sources.first_use import write_sample
    from analytics_lib.sources.sample import SamplePlan

    with tempfile.TemporaryDirectory() as folder:
        url = f"duckdb:///{folder}/sample.duckdb"
        write_sample(SamplePlan(bookings=bookings), url)
        yield url


def _file(url: str) -> Path:
    """The real file behind a URL, which is the one that the warehouse holds open."""
    return Path(url.removeprefix("duckdb:///")).resolve()


def _ms(taken: float) -> str:
    return f"{taken * 1e3:8.1f} ms"


def _goal(words: str, *, is_met: bool) -> str:
    return f"goal {words}: {'met' if is_met else 'missed'}"


def _bookings(url: str) -> int:
    """How many bookings a sample was made with, as it says itself."""
    with open_warehouse(url) as warehouse:
        return int(warehouse.about["made_by"].split()[-1])


def main() -> None:
    """Make the sample if no database is named, and print the comparisons that were asked for."""
    options = argparse.ArgumentParser(
        description="the service against hand-written SQL and pandas, as ratios"
    )
    options.add_argument("--bookings", type=int, default=1_000_000)
    options.add_argument("--database", help="a DuckDB sample with all tables that is there already")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--only", nargs="*", choices=METHODS, default=list(METHODS), metavar="DOMAIN")
    options.add_argument("--growth", action="store_true", help="also for a tenth of the bookings")
    options.add_argument("--postgresql", metavar="URL", help="a PostgreSQL that holds a sample")
    given = options.parse_args()
    with nullcontext(given.database) if given.database else sample(given.bookings) as url:
        ours = against_sql(url, given.rounds, given.only)
        against_pandas(url, given.rounds, given.only)
        if given.growth:
            growth(_bookings(url), ours, given.rounds)
    if given.postgresql:
        chosen = {name: METHODS[name] for name in given.only}
        on_postgresql(given.postgresql, PERIOD, chosen, ask)


if __name__ == "__main__":
    main()
