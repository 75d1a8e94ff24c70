"""What is read back from a ledger: the last attempts, the last successes, and lists of them."""

from __future__ import annotations

import time

import pytest

from analytics_lib.errors import InputError
from analytics_lib.runs import Ledger, Output, Owner, State
from tests.runs.ledgers import Place, request

ME = Owner.here()


def ran(ledger: Ledger, run_id: str, target: str, state: State) -> None:
    (claim,) = ledger.queue([request(run_id, target)], ME)
    ledger.start(claim)
    ledger.finish(claim, state)


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    ran(ledger, "aa1", "/a", State.SUCCEEDED)
    ran(ledger, "ab2", "/a", State.SUCCEEDED)
    ran(ledger, "ab2", "/a", State.FAILED)
    ran(ledger, "b", "/b", State.FAILED)
    ledger.queue([request("c", "/c")], ME)
    return ledger


def shown(ledger: Ledger, **asked: object) -> list[tuple[str, int, str]]:
    found = ledger.records(**asked)  # type: ignore[arg-type]
    return [(record.request.run_id, record.attempt, str(record.state)) for record in found]


def test_the_last_attempt_of_each_target(told: Ledger) -> None:
    latest = told.latest(["/c", "/a", "/b", "/a", "/never"])
    assert {target: (each.request.run_id, each.attempt, each.state) for target, each in latest.items()} == {
        "/a": ("ab2", 2, State.FAILED),
        "/b": ("b", 1, State.FAILED),
        "/c": ("c", 1, State.QUEUED),
    }


def test_the_successes_of_the_run_that_succeeded_last_for_each_target(told: Ledger) -> None:
    ran(told, "ab2", "/a", State.SUCCEEDED)
    ran(told, "aa1", "/d", State.SUCCEEDED)
    ran(told, "ab2", "/a", State.LOST)
    found = told.successes(["/a", "/b", "/c", "/d", "/a", "/never"])
    assert {
        target: [(each.request.run_id, each.attempt, each.state) for each in records]
        for target, records in found.items()
    } == {
        "/a": [("ab2", 3, State.SUCCEEDED), ("ab2", 1, State.SUCCEEDED)],
        "/d": [("aa1", 1, State.SUCCEEDED)],
    }


def test_attempts_are_listed_newest_first(told: Ledger) -> None:
    everything = [
        ("c", 1, "queued"),
        ("b", 1, "failed"),
        ("ab2", 2, "failed"),
        ("ab2", 1, "succeeded"),
        ("aa1", 1, "succeeded"),
    ]
    assert shown(told) == everything
    assert shown(told, limit=2) == everything[:2]
    assert shown(told, state=State.FAILED) == everything[1:3]
    assert shown(told, state=State.RUNNING) == []
    assert shown(told, state=State.SUCCEEDED, limit=1) == [everything[3]]
    assert shown(told, run="a") == everything[2:]
    assert shown(told, run="ab2", state=State.SUCCEEDED) == [everything[3]]


def test_a_run_is_found_by_how_its_id_begins(told: Ledger) -> None:
    assert (told.record("ab").request.run_id, told.record("ab").attempt) == ("ab2", 2)
    with pytest.raises(InputError, match="'a' begins several runs, such as aa1 and ab2: write more of it"):
        told.record("a")
    with pytest.raises(InputError, match="The ledger knows no run 'z'"):
        told.record("z")
    for odd in ("%", "_", "'", "a%"):
        with pytest.raises(InputError, match="knows no run"):
            told.record(odd)


def test_a_success_tells_what_its_attempt_made(ledger: Ledger) -> None:
    for kind in ("html", "ipynb"):
        (claim,) = ledger.queue([request("a", "/a", formats=(kind,))], ME)
        ledger.finish(claim, State.SUCCEEDED, outputs=[Output(kind, f"a.{kind}", "0" * 64, 1)])
    (records,) = ledger.successes(["/a"]).values()
    assert [(each.request.formats, [output.kind for output in each.outputs]) for each in records] == [
        (("ipynb",), ["ipynb"]),
        (("html",), ["html"]),
    ]


@pytest.mark.slow
def test_planning_is_fast_with_a_long_history(place: Place) -> None:
    ledger = place.open()
    targets = [f"/reports/{number}" for number in range(10_000)]
    asked = targets[::42][:240]
    for round_ in range(3):
        claims = ledger.queue([request(f"{round_}-{target}", target) for target in targets], ME)
        assert len(claims) == len(targets)
        if round_:
            for claim in claims[::42][:240]:
                ledger.finish(claim, State.SUCCEEDED)
        # Ended by hand: to finish all of them one by one is not what this is about.
        place.run("DELETE FROM run_leases")
    ledger.latest(asked[:1])
    began = time.perf_counter()
    latest, successes = ledger.latest(asked), ledger.successes(asked)
    seconds = time.perf_counter() - began
    wanted = {f"2-{target}" for target in asked}
    assert {record.request.run_id for record in latest.values()} == wanted
    assert {record.request.run_id for records in successes.values() for record in records} == wanted
    assert seconds < 1, "a scan of the whole history takes several seconds"
