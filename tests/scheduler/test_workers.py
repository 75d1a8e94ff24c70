"""Many runs at once: each ends as it does alone, and one that kills its worker takes no other with it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from scheduler.execute import Data, Outcome
from scheduler.plan import Asked, plan
from scheduler.workers import clean_termination, run_all
from tests.scheduler.conftest import Watch
from tests.small_platform import NOTEBOOKS


def outcomes(small: AnalyticsService, output: Path, workers: int, *names: str) -> dict[str, Outcome]:
    runs = plan(Asked(tuple(str(NOTEBOOKS / f"{name}.ipynb") for name in names), period="2026-10"), small)
    with small.warehouse.share() as (url, snapshot):
        data = Data(url, snapshot)
        return {
            outcome.run.name: outcome
            for outcome in run_all(runs, data, ("ipynb",), output, workers=workers, cell_limit=60)
        }


@pytest.mark.slow
def test_two_workers_do_what_one_does(small: AnalyticsService, tmp_path: Path, watch: Watch) -> None:
    names = ("plain", "failing_cell")
    together = outcomes(small, tmp_path / "two", 2, *names)
    alone = outcomes(small, tmp_path / "one", 1, *names)
    assert together.keys() == alone.keys() == set(names)
    for name in names:
        assert together[name].failure == alone[name].failure
        for one, other in zip(alone[name].files, together[name].files, strict=True):
            assert one.name == other.name
            if not alone[name].failure:
                assert one.read_bytes() == other.read_bytes()
    assert alone["failing_cell"].failure and not alone["plain"].failure
    assert watch.kernels_started() == 4
    assert watch.left_behind() == []


@pytest.mark.slow
def test_an_end_asked_for_while_runs_wait_comes_soon(
    small: AnalyticsService, tmp_path: Path, watch: Watch
) -> None:
    names = [str(NOTEBOOKS / f"{name}.ipynb") for name in ("endless_cell", "endless_child", "plain", "good")]
    runs = plan(Asked(tuple(names), period="2026-10"), small)
    with small.warehouse.share() as (url, snapshot):
        under_way = run_all(runs * 2, Data(url, snapshot), ("ipynb",), tmp_path, workers=2, cell_limit=600)
        to_this_thread = (threading.get_ident(), signal.SIGTERM)
        threading.Timer(5, signal.pthread_kill, to_this_thread).start()
        begun = time.monotonic()
        with pytest.raises(SystemExit), clean_termination():
            list(under_way)
    assert time.monotonic() - begun < 30
    assert watch.left_behind() == []


BROKEN_OFF = """
import asyncio, os, signal
from scheduler.workers import clean_termination

async def ask():
    asyncio.ensure_future(asyncio.sleep(60))
    os.kill(os.getpid(), signal.SIGTERM)

with clean_termination():
    asyncio.new_event_loop().run_until_complete(ask())
"""


def test_an_end_before_something_has_begun_says_nothing() -> None:
    ended = subprocess.run([sys.executable, "-c", BROKEN_OFF], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (143, "", "")


@pytest.mark.slow
def test_a_worker_that_is_killed_fails_its_own_run_only(small: AnalyticsService, tmp_path: Path) -> None:
    found = outcomes(small, tmp_path, 2, "killed_worker", "plain", "failing_cell")
    assert found.keys() == {"killed_worker", "plain", "failing_cell"}
    failure = found["killed_worker"].failure
    assert failure is not None and "killed" in failure and "killed_worker" in failure and "\n" not in failure
    assert found["plain"].failure is None
    assert "ZeroDivisionError" in str(found["failing_cell"].failure)
    assert [path.parent.name for path in tmp_path.rglob("all.ipynb")] == ["plain"]
