"""A version is published whole or not at all, and nobody who reads notices."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from analytics_lib import schema
from analytics_lib.errors import LoadError, NoData, WarehouseError
from analytics_lib.sources.publish import publish
from analytics_lib.warehouse import open_warehouse
from tests.platforms import (
    BEYOND_FLOAT,
    about_rows,
    bookings,
    read_while_loading,
    write_platform,
    write_slowly,
)

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.platforms"])
COUNT = select(func.count().label("n")).select_from(schema.bookings)


def in_process(task: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a task in a process of its own, which shares nothing with this one."""
    process = PROCESSES.Process(target=task, args=arguments)
    process.start()
    return process


def ended(process: BaseProcess) -> int | None:
    """The exit code."""
    process.join(timeout=60)
    return process.exitcode


def number_of_bookings(url: str) -> int:
    with open_warehouse(url) as warehouse:
        return int(warehouse.fetch(COUNT)["n"].iloc[0])


def publish_all(url: str, *parts: tuple[str, pa.Table], checks_keys: bool = True) -> str:
    with publish(url, source="small", checks_keys=checks_keys) as publication:
        for table, rows in parts:
            publication.append(table, rows)
    return publication.version


def wait_for(path: Path) -> None:
    limit = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < limit, f"{path} did not appear"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def plain_version(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The version of 36 bookings that were appended at once and in order."""
    return write_platform(f"duckdb:///{tmp_path_factory.mktemp('plain')}/plain.duckdb", 36)


def test_a_version_is_what_was_appended(database_url: str) -> None:
    version = write_platform(database_url, 3, price=BEYOND_FLOAT)
    with open_warehouse(database_url) as warehouse:
        assert warehouse.version() == version
        assert not warehouse.is_live
        assert warehouse.about["source"] == "small"
        assert warehouse.tables == set(schema.metadata.tables)
        total = warehouse.fetch(select(func.sum(schema.bookings.c.price_minor).label("total")))
        assert total["total"].iloc[0] == 3 * BEYOND_FLOAT


def test_the_same_rows_have_the_same_version_on_every_engine(duckdb_url: str, postgresql_url: str) -> None:
    assert write_platform(duckdb_url, 50) == write_platform(postgresql_url, 50)
    with open_warehouse(duckdb_url) as one, open_warehouse(postgresql_url) as other:
        rows = select(schema.bookings).order_by("booking_id")
        assert one.fetch(rows).equals(other.fetch(rows))


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(range(6)), size=st.integers(1, 6))
def test_version_and_rows_do_not_depend_on_batches(
    tmp_path: Path, plain_version: str, order: list[int], size: int
) -> None:
    url = f"duckdb:///{tmp_path}/order.duckdb"
    with publish(url, source="small") as publication:
        for number in order:
            for start in range(0, 6, size):
                publication.append("bookings", bookings(number * 6 + start, min(size, 6 - start)))
        publication.append("about", about_rows())
    with open_warehouse(url) as warehouse:
        stored = warehouse.fetch(select(schema.bookings.c.booking_id))["booking_id"].tolist()
    assert stored == [f"b{number:07d}" for number in range(36)], "rows are stored in order of time"
    assert publication.version == plain_version


def test_rows_within_a_batch_are_put_in_order(duckdb_url: str, plain_version: str) -> None:
    backwards = bookings(0, 36).take(list(range(36))[::-1])
    assert publish_all(duckdb_url, ("bookings", backwards), ("about", about_rows())) == plain_version


def test_rows_without_an_instant_come_last(duckdb_url: str) -> None:
    undated = pa.table({"booking_id": ["a"], "created_at": pa.array([None], type=pa.timestamp("us"))})
    publish_all(
        duckdb_url,
        ("about", about_rows()),
        ("bookings", bookings(0, 2)),
        ("bookings", undated),
        ("bookings", bookings(2, 1)),
    )
    with open_warehouse(duckdb_url) as warehouse:
        stored = warehouse.fetch(select(schema.bookings.c.booking_id))["booking_id"].tolist()
    assert stored == ["b0000000", "b0000001", "b0000002", "a"]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("bookings", bookings(0, 2, price=101)),
        ("bookings", bookings(0, 3)),
        ("coverage", pa.table({"table_name": ["bookings"], "column_name": ["booking_id"]})),
    ],
)
def test_any_difference_changes_the_version(tmp_path: Path, table: str, rows: pa.Table) -> None:
    plain = write_platform(f"duckdb:///{tmp_path}/plain.duckdb", 2)
    parts = [("about", about_rows()), (table, rows)]
    if table != "bookings":
        parts.append(("bookings", bookings(0, 2)))
    assert publish_all(f"duckdb:///{tmp_path}/other.duckdb", *parts) != plain


def test_an_error_leaves_the_database_as_it_was(database_url: str, tmp_path: Path) -> None:
    version = write_platform(database_url, 5)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(LoadError, match="no canonical table"):
        publish_all(database_url, ("bookings", bookings(0, 9)), ("bookingz", bookings(0, 9)))
    with open_warehouse(database_url) as warehouse:
        assert warehouse.version() == version
    assert sorted(tmp_path.iterdir()) == before


def test_an_error_at_first_use_leaves_nothing(duckdb_url: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"key of 'bookings'.*b0000001"):
        publish_all(
            duckdb_url, ("about", about_rows()), ("bookings", bookings(0, 2)), ("bookings", bookings(1, 1))
        )
    assert list(tmp_path.iterdir()) == []


def test_repeated_keys_may_be_wanted_but_never_in_what_a_database_says_of_itself(duckdb_url: str) -> None:
    about, twice = ("about", about_rows()), ("bookings", bookings(1, 1))
    publish_all(duckdb_url, about, ("bookings", bookings(0, 2)), twice, checks_keys=False)
    assert number_of_bookings(duckdb_url) == 3
    with pytest.raises(LoadError, match="key of 'about'"):
        publish_all(duckdb_url, about, ("about", about_rows(zone="UTC")), twice, checks_keys=False)
    assert number_of_bookings(duckdb_url) == 3


@pytest.mark.parametrize(
    ("table", "rows", "message"),
    [
        ("bookingz", bookings(0, 1), "no canonical table 'bookingz'"),
        ("bookings", pa.table({"booking_id": ["x"], "price": [1]}), "no column 'price'"),
        ("bookings", pa.table({"booking_id": ["x"], "price_minor": ["a lot"]}), "wrong type"),
        (
            "bookings",
            pa.table({"booking_id": [None]}, schema=pa.schema([("booking_id", pa.string())])),
            "lacks its key",
        ),
        ("about", about_rows(zone=None), "'zone'"),
        ("about", about_rows(data_through="soon"), "data_through=soon"),
    ],
)
def test_what_is_not_canonical_is_refused(duckdb_url: str, table: str, rows: pa.Table, message: str) -> None:
    parts = [(table, rows)] if table == "about" else [("about", about_rows()), (table, rows)]
    with pytest.raises(LoadError, match=message):
        publish_all(duckdb_url, *parts)
    with pytest.raises(NoData):
        open_warehouse(duckdb_url)


def test_another_source_is_refused_unless_replaced(database_url: str) -> None:
    write_platform(database_url, 5)
    with pytest.raises(LoadError, match=r"holds the source 'small', not 'other'.*--replace"):
        write_platform(database_url, 7, source="other")
    assert number_of_bookings(database_url) == 5
    write_platform(database_url, 7, source="other", replace=True)
    assert number_of_bookings(database_url) == 7


def test_a_file_that_is_not_ours_is_left_alone(duckdb_url: str, tmp_path: Path) -> None:
    path = tmp_path / "platform.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE precious (a INTEGER)")
    content = path.read_bytes()
    with pytest.raises(LoadError, match="left alone"):
        write_platform(duckdb_url, 5, replace=True)
    assert path.read_bytes() == content
    assert not path.is_symlink()
    assert [path.name for path in tmp_path.iterdir()] == ["platform.duckdb"]


def test_a_platforms_own_tables_are_left_alone(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bookings (booking_id text)")
        connection.execute("INSERT INTO bookings VALUES ('theirs')")
        with pytest.raises(LoadError, match="left alone"):
            write_platform(postgresql_url, 5, replace=True)
        assert connection.execute("SELECT booking_id FROM bookings").fetchall() == [("theirs",)]


def test_the_version_before_is_kept_and_older_ones_go(duckdb_url: str, tmp_path: Path) -> None:
    for count in (1, 2, 3):
        write_platform(duckdb_url, count)
    assert len(list(tmp_path.iterdir())) == 3, "the link and two versions"


def test_a_version_in_use_is_kept(duckdb_url: str, tmp_path: Path) -> None:
    write_platform(duckdb_url, 1)
    with open_warehouse(duckdb_url) as reader, reader.share() as (url, snapshot):
        for count in (2, 3, 4):
            write_platform(duckdb_url, count)
        assert reader.fetch(COUNT)["n"].iloc[0] == 1
        with open_warehouse(url, snapshot=snapshot) as other:
            assert other.fetch(COUNT)["n"].iloc[0] == 1
    assert number_of_bookings(duckdb_url) == 4
    write_platform(duckdb_url, 5)
    assert len(list(tmp_path.iterdir())) == 3, "once free, it goes"


@pytest.mark.slow
def test_eight_readers_during_loads_see_one_version_or_the_other(database_url: str, tmp_path: Path) -> None:
    write_platform(database_url, 1, price=1)
    done = tmp_path / "done"
    started = [tmp_path / f"started-{number}" for number in range(8)]
    readers = [in_process(read_while_loading, database_url, mark, done) for mark in started]
    try:
        for mark in started:
            wait_for(mark)
        for count in range(2, 12):
            write_platform(database_url, count, price=count)
    finally:
        done.touch()
    assert [ended(reader) for reader in readers] == [0] * 8


@pytest.mark.slow
def test_two_first_uses_at_once_both_end_well(database_url: str) -> None:
    both = [in_process(write_platform, database_url, count) for count in (300, 400)]
    assert [ended(process) for process in both] == [0, 0]
    assert number_of_bookings(database_url) in (300, 400)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_load_leaves_the_database_as_it_was(
    database_url: str, tmp_path: Path, how: signal.Signals
) -> None:
    version = write_platform(database_url, 5)
    before = sorted(tmp_path.iterdir())
    ready = tmp_path.parent / f"{tmp_path.name}-ready"
    writer = in_process(write_slowly, database_url, ready)
    wait_for(ready)
    os.kill(writer.pid or 0, how)
    assert ended(writer) != 0
    with open_warehouse(database_url) as warehouse:
        assert warehouse.version() == version
    if how is signal.SIGKILL:
        write_platform(database_url, 5)
    assert sorted(tmp_path.iterdir()) == before, "what a killed process left is swept by the next one"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WarehouseError, match="cannot be written"):
        write_platform(f"duckdb:///{tmp_path}/file/platform.duckdb", 1)
