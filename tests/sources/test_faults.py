"""Files that do not fit the SQL of a source: a sentence with file, column, rows and a way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from analytics_lib.errors import LoadError
from analytics_lib.sources.faults import reason
from analytics_lib.sources.load import load

ABOUT = "SELECT unnest(['reporting_currency', 'zone']) AS key, unnest(['EUR', 'Europe/Lisbon']) AS value"
STAYS = """
    SELECT id::VARCHAR AS booking_id, arrival - to_days(lead_time::INTEGER) AS created_at,
           round(adr::DECIMAL(18, 4) * 100)::BIGINT AS price_minor
    FROM source
"""
ROWS = """
    SELECT range AS id, TIMESTAMP '2026-01-15 12:00:00' AS arrival, 3 AS lead_time, 80.5 AS adr FROM range(9)
"""
WIDE = ", ".join(f"{n} AS c{n}" for n in range(20))
SQL_FILE = r"parameters/sources/stays/bookings\.sql"
Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """What loading files through a SELECT for bookings says when it is refused."""
    folder = tmp_path / "parameters" / "sources" / "stays"
    folder.mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    (folder / "about.sql").write_text(ABOUT, encoding="utf-8")
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path))

    def run(sql: str, *files: Path) -> str:
        (folder / "bookings.sql").write_text(sql, encoding="utf-8")
        with pytest.raises(LoadError) as refusal:
            load("stays", files, f"duckdb:///{tmp_path}/stays.duckdb")
        said = str(refusal.value)
        assert all(path.name in said for path in files) or "understood" in said or "asks for" in said, said
        assert "\n" not in said and re.search(r"[^!.]\.$", said) and ". " not in said, said
        assert not list(tmp_path.glob("stays*.duckdb"))
        return said

    return run


def parquet(folder: Path, select: str, name: str = "theirs.parquet") -> Path:
    path = folder / name
    duckdb.sql(select).write_parquet(str(path))
    return path


def with_column(column: str, value: str) -> str:
    return f"SELECT * REPLACE ({value} AS {column}) FROM ({ROWS})"


@pytest.mark.parametrize(
    ("sql", "rows", "message"),
    [
        (
            STAYS,
            f"SELECT * EXCLUDE (lead_time) FROM ({ROWS})",
            rf"' has no column 'lead_time', which {SQL_FILE} needs: it has id, arrival, adr; rename one",
        ),
        ("SELECT s.gone FROM source s", f"SELECT {WIDE}", r"no column 'gone', .* it has c0, .*, c11 \.\.\.;"),
        ("SELECT adr FROM (SELECT id FROM source)", ROWS, "the column 'adr' in a place that lacks it"),
        (
            STAYS,
            with_column("lead_time", "CASE WHEN id IN (3, 5) THEN '342x' ELSE '3' END"),
            r"holds in its column 'lead_time' .* whole number \(INTEGER\): '342x' in row 4; '342x' in row 6;",
        ),
        (
            STAYS,
            with_column("adr", "CASE id WHEN 2 THEN 1e18 ELSE 1 END"),
            r"'adr' .*: '1e\+18' in row 3; mend",
        ),
        (
            STAYS,
            with_column("adr", "CASE id WHEN 2 THEN 'inf'::DOUBLE ELSE 1 END"),
            "'adr' .*: 'inf' in row 3;",
        ),
        (
            STAYS.replace("lead_time", "('x' || id)"),
            ROWS,
            "makes the value 'x0' of the file .* a whole number",
        ),
        (
            STAYS.replace("lead_time", "(9223372036854775807 + id)"),
            ROWS,
            r"fails over the file .*: Overflow in addition .*\(9223372036854775807 \+ 1\); mend the file or",
        ),
        (
            STAYS.replace("adr::DECIMAL(18, 4)", "adr"),
            with_column("adr", "'80'"),
            r"cannot use '\*' on columns of the kinds VARCHAR, INTEGER_LITERAL .*theirs\.parquet': mend the",
        ),
        ("SELECT error('It is wrong!') FROM source", ROWS, "fails over the file .*: It is wrong; mend"),
        ("SELEC 1", ROWS, f"The SQL in {SQL_FILE} cannot be understood: syntax error .*, so mend it there"),
        ("SELECT * FROM guests", ROWS, r"reads 'guests', .* give a file .* such as guests\.parquet"),
    ],
)
def test_a_file_that_does_not_fit(
    refused: Refused, tmp_path: Path, sql: str, rows: str, message: str
) -> None:
    assert re.search(message, said := refused(sql, parquet(tmp_path, rows))), said


def test_two_files_for_a_source_of_one(refused: Refused, tmp_path: Path) -> None:
    files = [parquet(tmp_path, ROWS, name) for name in ("a.parquet", "b.parquet")]
    said = refused(STAYS, *files)
    assert said.startswith("The source stays takes one file, but 2 were given (")
    assert "a.parquet" in said and "b.parquet" in said
    both = refused("SELECT gone FROM a JOIN b USING (id)", *files)
    assert "b.parquet' have no column 'gone'" in both and "they have id, arrival, lead_time, adr;" in both


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "9,2026-01-15 12:00:00,342x,1",
            "holds '342x' in its column 'lead_time' in line 30002, where .* whole",
        ),
        ("9,2026-01-15 12:00:00,342,1,7,7", r"cannot be read in line 30002 \(.*4.*5\): mend that line"),
    ],
)
def test_a_torn_line_far_down_a_csv_file(refused: Refused, tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "theirs.csv"
    rows = "".join(f"{n},2026-01-15 12:00:00,3,80.5\n" for n in range(30_000))
    path.write_text(f"id,arrival,lead_time,adr\n{rows}{line}\n", encoding="utf-8")
    said = refused(STAYS, path)
    assert re.search(message, said) and "theirs.csv" in said, said


def test_the_reason_is_one_sentence_without_its_heading() -> None:
    assert (
        reason(duckdb.Error("Out of Range Error: Too big (1.5 + 2)!\n\nLINE 1: ...")) == "Too big (1.5 + 2)"
    )
