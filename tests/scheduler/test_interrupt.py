"""Ctrl-C ends a command in one line and leaves everything as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from analytics_lib.sources.load import load

COMMAND = ("-c", "from scheduler.cli import main; main()")
ABOUT = "SELECT unnest(['reporting_currency', 'zone']) AS key, unnest(['EUR', 'Europe/Lisbon']) AS value"
QUICK = "SELECT 'a' AS booking_id, TIMESTAMP '2026-01-15 12:00:00' AS created_at FROM source"
ENDLESS = f"{QUICK}, range(10000000) a, range(10000000) b HAVING sum(a.range * b.range) > 0"


def started(*words: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, *words], stdout=pipe, stderr=pipe, text=True)


def test_while_duckdb_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "home" / "parameters" / "sources" / "toy"
    passing, data, file = tmp_path / "passing", tmp_path / "data", tmp_path / "theirs.parquet"
    for folder in (source, tmp_path / "home" / "notebooks", passing, data):
        folder.mkdir(parents=True)
    (source / "about.sql").write_text(ABOUT, encoding="utf-8")
    (source / "bookings.sql").write_text(QUICK, encoding="utf-8")
    duckdb.sql("SELECT 1 AS id").write_parquet(str(file))
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(passing))
    url = f"duckdb:///{data}/toy.duckdb"
    load("toy", [file], url)
    before = {path.name: path.read_bytes() for path in data.iterdir()}

    (source / "bookings.sql").write_text(ENDLESS, encoding="utf-8")
    process = started(*COMMAND, "load", "toy", str(file), "--database", url)
    until = time.monotonic() + 30
    while not any(passing.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1)  # from its folder to its endless SELECT
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (130, "", "Stopped.\n")
    assert {path.name: path.read_bytes() for path in data.iterdir()} == before
    assert not any(passing.iterdir())


@pytest.mark.parametrize("library", ["numpy", "sqlalchemy"])
def test_while_libraries_are_read(library: str) -> None:
    process = started("-X", "importtime", *COMMAND, "metrics")
    assert process.stderr
    for line in process.stderr:
        if line.split("|")[-1].strip().startswith(f"{library}."):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    said = [line for line in err.splitlines() if not line.startswith("import time:")]
    assert (process.returncode, out, said) == (130, "", ["Stopped."])


def test_other_errors_are_not_taken_for_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    from scheduler.cli import main

    monkeypatch.setattr(sys, "argv", ["analytics", "metrics", "--no-such-option"])
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 2
