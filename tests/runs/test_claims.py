"""Claims: who may run what, who joins, who waits, and what is told of it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from analytics_lib.errors import InputError, LeaseLost, WarehouseError
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


def test_many_end_at_once_but_for_those_that_were_lost(ledger: Ledger) -> None:
    begun, waits, over = ledger.queue([A, request("b", "/b"), request("c", "/c")], ME)
    ledger.start(begun, "worker 1", 12)
    ledger.beat(ME, {begun: (7, 12)})
    ledger.finish(over, State.SUCCEEDED)
    ledger.queue([request("c", "/c")], ELSEWHERE)
    before = ledger.head().sequence
    ledger.finish_all(iter([begun, waits, over, begun]), State.CANCELLED, failure="Given up.")
    assert ledger.head().sequence == before + 2
    for run, cell in {"a": 7, "b": 0}.items():
        record = ledger.record(run)
        assert (record.state, record.failure, record.cell) == (State.CANCELLED, "Given up.", cell)
    assert [record.state for record in ledger.records(run="c")] == [State.QUEUED, State.SUCCEEDED]
    assert [claim.standing for claim in ledger.queue([A, request("b", "/b")], ME)] == [Standing.OWNED] * 2
    ledger.finish_all([over], State.CANCELLED)
    assert ledger.check() == ()


def test_of_many_that_end_at_once_none_is_recorded_if_one_is_not_ours(ledger: Ledger) -> None:
    (theirs,) = ledger.queue([A], ELSEWHERE)
    joined, mine = ledger.queue([A, request("b", "/b")], ME)
    before = ledger.head()
    with pytest.raises(InputError, match="The run a is joined: only its owner"):
        ledger.finish_all([mine, joined], State.CANCELLED)
    with pytest.raises(InputError, match="does not end by being running"):
        ledger.finish_all([mine], State.RUNNING)
    assert ledger.head() == before
    ledger.finish_all([mine], State.CANCELLED)
    ledger.finish_all([theirs], State.CANCELLED)


def test_a_ledger_that_cannot_be_reached_is_waited_for_once_however_many_end(
    beside: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics_lib.runs.sqlite_store.PATIENCE", 0.3)
    ledger = beside.open()
    claims = ledger.queue([request("a", f"/{number}") for number in range(100)], ME)
    with closing(sqlite3.connect(beside.file)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(WarehouseError, match="database is locked"):
            ledger.finish_all(claims, State.CANCELLED)
        assert time.monotonic() - began < 10 * 0.3
        ledger.finish_all([], State.CANCELLED)
    ledger.finish_all(claims, State.CANCELLED)
    assert {record.state for record in ledger.records(200)} == {State.CANCELLED}


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
    assert (ledger.head().sequence, ledger.check(), ledger.exists()) == (0, (), False)
    assert (ledger.latest(["/a"]), ledger.successes(["/a"]), ledger.records()) == ({}, {}, ())
    assert (ledger.settle(), ledger.ask_to_cancel("a")) == ((), 0)
    with pytest.raises(InputError, match="The ledger knows no run 'a'"):
        ledger.record("a")
    assert list(beside.reports.parent.iterdir()) == []
