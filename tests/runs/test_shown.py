"""The list of attempts: one line each where nobody looks, and shortened to what a terminal holds."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from dataclasses import replace

import pytest

from analytics_lib.runs import Ledger, Owner, Record, State
from analytics_lib.runs.shown import listed, page
from tests.runs.ledgers import Place, request

FAILURE = "cell 7 failed with CatalogException: there is no column 'gross_bookings_minor' in bookings, " * 2
LONG_ID = "3f2a9c81d07be645"

Attempts = tuple[Record, ...]


@pytest.fixture
def ledger(beside: Place) -> Ledger:
    told = beside.open()
    names = {"user_engagement": LONG_ID, "executive": "9d0f3b6eb9f2edd5", "ai_usage": "624a7dfd23bb49e3"}
    first, second, _ = told.queue(
        [replace(request(run, f"/{name}"), notebook=name) for name, run in names.items()], Owner.here()
    )
    told.start(first, "worker 1", 9)
    told.finish(first, State.FAILED, failure=FAILURE.strip(), wall_seconds=72.5, peak_memory=128_000_000)
    told.start(second, "worker 2", 9)
    told.beat(Owner.here(), {second: (3, 12)})
    return told


@pytest.fixture
def attempts(ledger: Ledger) -> Attempts:
    return ledger.records()


def test_without_a_terminal_an_attempt_is_one_line_with_all_that_is_known(attempts: Attempts) -> None:
    lines = listed(attempts)
    assert len(lines) == 4
    assert lines[3].startswith(f"{LONG_ID}  user_engagement  2026-10  b2c    failed")
    assert lines[3].endswith(FAILURE.strip())
    assert {line[: len(LONG_ID)] for line in lines[1:]} == {record.request.run_id for record in attempts}


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_holds_every_line_and_what_failed_stands_below(attempts: Attempts, width: int) -> None:
    title, *lines = listed(attempts, width)
    assert max(map(len, lines)) <= width
    failed = next(number for number, line in enumerate(lines) if "user_engagement" in line)
    below = lines[failed + 1 :]
    assert all(line.startswith("  ") for line in below)
    assert " ".join(line.strip() for line in below) == FAILURE.strip()
    for column in ("notebook", "period", "state", "when (UTC)", "time"):
        assert column in title
    assert all(word in lines[failed] for word in ("2026-10", "failed", "1\N{NO-BREAK SPACE}min"))


def test_a_narrow_terminal_shows_the_beginning_of_an_id_by_which_the_run_is_found(
    ledger: Ledger, attempts: Attempts
) -> None:
    narrow = listed(attempts, 80)
    assert "cell 3 of 12" in narrow[2] and "memory" not in narrow[0]
    assert ledger.record(narrow[3].split()[0]).request.run_id == LONG_ID
    wide = listed(attempts, 120)
    assert "running, cell 3 of 12" in wide[2] and wide[3].startswith(LONG_ID)
    assert "128" in wide[3]


def test_where_nobody_can_see_is_said_beside_or_below_a_line(attempts: Attempts) -> None:
    (far,) = (replace(each, unseen_host="db2") for each in attempts if each.state is State.RUNNING)
    said = "on db2, not seen from here: --wait finds out whether it lives"
    assert listed([far])[1].endswith(f"  {said}") and "running, cell 3 of 12" in listed([far])[1]
    assert listed([far], 80)[2] == f"  {said}"
    assert f"owner       {said}" in page([far]).splitlines()
    assert "owner" not in page(attempts)


def test_signs_that_are_two_columns_wide_keep_the_columns_in_line(beside: Place) -> None:
    told = beside.open()
    told.queue([replace(request("a", "/a"), notebook="予約"), request("b", "/b")], Owner.here())
    first, second = listed(told.records())[1:]
    assert first.index("2026-10") - second.index("2026-10") == len("予約")


@pytest.mark.parametrize("width", [80, 120])
def test_in_a_real_terminal(ledger: Ledger, beside: Place, width: int) -> None:
    terminal, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, width))
    words = ("-c", "from scheduler.cli import main; main()", "runs", "--reports", str(beside.reports))
    environment = {name: said for name, said in os.environ.items() if name != "COLUMNS"}
    shown = b""
    with subprocess.Popen([sys.executable, *words], stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        try:
            while said := os.read(terminal, 4096):
                shown += said
        except OSError:
            assert process.wait() == 0  # the other end is closed
    os.close(terminal)
    lines = shown.decode().splitlines()
    assert lines[:-1] == listed(ledger.records(), width)
