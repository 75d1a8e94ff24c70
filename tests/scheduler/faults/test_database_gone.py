"""A database that is gone in the middle: each run that reads it fails in one sentence, and none waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.workplace import NAME
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import (
    WAITS_FOR,
    at_cell,
    contents,
    ended,
    records_of,
    started,
    still_at_work,
    wait_until,
)
from tests.scheduler.faults.postgresql import OwnServer, own_server
from tests.scheduler.made_runs import ledger_of, made_notebook

READS = """
from analytics_lib import connect
analytics = connect()
print(analytics.measure("total_bookings", analytics.scope(time_frame=time_frame, period=period, as_of=as_of)))
"""
PASSWORD = "hunter-5/2"


@pytest.fixture
def server() -> Iterator[OwnServer]:
    """Asked for before `watch`, whose folders are then without what starts it."""
    with own_server() as running:
        yield running


@pytest.mark.slow
def test_each_run_says_that_the_database_is_gone(
    server: OwnServer, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, sign = tmp_path / "reports", tmp_path / "sign"
    waits = WAITS_FOR.format(sign=str(sign))
    names = [made_notebook(tmp_path / "n", name, READS, waits, READS) for name in ("one", "two", "three")]
    asked = ("report", *names, "--period", "2026-10", "--format", "html", "--output", str(output))
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", server.reader("reader", PASSWORD))
    with started(*asked, "--workers", "2", "--retries", "0") as command:
        wait_until(at_cell(output, 5, count=2))
        server.kill()
        begun = time.monotonic()
        sign.touch()
        said = ended(command)
    assert said.code == 1 and time.monotonic() - begun < 90
    failures = {record.request.notebook: record for record in records_of(output)}
    assert sorted(failures) == ["one", "three", "two"]
    for record in failures.values():
        assert (str(record.state), record.exception, record.outputs) == ("failed", "WarehouseError", ())
        assert "\n" not in record.failure and record.failure.endswith(".")
        assert record.failure.startswith(f"cell {record.cell} failed with WarehouseError: ")
    lines = [line for line in said.out.splitlines() if line]
    assert len(lines) == 3 and all(line.startswith("Failed: ") for line in lines)
    everything = said.out + said.err + b"".join(contents(tmp_path).values()).decode(errors="replace")
    assert "hunter" not in everything and "Traceback" not in said.out + said.err
    assert not (output / NAME).exists() and ledger_of(output).head().sequence == 9
    assert watch.left_behind() == [] and still_at_work(watch.temporary) == []
