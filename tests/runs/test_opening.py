"""Opening a ledger: which addresses are taken, and what messages keep to themselves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from analytics_lib.errors import InputError, WarehouseError
from analytics_lib.runs import Owner, open_ledger
from tests.runs.ledgers import Place, request

ME = Owner.here()


def test_without_an_address_it_lies_beside_the_reports(beside: Place) -> None:
    beside.open().queue([request()], ME)
    assert sorted(path.name for path in beside.reports.parent.iterdir()) == [
        "reports.ledger.head",
        "reports.ledger.sqlite",
    ]
    with closing(sqlite3.connect(beside.file)) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_folder_has_one_ledger_however_it_is_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = tmp_path / "here" / "reports"
    reports.mkdir(parents=True)
    (tmp_path / "link").symlink_to(reports)
    monkeypatch.chdir(tmp_path / "here")
    spellings = (reports, Path("reports"), reports / ".." / "reports", tmp_path / "link", Path("../link/."))
    for number, spelled in enumerate(spellings):
        open_ledger(spelled).queue([request("a", f"/{number}")], ME)
    assert {open_ledger(spelled).head().sequence for spelled in spellings} == {len(spellings)}
    assert [path.name for path in tmp_path.rglob("*.sqlite")] == ["reports.ledger.sqlite"]


@pytest.mark.parametrize("url", [None, "sqlite:////runs.db"])
def test_a_folder_with_nothing_beside_it_is_refused(url: str | None) -> None:
    with pytest.raises(InputError, match="'/' cannot be the folder of reports"):
        open_ledger(Path("/"), url)


def test_the_environment_names_another(
    beside: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_LEDGER_URL", f"sqlite:///{tmp_path}/deep er/shared.db")
    beside.open().queue([request()], ME)
    assert (tmp_path / "deep er" / "shared.db").exists() and not beside.file.exists()
    assert open_ledger(beside.reports, f"sqlite:///{tmp_path}/third.db").records() == ()
    assert len(beside.open().records()) == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("duckdb:///runs.duckdb", "A ledger cannot be kept in a database of 'duckdb': write sqlite:///FILE"),
        ("mysql://ann:hidden@host/runs", "A ledger cannot be kept in a database of 'mysql'"),
        ("sqlite://", "The address of the ledger names no file"),
        ("sqlite:///:memory:", "The address of the ledger names no file"),
        ("ann:hidden", "The address of the ledger is not a URL"),
        ("postgresql://ann:hidden@host:port/runs", "The address of the ledger is not a URL"),
    ],
)
def test_other_addresses_are_refused_in_a_sentence(beside: Place, url: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        open_ledger(beside.reports, url)
    assert str(refused.value).startswith(says)
    assert "hidden" not in str(refused.value)


def test_a_server_that_is_not_there_is_named_without_its_password(beside: Place, tmp_path: Path) -> None:
    ledger = open_ledger(beside.reports, f"postgresql://ann:hidden@/runs?host={tmp_path}")
    with pytest.raises(WarehouseError) as failed:
        ledger.queue([request()], ME)
    assert str(failed.value).startswith("The ledger postgresql+psycopg://ann:***@/runs")
    assert "hidden" not in str(failed.value) and "hidden" not in ledger.shown


def test_a_file_that_is_no_ledger_is_named(beside: Place) -> None:
    beside.file.write_text("This is a letter and not a database, and long enough to be taken for one." * 20)
    for ask in (beside.open().head, lambda: beside.open().queue([request()], ME)):
        with pytest.raises(WarehouseError, match=f"The ledger {beside.file} cannot be used: file is not"):
            ask()


def test_an_empty_file_is_a_ledger_of_nothing(beside: Place) -> None:
    beside.file.touch()
    assert beside.open().records() == ()
    beside.open().queue([request()], ME)
    assert len(beside.open().records()) == 1
