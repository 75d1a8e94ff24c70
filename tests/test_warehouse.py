"""The warehouse: exact frames, one view for many readers, errors in one sentence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import duckdb
import psycopg
import pytest
from sqlalchemy import BigInteger, Date, cast, func, literal, literal_column, select, text, union_all

from analytics_lib import schema
from analytics_lib.errors import InputError, NoData, WarehouseError
from analytics_lib.warehouse import THREADS_VARIABLE, open_warehouse
from tests.platforms import BEYOND_FLOAT, START, write_platform

b = schema.bookings.c
COUNT = select(func.count().label("n")).select_from(schema.bookings)
SLOW = select(literal_column("max(n % 7)").label("most")).select_from(
    text("generate_series(1, 30000000000) AS numbers(n)")
)


def test_frames_are_exact_and_typed_alike_on_every_engine(database_url: str) -> None:
    write_platform(database_url, 3, price=BEYOND_FLOAT)
    question = select(
        func.date_trunc("day", b.created_at, type_=schema.bookings.c.created_at.type).label("day"),
        cast(func.sum(b.price_minor), BigInteger).label("total"),
        func.sum(b.price_minor).label("uncast"),
        func.sum(b.discount_minor).label("nothing"),
        func.avg(b.price_minor).label("mean"),
        func.max(b.starts_on).label("on"),
        cast(func.min(b.created_at), Date).label("first"),
        func.count(b.booking_id.distinct()).label("n"),
        func.min(b.booking_id).label("text"),
        (func.count() > 2).label("many"),
    ).group_by("day")
    with open_warehouse(database_url) as warehouse:
        frame = warehouse.fetch(question)
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        "day": "datetime64[us]",
        "total": "Int64",
        "uncast": "Int64",
        "nothing": "Int64",
        "mean": "Float64",
        "on": "datetime64[us]",
        "first": "datetime64[us]",
        "n": "Int64",
        "text": "string",
        "many": "boolean",
    }
    row = frame.iloc[0]
    assert row["total"] == row["uncast"] == 3 * BEYOND_FLOAT
    assert frame["nothing"].isna().all()
    assert row["first"] == START


def test_an_empty_answer_keeps_its_types(database_url: str) -> None:
    write_platform(database_url, 1)
    with open_warehouse(database_url) as warehouse:
        frame = warehouse.fetch(select(b.booking_id, b.price_minor, b.created_at).where(b.price_minor < 0))
    assert [str(kind) for kind in frame.dtypes] == ["string", "Int64", "datetime64[us]"]
    assert frame.empty


def test_a_sum_beyond_64_bits_is_an_error_and_no_float(database_url: str) -> None:
    write_platform(database_url, 3, price=2**62)
    with open_warehouse(database_url) as warehouse, pytest.raises(WarehouseError):
        warehouse.fetch(select(func.sum(b.price_minor).label("total")))


def test_compile_gives_the_text_and_parameters_that_are_sent(database_url: str) -> None:
    write_platform(database_url, 5)
    question = select(b.booking_id).where(b.created_at >= datetime(2026, 1, 1), b.channel.in_(["a", "50%"]))
    with open_warehouse(database_url) as warehouse:
        sql, parameters = warehouse.compile(question)
        assert warehouse.fetch(union_all(question, question)).empty
    assert set(parameters.values()) == {datetime(2026, 1, 1), "a", "50%"}
    for name in parameters:
        assert (f"${name}" if database_url.startswith("duckdb") else f"%({name})s") in sql


def test_text_with_percent_signs_survives(database_url: str) -> None:
    write_platform(database_url, 1)
    with open_warehouse(database_url) as warehouse:
        frame = warehouse.fetch(select(literal("5 % off").label("a"), literal_column("'5 %'").label("b")))
    assert frame.iloc[0].tolist() == ["5 % off", "5 %"]


def test_one_reading_is_one_view(database_url: str) -> None:
    write_platform(database_url, 1)
    with open_warehouse(database_url) as warehouse, warehouse.reading() as reader:
        first = reader.fetch(COUNT)["n"].iloc[0]
        write_platform(database_url, 7)
        assert reader.fetch(COUNT)["n"].iloc[0] == first == 1


def test_shared_versions_are_seen_by_others_after_a_load(database_url: str) -> None:
    old = write_platform(database_url, 1)
    with open_warehouse(database_url) as warehouse, warehouse.share() as (url, snapshot):
        new = write_platform(database_url, 7)
        with open_warehouse(url, snapshot=snapshot) as other:
            assert other.version() == old
            assert other.fetch(COUNT)["n"].iloc[0] == 1
            with other.share() as again, open_warehouse(again[0], snapshot=again[1]) as third:
                assert third.version() == old
    with open_warehouse(database_url) as warehouse:
        assert warehouse.version() == new


def test_many_threads_read_one_warehouse(database_url: str) -> None:
    write_platform(database_url, 20)
    with open_warehouse(database_url) as warehouse, ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: int(warehouse.fetch(COUNT)["n"].iloc[0]), range(40)))
    assert counts == [20] * 40


def test_a_reader_cannot_write(database_url: str) -> None:
    write_platform(database_url, 1)
    with (
        open_warehouse(database_url) as warehouse,
        warehouse.reading() as reader,
        pytest.raises(WarehouseError, match="read-only"),
    ):
        reader._session.answer("DELETE FROM bookings", {})


def test_slow_questions_are_stopped(database_url: str) -> None:
    write_platform(database_url, 1)
    with open_warehouse(database_url, statement_timeout=0.2) as warehouse:
        with pytest.raises(WarehouseError, match=r"longer than 0\.2 seconds"):
            warehouse.fetch(SLOW)
        assert warehouse.fetch(COUNT)["n"].iloc[0] == 1


def test_a_wrong_question_is_one_sentence(database_url: str) -> None:
    write_platform(database_url, 1)
    with open_warehouse(database_url) as warehouse, pytest.raises(WarehouseError) as error:
        warehouse.fetch(select(literal_column("no_such_column")).select_from(schema.bookings))
    assert "no_such_column" in str(error.value)
    assert "\n" not in str(error.value)


def test_instants_with_a_zone_come_out_in_utc(database_url: str) -> None:
    write_platform(database_url, 1)
    aware = literal_column("CAST('2026-03-29 02:30:00+02' AS TIMESTAMP WITH TIME ZONE)")
    with open_warehouse(database_url) as warehouse:
        frame = warehouse.fetch(select(aware.label("at"), literal(date(2026, 3, 29)).label("on")))
    assert frame.iloc[0].tolist() == [datetime(2026, 3, 29, 0, 30), datetime(2026, 3, 29)]


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        ("nonsense", WarehouseError, "not a URL"),
        ("duckdb://", WarehouseError, "names no file"),
        ("duckdb:///:memory:", WarehouseError, "names no file"),
        ("mysql://user:secret@host/name", WarehouseError, "'mysql:'"),
        (
            "postgresql://user:secret@localhost:1/name",
            WarehouseError,
            r"user:\*\*\*@localhost:1/name cannot be reached",
        ),
        ("postgresql:///name?host=/nowhere&password=secret", WarehouseError, "cannot be reached"),
        (
            "duckdb:////nowhere/at/all.duckdb",
            NoData,
            "There is no data at duckdb:////nowhere/at/all.duckdb: load",
        ),
    ],
)
def test_addresses_that_lead_nowhere(url: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as refusal:
        open_warehouse(url)
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_shown_address_hides_the_password(postgresql_url: str) -> None:
    write_platform(postgresql_url, 1)
    with_password = postgresql_url.replace("postgres:@", "postgres:hunter2@") + "&sslpassword=hunter3"
    with open_warehouse(with_password) as warehouse:
        assert "hunter" not in warehouse.url
        assert warehouse.dialect_name == "postgresql"
        with warehouse.share() as (url, _):
            assert "hunter2" in url


def test_a_database_without_our_tables_holds_no_data(tmp_path: Path, postgresql_url: str) -> None:
    with duckdb.connect(tmp_path / "other.duckdb") as connection:
        connection.execute("CREATE TABLE other (a INTEGER)")
    for url in (f"duckdb:///{tmp_path}/other.duckdb", postgresql_url):
        with pytest.raises(NoData, match="none of our tables"):
            open_warehouse(url)


def test_what_is_not_a_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.duckdb").write_text("hello " * 2000, encoding="utf-8")
    with pytest.raises(WarehouseError, match="cannot be read as a DuckDB database"):
        open_warehouse(f"duckdb:///{tmp_path}/text.duckdb")


def test_live_tables_have_a_marker_that_moves(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bookings (booking_id text, created_at timestamp)")
        with open_warehouse(postgresql_url) as warehouse:
            assert warehouse.is_live
            assert warehouse.tables == {"bookings"}
            assert ("bookings", "created_at") in warehouse.columns
            assert warehouse.coverage.empty
            before = warehouse.version()
            assert before.startswith("marker:")
            connection.execute("INSERT INTO bookings VALUES ('a', '2026-01-01')")
            assert warehouse.version() == before, "looked at no more than once a second"
            monkeypatch.setattr("analytics_lib.warehouse.reading._LOOK_AGAIN_AFTER", 0.0)
            assert warehouse.version() != before


def test_a_closed_warehouse_says_so(duckdb_url: str) -> None:
    write_platform(duckdb_url, 1)
    warehouse = open_warehouse(duckdb_url)
    warehouse.close()
    warehouse.close()
    with pytest.raises(WarehouseError, match="closed"):
        warehouse.fetch(COUNT)


def test_the_environment_says_how_many_threads_duckdb_uses(
    duckdb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_platform(duckdb_url, 1)
    monkeypatch.setenv(THREADS_VARIABLE, "3")
    with open_warehouse(duckdb_url) as warehouse:
        found = warehouse.fetch(select(func.current_setting("threads").label("threads")))
        assert found["threads"].tolist() == [3]
    monkeypatch.setenv(THREADS_VARIABLE, "many")
    with pytest.raises(InputError, match="ANALYTICS_DATABASE_THREADS=many is no number of threads"):
        open_warehouse(duckdb_url)
