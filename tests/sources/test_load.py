"""Foreign files through SQL: what loads, what is counted, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import select

from analytics_lib import schema
from analytics_lib.errors import InputError, LoadError, NoData
from analytics_lib.sources.load import LoadReport, load
from analytics_lib.warehouse import open_warehouse

GOOD = {
    "about": """
        SELECT unnest(['reporting_currency', 'zone']) AS key, unnest(['EUR', 'Europe/Madrid']) AS value
    """,
    "bookings": """
        SELECT id::VARCHAR AS booking_id, made AS created_at, gone AS cancelled_at, guests AS party_size,
               currency, cents AS price_minor, model AS business_model, place AS channel
        FROM source
    """,
    "exchange_rates": """
        SELECT 'USD' AS currency, TIMESTAMP '2026-01-01' AS valid_from, 2000000000 AS units_per_base_e9
        UNION ALL SELECT 'USD', TIMESTAMP '2026-02-01', 4000000000
    """,
}
ROWS = """
    (1, TIMESTAMP '2026-01-15 10:00:00', NULL, 2, 'EUR', 9007199254740993, 'b2c', 'web'),
    (2, TIMESTAMP '2026-01-31 23:59:59', NULL, 1, 'USD', 101, 'b2b', 'desk'),
    (3, TIMESTAMP '2026-02-01 00:00:00', NULL, 0, 'USD', 101, 'b2x', 'Undefined'),
    (4, TIMESTAMP '2025-12-31 12:00:00', TIMESTAMP '2025-12-30 12:00:00', 1, 'USD', -5, NULL, 'web')
"""
Loader = Callable[..., LoadReport]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.parquet"
    duckdb.sql(
        f"SELECT * FROM (VALUES {ROWS}) AS t (id, made, gone, guests, currency, cents, model, place)"
    ).write_parquet(str(path))
    return path


@pytest.fixture
def load_toy(tmp_path: Path, file: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Load the toy file with some SELECTs changed; None takes one away."""

    def run(files: list[Path] | None = None, **changes: str | None) -> LoadReport:
        home = tmp_path / "home"
        folder = home / "parameters" / "sources" / "toy"
        folder.mkdir(parents=True, exist_ok=True)
        (home / "notebooks").mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for name, text in {**GOOD, **changes}.items():
            if text is not None:
                (folder / f"{name}.sql").write_text(text, encoding="utf-8")
        monkeypatch.setenv("ANALYTICS_HOME", str(home))
        return load("toy", [file] if files is None else files, database_url)

    return run


def test_rows_load_and_amounts_are_converted_at_the_rate_in_force(
    load_toy: Loader, database_url: str
) -> None:
    report = load_toy()
    assert dict(report.rows)["bookings"] == 4
    assert dict(report.without_rate) == {"bookings.price_base_minor": 1}
    with open_warehouse(database_url) as warehouse:
        b = schema.bookings.c
        rows = warehouse.fetch(select(b.booking_id, b.price_base_minor, b.is_test).order_by(b.booking_id))
        assert warehouse.version() == report.version
        covered = set(zip(warehouse.coverage["table_name"], warehouse.coverage["column_name"], strict=True))
        assert dict(warehouse.about) == {
            "reporting_currency": "EUR",
            "zone": "Europe/Madrid",
            "resolution": "second",
            "data_from": "2025-12-30T12:00:00",
            "data_through": "2026-02-01T00:00:01",
            "made_by": "analytics load",
            "source": "toy",
            "version": report.version,
        }
    # 101 cents at 2 dollars a euro are 50.5, at 4 dollars 25.25; before the first rate there is none.
    assert rows["price_base_minor"].tolist()[:3] == [9007199254740993, 51, 25]
    assert rows["price_base_minor"].isna().tolist() == [False, False, False, True]
    assert rows["is_test"].tolist() == [False] * 4
    assert ("bookings", "price_base_minor") in covered
    assert ("bookings", "is_test") not in covered
    assert ("bookings", "device") not in covered


def test_rule_breaks_load_and_are_counted(load_toy: Loader) -> None:
    found = {part.rule: (part.rows, part.examples) for part in load_toy().rule_breaks}
    assert found == {
        "no_guests": (1, ("3",)),
        "negative_price": (1, ("4",)),
        "unknown_business_model": (2, ("3", "4")),
        "undefined_channel": (1, ("3",)),
        "cancelled_before_created": (1, ("4",)),
    }


def test_a_booking_without_its_day_loads_and_is_counted(load_toy: Loader) -> None:
    (found,) = [
        part
        for part in load_toy(
            **bookings_with("created_at", "CASE WHEN booking_id <> '2' THEN created_at END")
        ).rule_breaks
        if part.rule == "no_booking_day"
    ]
    assert (found.rows, found.examples) == (1, ("2",))


def test_base_amounts_that_the_source_gives_are_kept(load_toy: Loader, database_url: str) -> None:
    report = load_toy(
        bookings="SELECT id AS booking_id, made AS created_at, 7 AS price_base_minor FROM source"
    )
    assert not report.without_rate
    with open_warehouse(database_url) as warehouse:
        assert (
            warehouse.fetch(select(schema.bookings.c.price_base_minor))["price_base_minor"].tolist()
            == [7] * 4
        )


def test_coverage_is_as_the_source_says(load_toy: Loader, database_url: str) -> None:
    load_toy(
        coverage="SELECT 'bookings' AS table_name, unnest(['created_at', 'cancelled_at']) AS column_name, "
        "TIMESTAMP '2026-01-01' AS complete_from, "
        "unnest([TIMESTAMP '2026-02-01', TIMESTAMP '2026-01-10']) AS complete_through"
    )
    with open_warehouse(database_url) as warehouse:
        spans = warehouse.coverage.set_index(["table_name", "column_name"])["complete_through"].dt.strftime(
            "%Y-%m-%d %H:%M:%S"
        )
    assert spans["bookings", "created_at"] == "2026-02-01 00:00:00"
    assert spans["bookings", "cancelled_at"] == "2026-01-10 00:00:00"
    assert spans["bookings", "channel"] == "2026-02-01 00:00:00", "others follow the table's first instant"
    assert spans["exchange_rates", "currency"] == "2026-02-01 00:00:01"


def bookings_with(column: str, value: str) -> dict[str, str]:
    return {"bookings": f"SELECT * REPLACE ({value} AS {column}) FROM ({GOOD['bookings']})"}


REFUSED: list[tuple[dict[str, str | None], str]] = [
    (
        {"bookings": "SELECT id AS booking_id FROM source"},
        r"'created_at' of 'bookings' is missing from .*bookings\.sql",
    ),
    ({"bookings": "SELECT made AS created_at FROM source"}, "'booking_id' of 'bookings' is missing"),
    ({"bookings": "SELECT id AS booking_id, made AS created_att FROM source"}, "did you mean 'created_at'"),
    (bookings_with("created_at", "NULL"), r"'created_at' of 'bookings' is NULL in all 4 rows .*: give the"),
    (bookings_with("booking_id", "'twice'"), r"must not repeat, but does: twice \(4 times\)"),
    (bookings_with("booking_id", "nullif(booking_id, '3')"), "is NULL in 1 rows"),
    (bookings_with("currency", "'ZZX'"), "unknown currency codes: 'ZZX' in 1; 'ZZX' in 2; 'ZZX' in 3"),
    (bookings_with("created_at", "created_at::VARCHAR"), "'created_at' of 'bookings' must be a UTC instant"),
    (bookings_with("created_at", "created_at::DATE"), "load bare days at 12:00"),
    (
        bookings_with("price_minor", "price_minor / 3"),
        r"'price_minor' of 'bookings' must be a whole number .*DOUBLE \('.*' in 1; '.*' in 2;",
    ),
    (
        bookings_with("price_minor", "price_minor::HUGEINT * 10000"),
        "'price_minor' .* holds values beyond BIGINT: '90071992547409930000' in 1",
    ),
    (bookings_with("party_size", "'two'"), "'party_size' of 'bookings' must be a whole number"),
    (
        {"exchange_rates": GOOD["exchange_rates"].replace("2000000000", "0")},
        "above zero.*USD from 2026-01-01",
    ),
    ({"about": GOOD["about"].replace("EUR", "EUX")}, "'EUX' is not an ISO 4217 code"),
    ({"about": GOOD["about"].replace("Madrid", "Atlantis")}, "'Europe/Atlantis' is unknown"),
    ({"about": GOOD["about"].replace("'zone'", "'zome'")}, "'zone' is missing from about.sql"),
    ({"about": None}, "lacks about.sql"),
    ({"bookings": None, "exchange_rates": None}, "no SQL for any table"),
    ({"bookingz": "SELECT 1"}, "'bookingz.sql' .* not called as a canonical table"),
    (
        {
            "coverage": "SELECT 'bookings' AS table_name, 'device' AS column_name, "
            "NULL AS complete_from, NULL AS complete_through"
        },
        "speaks of bookings.device",
    ),
]


@pytest.mark.parametrize("database_url", ["duckdb"], indirect=True)
@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_structural_faults_refuse_the_whole_load(
    load_toy: Loader, database_url: str, changes: dict[str, str | None], message: str
) -> None:
    version = load_toy().version
    with pytest.raises(LoadError, match=message) as refusal:
        load_toy(**changes)
    assert str(refusal.value).count("\n") == 0
    with open_warehouse(database_url) as warehouse:
        assert warehouse.version() == version


def test_a_refused_first_load_leaves_no_database(load_toy: Loader, database_url: str) -> None:
    with pytest.raises(LoadError):
        load_toy(**bookings_with("booking_id", "'twice'"))
    with pytest.raises(NoData):
        open_warehouse(database_url)


@pytest.mark.parametrize("database_url", ["duckdb"], indirect=True)
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.parquet", None, "There is no file"),
        ("text.parquet", b"not parquet", "cannot be read"),
        ("empty.parquet", b"", "cannot be read"),
        ("empty.csv", b"", "no rows|cannot be read"),
        ("header.csv", b"id,made\n", "holds no rows"),
        ("book.xlsx", b"PK", "unknown kind"),
        ("bare", b"x", "unknown kind"),
    ],
)
def test_files_that_cannot_be_used_are_refused(
    load_toy: Loader, tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LoadError, match=message):
        load_toy(files=[path])


@pytest.mark.parametrize("database_url", ["duckdb"], indirect=True)
def test_several_files_are_views_by_their_names(load_toy: Loader, tmp_path: Path) -> None:
    first, second = tmp_path / "first sales.csv", tmp_path / "second.csv.gz"
    first.write_text("id,made\na,2026-01-01 10:00:00\n", encoding="utf-8")
    duckdb.sql("SELECT 'b' AS id, TIMESTAMP '2026-01-02 10:00:00' AS made").write_csv(
        str(second), compression="gzip"
    )
    union = 'SELECT id AS booking_id, made AS created_at FROM (FROM "first sales" UNION ALL FROM second)'
    assert load_toy(files=[first, second], bookings=union).rows["bookings"] == 2
    with pytest.raises(LoadError, match="Two of the files are called 'second'"):
        load_toy(files=[second, tmp_path / "second.parquet"])


@pytest.mark.parametrize("database_url", ["duckdb"], indirect=True)
def test_an_unknown_source_suggests_the_nearest(load_toy: Loader, file: Path, database_url: str) -> None:
    load_toy()
    with pytest.raises(InputError, match="did you mean toy"):
        load("toys", [file], database_url)
