"""One version of the data for a plan and all of its runs, whatever is written meanwhile."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from analytics_lib import AnalyticsService, connect
from analytics_lib.booking_platform import BookingPlatform
from analytics_lib.catalogue import METRICS
from analytics_lib.measure import measure
from analytics_lib.runs import open_ledger
from analytics_lib.sources.first_use import write_sample
from analytics_lib.sources.sample import SamplePlan
from scheduler.local_crew import LocalCrew
from scheduler.pinned import pinned
from scheduler.plan import Asked, Run, plan
from scheduler.supervise import Finished, Supervisor
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import WAITS_FOR, at_cell, wait_until
from tests.scheduler.faults.postgresql import OwnServer, own_server
from tests.scheduler.made_runs import ledger_of, made_notebook

READS = """
from analytics_lib import connect
from analytics_lib.charts import tiles
analytics = connect()
scope = analytics.scope(time_frame=time_frame, period=period, as_of=as_of)
tiles(analytics.measure(["total_bookings"], scope), locale=locale)
"""


@pytest.fixture
def server() -> Iterator[OwnServer]:
    """Asked for before `watch`, whose folders are then without what starts it."""
    with own_server() as running:
        yield running


class Writer:
    """Places bookings all the time, each like the last one of October, until it is told to stop."""

    def __init__(self, url: str) -> None:
        self.written = 0
        self._url = url
        self._is_wanted = True

    def write(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'bookings' "
                "AND column_name <> 'booking_id'"
            ).fetchall()
            columns = ", ".join(f'"{name}"' for (name,) in found)
            like_the_last = (
                f"INSERT INTO bookings (booking_id, {columns}) SELECT %s, {columns} FROM bookings "
                "WHERE NOT is_test AND created_at < '2026-10-31 22:00' ORDER BY created_at DESC LIMIT 1"
            ).encode()
            while self._is_wanted:
                connection.execute(like_the_last, [f"written-{self.written}"])
                self.written += 1
                threading.Event().wait(0.01)

    def stop(self) -> None:
        self._is_wanted = False


@contextmanager
def written_to(url: str) -> Iterator[Writer]:
    """Within it, the platform changes all the time."""
    writer = Writer(url)
    thread = threading.Thread(target=writer.write)
    thread.start()
    try:
        wait_until(lambda: writer.written > 5, 30)
        yield writer
    finally:
        writer.stop()
        thread.join()


def asked_of(notebooks: list[str]) -> Asked:
    return Asked(tuple(notebooks), time_frames=("month", "week", "day"), formats=("json",))


def carried(
    platform: BookingPlatform, notebooks: list[str], output: Path
) -> tuple[list[Finished], dict[Run, int], set[str]]:
    """What became of the runs, what the plan saw for each, and the versions that the ledger names."""
    with pinned(platform) as (seen, data):
        runs = plan(asked_of(notebooks), seen)
        expected = {run: total_bookings(seen, run) for run in runs}
        supervisor = Supervisor(LocalCrew(2), open_ledger(output), data, output)
        finished = list(supervisor.carry_out(runs, "a test"))
    return finished, expected, {record.request.data_version for record in ledger_of(output).records()}


def total_bookings(platform: BookingPlatform, run: Run) -> int:
    frame = measure([METRICS["total_bookings"]], run.scope, warehouse=platform.warehouse)
    return int(frame["value"].iloc[0])


def reported(finished: Finished, output: Path) -> list[int]:
    """The numbers of bookings that a report tells, in its order."""
    (file,) = finished.outputs
    answers = json.loads((output / file.path).read_text())["answers"]
    return [answer["rows"][0]["value"] for answer in answers]


@pytest.mark.slow
def test_all_reports_agree_while_bookings_are_placed(server: OwnServer, tmp_path: Path, watch: Watch) -> None:
    output = tmp_path / "reports"
    later = "import time; time.sleep(1)"
    notebooks = [made_notebook(tmp_path / "n", name, READS, later, READS) for name in ("one", "two")]
    with connect(server.url).warehouse as warehouse, written_to(server.url) as writer:
        service = AnalyticsService(warehouse)
        before = writer.written
        finished, expected, versions = carried(service, notebooks, output)
        assert writer.written > before + 50
        month = next(run for run in expected if run.scope.period.name == "2026-10")
        assert total_bookings(service, month) > expected[month] + 50
    assert [each.failure for each in finished] == [""] * 6
    for each in finished:
        assert reported(each, output) == [expected[each.run]] * 2
    assert len(versions) == 1 and len(set(expected.values())) == 3
    assert watch.left_behind() == []


@pytest.mark.slow
def test_all_reports_agree_while_the_file_is_replaced(
    server: OwnServer, tmp_path: Path, watch: Watch
) -> None:
    output, sign, url = tmp_path / "reports", tmp_path / "sign", f"duckdb:///{tmp_path}/platform.duckdb"
    write_sample(SamplePlan(bookings=600), url)
    waits = WAITS_FOR.format(sign=str(sign))
    notebooks = [made_notebook(tmp_path / "n", name, READS, waits, READS) for name in ("one", "two")]

    def publish_anew() -> None:
        wait_until(at_cell(output, 5, count=2))
        write_sample(SamplePlan(bookings=900, seed=5), url, replace=True)
        sign.touch()

    publishing = threading.Thread(target=publish_anew)
    publishing.start()
    finished, expected, versions = carried(connect(url), notebooks, output)
    publishing.join()
    assert [each.failure for each in finished] == [""] * 6
    for each in finished:
        assert reported(each, output) == [expected[each.run]] * 2
    assert len(versions) == 1
    new = connect(url)
    assert {new.warehouse.version()} != versions
    assert any(total_bookings(new, run) != count for run, count in expected.items())
    assert watch.left_behind() == []
