"""Commands that are killed, or ask for the same: nothing is made twice, lost in silence or left behind."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from analytics_lib.runs import State
from scheduler.workplace import NAME
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import (
    WAITS_FOR,
    at_cell,
    carried_through,
    contents,
    ended,
    listed,
    records_of,
    reporting,
    started,
    still_at_work,
    wait_until,
)
from tests.scheduler.made_runs import ledger_of, made_notebook


@pytest.mark.slow
@pytest.mark.parametrize("fails", [False, True], ids=["good", "failing"])
def test_two_that_ask_for_the_same_make_it_once(
    small_url: str, tmp_path: Path, watch: Watch, fails: bool
) -> None:
    output = tmp_path / "reports"
    cell = f"import time; time.sleep(4); 1 / {int(not fails)}"
    words = reporting(made_notebook(tmp_path / "n", "same", cell), small_url, output, "--force")
    with started(*words) as first, started(*words) as second:
        one, other = ended(first), ended(second)
    assert one.code == other.code == int(fails)
    (record,) = records_of(output)
    assert (record.attempt, record.state) == (1, State.FAILED if fails else State.SUCCEEDED)
    assert one.out.partition(" The notebook was kept")[0].strip() == (
        other.out.partition(" The notebook was kept")[0].strip()
    )
    for said in (one, other):
        assert ("division by zero" in said.out) == fails and "Traceback" not in said.err
    assert watch.kernels_started() == 1
    names = {path.rpartition("/")[2] for path in contents(output)}
    assert ("all.html" in names, "all.failed.ipynb" in names) == (not fails, fails)
    assert not (output / NAME).exists() and ledger_of(output).head().sequence == 3
    assert watch.left_behind() == [] and still_at_work(watch.temporary) == []


@pytest.mark.slow
def test_the_second_takes_over_when_the_first_is_killed(small_url: str, tmp_path: Path, watch: Watch) -> None:
    output, sign = tmp_path / "reports", tmp_path / "sign"
    notebook = made_notebook(tmp_path / "n", "same", WAITS_FOR.format(sign=str(sign)))
    words = reporting(notebook, small_url, output)
    with started(*words) as first:
        wait_until(at_cell(output, 4))
        with started(*words) as second:
            wait_until(lambda: len(list((output / NAME).iterdir())) == 2)
            first.kill()
            assert first.wait() == -signal.SIGKILL
            wait_until(lambda: records_of(output)[0].attempt == 2, 60)
            sign.touch()
            said = ended(second)
        assert first.communicate() == ("", "")
    assert said.code == 0
    newest, lost = records_of(output)
    assert (newest.attempt, newest.state) == (2, State.SUCCEEDED)
    assert (lost.attempt, lost.state) == (1, State.LOST)
    assert f"process {first.pid} on " in lost.failure and "ended without saying" in lost.failure
    assert said.out.splitlines() == [str(output / output_of.path) for output_of in newest.outputs]
    # The first one's folder is swept by whoever comes next.
    assert carried_through(*words, "--force").code == 0
    assert not (output / NAME).exists() and ledger_of(output).head().sequence == 9
    assert watch.left_behind() == [] and still_at_work(watch.temporary) == []


@pytest.mark.slow
def test_what_a_killed_command_was_making_is_lost_and_made_again(
    small_url: str, tmp_path: Path, watch: Watch
) -> None:
    output, sign = tmp_path / "reports", tmp_path / "sign"
    names = [
        made_notebook(tmp_path / "n", name, WAITS_FOR.format(sign=str(sign))) for name in ("a", "b", "c")
    ]
    words = reporting(names[0], small_url, output, *names[1:], "--workers", "2")
    with started(*words):
        wait_until(at_cell(output, 4, count=2))
    # It was killed on the way out of the context.
    wait_until(lambda: watch.left_behind() == [] and still_at_work(watch.temporary) == [], 15)
    assert list((output / NAME).iterdir())
    assert sorted((str(each["state"]), each["attempt"]) for each in listed(output)) == [("lost", 1)] * 3
    sign.touch()
    assert carried_through(*words).code == 0
    assert not (output / NAME).exists()
    assert sorted((str(each.state), each.attempt) for each in records_of(output)) == [
        *[("lost", 1)] * 3,
        *[("succeeded", 2)] * 3,
    ]
    assert ledger_of(output).check() == ()
    assert sorted(path for path in contents(output) if path.endswith("all.html")) == [
        f"2026-10/{name}/all.html" for name in "abc"
    ]
    assert watch.left_behind() == [] and still_at_work(watch.temporary) == []
