"""Many runs at once: each ends as it does alone, and the ledger says of each what became of it."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.runs import State, open_ledger
from scheduler.artefacts import artefact_of, holds
from scheduler.crew import Begun, Died, News, Task
from scheduler.limits import Limits
from scheduler.local_crew import LocalCrew
from scheduler.pinned import Data
from tests.scheduler.conftest import Watch
from tests.scheduler.made_runs import (
    KILLS_ITS_WORKER,
    SWALLOWS_INTERRUPTS,
    carried_out,
    ledger_of,
    made_notebook,
    planned,
)
from tests.small_platform import NOTEBOOKS

GOOD, FAILING = str(NOTEBOOKS / "plain.ipynb"), str(NOTEBOOKS / "failing_cell.ipynb")
SLEEPING = "import time; time.sleep(600)"


@pytest.mark.slow
def test_two_workers_do_what_one_does(small: AnalyticsService, tmp_path: Path, watch: Watch) -> None:
    runs = planned(small, (GOOD, FAILING))
    together = carried_out(small, tmp_path / "two", runs, workers=2)
    alone = carried_out(small, tmp_path / "one", runs)
    assert together.keys() == alone.keys() == {"plain", "failing_cell"}
    for name, one in alone.items():
        assert together[name].failure == one.failure
        assert together[name].outputs == one.outputs
    assert alone["failing_cell"].failure and not alone["plain"].failure
    assert watch.kernels_started() == 4
    assert watch.left_behind() == []


@pytest.mark.slow
def test_the_ledger_says_what_became_of_each(small: AnalyticsService, tmp_path: Path, watch: Watch) -> None:
    output = tmp_path / "reports"
    runs = planned(small, (GOOD, FAILING), formats=("html", "ipynb"))
    finished = carried_out(small, output, runs, workers=2)
    good, bad = (ledger_of(output).latest([str(output / run.place)])[str(output / run.place)] for run in runs)
    assert (good.state, good.attempt, good.failure) == (State.SUCCEEDED, 1, "")
    assert good.cell == good.cells and good.cells > 3
    assert 0 < good.wall_seconds < 120 and 0 < good.processor_seconds < 120
    assert 50 * 2**20 < good.peak_memory < 4 * 2**30
    assert [each.kind for each in good.outputs] == ["html", "ipynb"]
    for each in good.outputs:
        assert holds(output / each.path, each.sha256, each.size)
        assert artefact_of(output, each.sha256, each.kind).samefile(output / each.path)
    request = good.request
    assert (request.run_id, request.notebook) == (runs[0].run_id, "plain")
    assert request.parameters["period"] == "2026-10" and request.asked_by == "a test"
    assert request.data_version == small.warehouse.version() and request.formats == ("html", "ipynb")
    assert {"python", "pandas", "duckdb", "papermill"} <= request.libraries.keys()
    assert good.queued_at <= good.started_at <= good.ended_at
    assert bad.state is State.FAILED and bad.exception == "ZeroDivisionError" and bad.cell == 4
    assert bad.failure == "cell 4 failed with ZeroDivisionError: division by zero." and bad.outputs == ()
    assert finished["failing_cell"].kept == output / "2026-10" / "failing_cell" / "all.failed.ipynb"
    assert sorted(path.name for path in output.iterdir()) == [".artefacts", "2026-10"]
    assert watch.left_behind() == []


@pytest.mark.slow
def test_another_worker_is_forked_when_what_forks_them_is_killed(
    small: AnalyticsService, tmp_path: Path
) -> None:
    runs = planned(small, (made_notebook(tmp_path / "n", "long", SLEEPING), GOOD))
    heard: list[News] = []
    crew = LocalCrew(2)
    with small.warehouse.share() as (url, snapshot):
        tasks = [Task(number, run, Data(url, snapshot), tmp_path) for number, run in enumerate(runs)]
        crew.give(tasks[0])
        (server,) = (each for each in psutil.Process().children() if "forkserver" in str(each.cmdline()))
        server.kill()
        crew.give(tasks[1])
        until = time.monotonic() + 60
        while not any(isinstance(each, Begun) and each.number == 1 for each in heard):
            assert time.monotonic() < until, heard
            heard += crew.news(0.25)
        crew.close()
    assert Died(0, "its worker process ended with exit code 255.") in heard


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_its_run_only_and_it_is_tried_once_more(
    small: AnalyticsService, tmp_path: Path, watch: Watch
) -> None:
    output = tmp_path / "reports"
    once = made_notebook(tmp_path / "n", "once", KILLS_ITS_WORKER.format(mark=str(tmp_path / "mark")))
    always = made_notebook(
        tmp_path / "n", "always", "import os, signal; os.kill(int(os.environ['JPY_PARENT_PID']), 9)"
    )
    found = carried_out(small, output, planned(small, (once, always, GOOD)), workers=2)
    assert {name: (str(each.outcome.state), each.attempts) for name, each in found.items()} == {
        "once": ("succeeded", 2),
        "always": ("lost", 2),
        "plain": ("succeeded", 1),
    }
    assert "its worker process was killed, perhaps out of memory" in found["always"].failure
    states = [(record.request.notebook, str(record.state)) for record in ledger_of(output).records()]
    assert sorted(states) == [
        ("always", "lost"),
        ("always", "lost"),
        ("once", "lost"),
        ("once", "succeeded"),
        ("plain", "succeeded"),
    ]
    assert watch.left_behind() == []


@pytest.mark.slow
def test_a_run_that_is_not_to_be_tried_again_is_not(small: AnalyticsService, tmp_path: Path) -> None:
    kill = made_notebook(
        tmp_path / "n", "always", "import os, signal; os.kill(int(os.environ['JPY_PARENT_PID']), 9)"
    )
    found = carried_out(small, tmp_path / "out", planned(small, (kill,), limits=Limits(retries=0)))
    assert (found["always"].outcome.state, found["always"].attempts) == (State.LOST, 1)


@pytest.mark.slow
def test_a_worker_that_stops_answering_is_killed(
    small: AnalyticsService, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.local_crew.SILENCE", 6.0)
    stops = made_notebook(
        tmp_path / "n", "stops", "import os, signal; os.kill(int(os.environ['JPY_PARENT_PID']), 19)"
    )
    found = carried_out(small, tmp_path / "out", planned(small, (stops,), limits=Limits(retries=0)))
    assert found["stops"].outcome.state is State.LOST
    assert "did not answer for 6 seconds" in found["stops"].failure
    assert watch.left_behind() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "limits", "said"),
    [
        (SLEEPING, Limits(cell_seconds=3), "cell 5 took longer than 3 seconds and was stopped."),
        (SWALLOWS_INTERRUPTS, Limits(cell_seconds=3), "cell 5 took longer than 3 seconds and was stopped."),
        (
            SWALLOWS_INTERRUPTS,
            Limits(run_seconds=25),
            "it took longer than 25 seconds in all and was stopped in cell 5.",
        ),
    ],
    ids=["cell that sleeps", "cell that swallows interrupts", "run that swallows interrupts"],
)
def test_what_takes_too_long_is_stopped_and_kept_as_far_as_it_went(
    small: AnalyticsService, tmp_path: Path, watch: Watch, cell: str, limits: Limits, said: str
) -> None:
    notebook = made_notebook(tmp_path / "n", "endless", "print('so far')", cell)
    begun = time.monotonic()
    found = carried_out(small, tmp_path / "out", planned(small, (notebook,), limits=limits))["endless"]
    assert time.monotonic() - begun < 60
    assert (found.outcome.state, found.outcome.failure) == (State.TIMED_OUT, said)
    assert found.kept is not None and "so far" in found.kept.read_text()
    assert watch.left_behind() == []


@pytest.mark.slow
@pytest.mark.parametrize("cell", [SLEEPING, SWALLOWS_INTERRUPTS], ids=["sleeps", "swallows interrupts"])
def test_a_run_is_cancelled_by_whoever_asks_the_ledger(
    small: AnalyticsService, tmp_path: Path, watch: Watch, cell: str
) -> None:
    output = tmp_path / "out"
    notebook = made_notebook(tmp_path / "n", "endless", "print('so far')", cell)
    (run,) = planned(small, (notebook,))
    asked_at: list[float] = []

    def ask() -> None:
        ledger = open_ledger(output)
        while not any(record.cell == 5 for record in ledger.records()):
            time.sleep(0.2)
        asked_at.append(time.monotonic())
        assert ledger.ask_to_cancel(run.run_id[:8]) == 1

    asking = threading.Thread(target=ask)
    asking.start()
    found = carried_out(small, output, (run,))["endless"]
    asking.join()
    assert time.monotonic() - asked_at[0] < 10 + 3
    assert (found.outcome.state, found.outcome.failure) == (
        State.CANCELLED,
        "it was cancelled in cell 5.",
    )
    assert found.kept is not None and "so far" in found.kept.read_text()
    assert watch.left_behind() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)]
)
def test_a_command_that_is_told_to_end_cancels_everything_first(
    small: AnalyticsService,
    tmp_path: Path,
    watch: Watch,
    number: signal.Signals,
    raised: type[BaseException],
) -> None:
    names = ("one", "two", "three", "four")
    runs = planned(small, [made_notebook(tmp_path / "n", name, SLEEPING) for name in names])
    output = tmp_path / "out"
    to_this_thread = (threading.get_ident(), number)

    def tell() -> None:
        while sum(record.cell == 4 for record in open_ledger(output).records()) < 2:
            time.sleep(0.2)
        signal.pthread_kill(*to_this_thread)

    threading.Thread(target=tell).start()
    with pytest.raises(raised):
        carried_out(small, output, runs, workers=2)
    states = {record.request.notebook: record.failure for record in ledger_of(output).records()}
    assert sorted(states.values()) == [
        *["it was cancelled before it began."] * 2,
        *["it was cancelled in cell 4."] * 2,
    ]
    assert {str(record.state) for record in ledger_of(output).records()} == {"cancelled"}
    assert watch.left_behind() == []
