"""What somebody does to the tables of a ledger: refused by the database, or found by the check."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
import pytest

from analytics_lib.runs import Ledger, Owner, State, open_ledger
from tests.runs.ledgers import Place, request

WHOLE = "sequence, at, run_id, target, attempt, state, content, previous, hash"


@pytest.fixture
def five_rows(ledger: Ledger) -> Ledger:
    """Two runs, one of which has ended, and one that is queued."""
    me = Owner.here()
    claims = ledger.queue([request("a", "/a"), request("b", "/b")], me)
    ledger.start(claims[0], "w1", 3)
    ledger.finish(claims[0], State.SUCCEEDED)
    ledger.queue([request("c", "/c")], me)
    assert ledger.head().sequence == 5
    assert ledger.check() == ()
    return ledger


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE run_events SET state = 'succeeded' WHERE sequence = 2",
        "DELETE FROM run_events WHERE sequence = 5",
        "DELETE FROM run_events",
    ],
)
def test_the_database_refuses_to_change_history(five_rows: Ledger, place: Place, statement: str) -> None:
    with pytest.raises(
        (sqlite3.IntegrityError, psycopg.errors.RaiseException), match="only ever appended to"
    ):
        place.run(statement)
    assert five_rows.head().sequence == 5
    assert five_rows.check() == ()


def test_the_database_refuses_to_empty_or_replace_history(five_rows: Ledger, place: Place) -> None:
    statement = (
        f"INSERT OR REPLACE INTO run_events SELECT {WHOLE} FROM run_events WHERE sequence = 2"
        if place.url is None
        else "TRUNCATE run_events"
    )
    with pytest.raises(
        (sqlite3.IntegrityError, psycopg.errors.RaiseException), match="only ever appended to"
    ):
        place.run(statement)
    assert five_rows.check() == ()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "UPDATE run_events SET content = replace(content, 'w1', 'w2') WHERE sequence = 3",
            "Row 3 was changed after it was written.",
        ),
        ("DELETE FROM run_events WHERE sequence = 2", "Row 2 is missing."),
        ("DELETE FROM run_events WHERE sequence < 4", "Rows 1 to 3 are missing."),
        (
            "DELETE FROM run_events WHERE sequence > 3",
            "The ledger ends at row 3, but row 5 was written: rows at the end were removed.",
        ),
        (
            "DELETE FROM run_events",
            "The ledger ends at row 0, but row 5 was written: rows at the end were removed.",
        ),
    ],
)
def test_the_check_finds_what_was_done_behind_it(
    five_rows: Ledger, place: Place, statement: str, says: str
) -> None:
    place.without_triggers(statement)
    assert five_rows.check() == (says,)


def test_what_was_cut_off_stays_missing_however_much_is_appended(five_rows: Ledger, place: Place) -> None:
    place.without_triggers("DELETE FROM run_events WHERE sequence > 3")
    stands = place.head_file.read_text()
    five_rows.queue([request(f"later {number}", f"/{number}") for number in range(9)], Owner.here())
    five_rows.queue([request("last", "/last")], Owner.here())
    assert five_rows.head().sequence == 13
    assert place.head_file.read_text() == stands
    (said,) = five_rows.check()
    assert said == f"Row 5 is not the one that {place.head_file} has seen: it was written anew."


def test_a_crash_before_the_head_file_followed_is_no_fault(five_rows: Ledger, place: Place) -> None:
    before = place.head_file.read_text()
    five_rows.queue([request("d", "/d")], Owner.here())
    place.head_file.write_text(before)
    assert five_rows.check() == ()
    five_rows.queue([request("e", "/e")], Owner.here())
    assert place.head_file.read_text() == "{} {}\n".format(*five_rows.head())
    assert five_rows.check() == ()


def test_a_head_file_that_says_nothing_is_a_fault_and_stops_nobody(five_rows: Ledger, place: Place) -> None:
    place.head_file.write_text("")
    five_rows.queue([request("d", "/d")], Owner.here())
    (said,) = five_rows.check()
    assert said.startswith(f"The head file {place.head_file} is damaged")


def test_a_head_file_beside_its_own_ledger_is_never_made_anew(beside: Place) -> None:
    ledger = beside.open()
    ledger.queue([request("a", "/a")], Owner.here())
    beside.head_file.unlink()
    ledger.queue([request("b", "/b")], Owner.here())
    assert not beside.head_file.exists()
    (said,) = ledger.check()
    assert said.startswith(f"The head file {beside.head_file} is missing")


def test_a_second_place_of_a_shared_ledger_gets_a_head_file_of_its_own(
    beside: Place, postgresql_url: str
) -> None:
    other = Place(beside.reports.with_name("others"), postgresql_url)
    with (
        closing(open_ledger(beside.reports, postgresql_url)) as first,
        closing(open_ledger(other.reports, postgresql_url)) as second,
    ):
        first.queue([request("a", "/a")], Owner.here())
        assert second.check() == ()
        second.queue([request("b", "/b")], Owner.here())
        assert other.head_file.read_text() == "{} {}\n".format(*first.head())
        assert first.check() == second.check() == ()
