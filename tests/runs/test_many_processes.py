"""Many real processes on one ledger: nothing is lost, nothing runs twice, and the killed are found."""

from __future__ import annotations

from collections import Counter

import pytest

from analytics_lib.runs import Ledger, Owner, State
from tests.runs.ledgers import Place, request
from tests.runs.writers import Writer, at_once

pytestmark = pytest.mark.slow

A_HUNDRED = """
for number in range(34):
    (claim,) = ledger.queue([request(f"{name}-{number}", f"/{name}")], me)
    ledger.start(claim)
    ledger.beat(me, {claim: (1, 2)})
    ledger.finish(claim, State.SUCCEEDED)
say(claim.standing)
"""
SAME_RUNS = """
claims = ledger.queue([request(f"run-{number}", f"/{number}") for number in range(20)], me)
say(*[claim.standing for claim in claims])
"""
SAME_TARGET = """
(claim,) = ledger.queue([request(f"run-{name}", "/one")], me)
say(claim.standing)
"""


def test_eight_processes_with_a_hundred_events_each(place: Place) -> None:
    assert at_once(place, 8, A_HUNDRED) == ["owned"] * 8
    ledger = place.open()
    assert ledger.head().sequence == 8 * 102
    assert ledger.check() == ()
    assert place.head_file.read_text() == "{} {}\n".format(*ledger.head())
    records = ledger.records(limit=1_000)
    assert Counter(record.state for record in records) == {State.SUCCEEDED: 8 * 34}
    assert len({record.request.run_id for record in records}) == 8 * 34


def test_twenty_processes_open_it_at_once_and_each_run_has_one_owner(place: Place) -> None:
    said = [line.split() for line in at_once(place, 20, SAME_RUNS)]
    for standings in zip(*said, strict=True):
        assert Counter(standings) == {"owned": 1, "joined": 19}
    ledger = place.open()
    assert ledger.head().sequence == 20
    assert ledger.check() == ()
    assert len(ledger.settle()) == 20


def test_different_runs_for_one_target_have_one_owner(place: Place) -> None:
    assert Counter(at_once(place, 6, SAME_TARGET)) == {"owned": 1, "waiting": 5}


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_a_process_that_is_killed_between_two_steps_is_lost(
    place: Place, ledger: Ledger, state: State
) -> None:
    step = "ledger.start(claim, 'w', 9); ledger.beat(me, {claim: (4, 9)})" if state is State.RUNNING else ""
    lines = f"""
(claim,) = ledger.queue([request("a", "/a")], me)
{step}
say("here")
time.sleep(600)
"""
    writer = Writer(place, "killed", lines)
    writer.go()
    assert writer.heard() == "here"
    assert ledger.settle() == () and ledger.record("a").state is state
    writer.kill()
    (lost,) = ledger.settle()
    assert (lost.state, lost.cell) == (State.LOST, 4 if state is State.RUNNING else 0)
    assert ledger.queue([request("a", "/a")], Owner.here())[0].attempt == 2
    assert ledger.check() == ()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_is_killed_while_it_appends_leaves_a_whole_chain(
    place: Place, ledger: Ledger, moment: str
) -> None:
    ledger.queue([request("first", "/first")], Owner.here())
    wait = "say('here'); time.sleep(600)"
    where = {
        "before": f"from analytics_lib.runs import history\nappend = history.append\n"
        f"def stop(*given):\n    append(*given); {wait}\nhistory.append = stop",
        "after": f"from analytics_lib.runs.head_file import HeadFile\n"
        f"def stop(*given):\n    {wait}\nHeadFile.advance = stop",
    }[moment]
    writer = Writer(place, "killed", f"{where}\nledger.queue([request('a', '/a')], me)")
    writer.go()
    assert writer.heard() == "here"
    writer.kill()
    assert ledger.check() == ()
    assert ledger.head().sequence == {"before": 1, "after": 2}[moment]
    ledger.queue([request("b", "/b")], Owner.here())
    assert ledger.check() == ()
    assert place.head_file.read_text() == "{} {}\n".format(*ledger.head())


def test_a_fork_uses_connections_of_its_own(place: Place, ledger: Ledger) -> None:
    lines = """
ledger.queue([request("parent", "/p")], me)
child = os.fork()
if child == 0:
    ledger.queue([request("child", "/c")], Owner.here())
    ledger.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
say(len(ledger.records()), len(ledger.settle()), ledger.record("child").state)
"""
    assert at_once(place, 1, lines) == ["2 1 lost"]
    assert ledger.check() == ()
    assert ledger.head().sequence == 3
