"""Claims: who may run what, who joins, who waits, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from analytics_lib.errors import InputError, LeaseLost
from analytics_lib.runs import Claim, Ledger, Output, Owner, Standing, State
from tests.runs.ledgers import ELSEWHERE, Place, request

ME = Owner.here()
A = request("a", "/a")


def test_a_run_from_its_request_to_its_outputs(ledger: Ledger) -> None:
    (claim,) = ledger.queue([A], ME)
    assert claim == Claim("a", "/a", 1, ME, Standing.OWNED)
    queued = ledger.record("a")
    assert (queued.request, queued.attempt, queued.state) == (A, 1, State.QUEUED)
    assert queued.queued_at.endswith("Z") and (queued.started_at, queued.ended_at) == ("", "")

    ledger.start(claim, "worker 1", 12)
    running = ledger.record("a")
    assert (running.state, running.worker, running.cell, running.cells) == (State.RUNNING, "worker 1", 0, 12)
    assert ledger.beat(ME, {claim: (7, 12)}) == frozenset()
    assert (ledger.record("a").cell, ledger.record("a").cells) == (7, 12)

    outputs = (Output("html", "a.html", "0" * 64, 12), Output("pdf", "a.pdf", "1" * 64, 13))
    ended = ledger.finish(
        claim, State.SUCCEEDED, wall_seconds=1.5, processor_seconds=0.7, peak_memory=2**30, outputs=outputs
    )
    assert ended == ledger.record("a")
    assert (ended.queued_at, ended.started_at) == (running.queued_at, running.started_at)
    assert ended.state is State.SUCCEEDED and ended.ended_at >= ended.started_at
    assert (ended.cell, ended.cells, ended.outputs) == (7, 12, outputs)
    assert (ended.wall_seconds, ended.processor_seconds, ended.peak_memory) == (1.5, 0.7, 2**30)


def test_a_failure_tells_its_cell_and_its_exception(ledger: Ledger) -> None:
    (claim,) = ledger.queue([A], ME)
    ledger.start(claim)
    ledger.finish(claim, State.FAILED, failure="Cell 3 failed.", exception="KeyError", cell=3, cells=9)
    record = ledger.record("a")
    assert (record.failure, record.exception) == ("Cell 3 failed.", "KeyError")
    assert (record.cell, record.cells, record.outputs) == (3, 9, ())


def test_attempts_are_counted_by_run_and_target(ledger: Ledger) -> None:
    for attempt in (1, 2, 3):
        (claim,) = ledger.queue([A], ME)
        assert claim.attempt == attempt
        ledger.finish(claim, State.CANCELLED)
    first = ledger.queue([request("b", "/a"), request("a", "/b")], ME)
    assert [claim.attempt for claim in first] == [1, 1]


def test_the_same_run_is_joined_and_another_one_waits(ledger: Ledger) -> None:
    (claim,) = ledger.queue([A], ELSEWHERE)
    rows = ledger.head()
    joined, waiting, free = ledger.queue([A, request("b", "/a"), request("c", "/c")], ME)
    assert joined == replace(claim, standing=Standing.JOINED)
    assert waiting == Claim("b", "/a", 0, ELSEWHERE, Standing.WAITING)
    assert free.standing is Standing.OWNED
    assert ledger.head().sequence == rows.sequence + 1
    for other in (joined, waiting):
        with pytest.raises(InputError, match="only its owner can say how it goes"):
            ledger.finish(other, State.SUCCEEDED)
    ledger.finish(claim, State.SUCCEEDED)
    assert ledger.queue([request("b", "/a")], ME)[0].standing is Standing.OWNED


def test_a_target_that_is_asked_for_twice_at_once_runs_once(ledger: Ledger) -> None:
    claims = ledger.queue([A, A, request("b", "/a")], ME)
    assert [claim.standing for claim in claims] == [Standing.OWNED, Standing.JOINED, Standing.WAITING]
    assert ledger.head().sequence == 1


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_a_run_ends_in_a_final_state(ledger: Ledger, state: State) -> None:
    (claim,) = ledger.queue([A], ME)
    with pytest.raises(InputError, match=f"does not end by being {state}"):
        ledger.finish(claim, state)


def test_what_is_not_held_any_more_cannot_be_finished_or_started(ledger: Ledger) -> None:
    (claim,) = ledger.queue([A], ME)
    ledger.finish(claim, State.SUCCEEDED)
    before = ledger.head()
    with pytest.raises(LeaseLost, match="The run a for /a is no longer this process's"):
        ledger.finish(claim, State.FAILED)
    with pytest.raises(LeaseLost):
        ledger.start(claim)
    (second,) = ledger.queue([A], ME)
    with pytest.raises(LeaseLost):
        ledger.finish(claim, State.FAILED)
    assert ledger.head().sequence == before.sequence + 1
    ledger.finish(second, State.SUCCEEDED)


def test_who_is_asked_to_cancel_hears_it_with_the_next_beat(ledger: Ledger) -> None:
    claims = ledger.queue([request("abc", "/a"), request("abd", "/b"), request("x", "/c")], ME)
    ledger.queue([request("abe", "/d")], ELSEWHERE)
    assert ledger.beat(ME) == frozenset()
    assert ledger.ask_to_cancel("nothing") == 0
    assert ledger.ask_to_cancel("") == 0
    assert ledger.ask_to_cancel("ab") == 3
    assert ledger.beat(ME) == {claims[0], claims[1]}
    assert ledger.beat(ME) == {claims[0], claims[1]}
    ledger.finish(claims[0], State.CANCELLED)
    assert ledger.beat(ME) == {claims[1]}
    assert ledger.ask_to_cancel("abc") == 0


def test_nothing_is_recorded_of_a_request_that_cannot_be_written(ledger: Ledger) -> None:
    good = ledger.queue([A], ME)
    with pytest.raises(InputError, match="text, numbers, lists and mappings only"):
        ledger.queue([request("b", "/b"), request("c", "/c", parameters={"at": Path("x")})], ME)
    assert ledger.head().sequence == 1
    assert ledger.queue([request("b", "/b")], ME)[0].standing is Standing.OWNED
    ledger.finish(good[0], State.SUCCEEDED)


def test_requests_may_hold_mappings_that_nobody_can_change(ledger: Ledger) -> None:
    fixed = MappingProxyType({"period": "2026-10", "nested": MappingProxyType({"é": "\x00"})})
    ledger.queue([request("a", "/a", parameters=fixed)], ME)
    assert ledger.record("a").request.parameters == {"period": "2026-10", "nested": {"é": "\x00"}}


def test_reading_a_ledger_that_is_not_there_makes_none(beside: Place) -> None:
    ledger = beside.open()
    assert (ledger.head().sequence, ledger.check()) == (0, ())
    assert (ledger.latest(["/a"]), ledger.successes(["/a"]), ledger.records()) == ({}, {}, ())
    assert (ledger.settle(), ledger.ask_to_cancel("a")) == ((), 0)
    with pytest.raises(InputError, match="The ledger knows no run 'a'"):
        ledger.record("a")
    assert list(beside.reports.parent.iterdir()) == []
