"""Owners that cannot be seen: dead to who has watched them in silence, whatever wall clocks say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest

from analytics_lib.errors import LeaseLost
from analytics_lib.runs import Ledger, Owner, State, history
from tests.runs.ledgers import ELSEWHERE, HandClock, Place, request

STOPPED = Owner.here()
"""An owner that lives on this machine, and need not beat: a stopped process looks like that."""


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def watcher(place: Place, clock: HandClock) -> Ledger:
    return place.open(clock)


@pytest.mark.parametrize("owner", [ELSEWHERE, STOPPED], ids=["elsewhere", "stopped"])
def test_an_owner_is_dead_after_45_seconds_of_silence(
    ledger: Ledger, watcher: Ledger, clock: HandClock, owner: Owner
) -> None:
    (claim,) = ledger.queue([request("a")], owner)
    assert watcher.settle() == ()
    clock.now += 44.9
    assert watcher.settle() == ()
    clock.now += 0.2
    (lost,) = watcher.settle()
    assert lost.state is State.LOST
    assert (
        lost.failure
        == f"Its owner, process {owner.pid} on {owner.host}, gave no sign of life for 45 seconds."
    )
    with pytest.raises(LeaseLost, match="declared lost meanwhile"):
        ledger.finish(claim, State.SUCCEEDED)
    assert ledger.record("a").state is State.LOST


def test_each_beat_is_a_new_beginning(ledger: Ledger, watcher: Ledger, clock: HandClock) -> None:
    (claim,) = ledger.queue([request("a")], ELSEWHERE)
    for _ in range(5):
        assert watcher.settle() == ()
        clock.now += 40
        ledger.beat(ELSEWHERE)
    assert watcher.settle() == ()
    ledger.finish(claim, State.SUCCEEDED)


def test_who_has_just_come_knows_nothing_yet(place: Place, ledger: Ledger, clock: HandClock) -> None:
    ledger.queue([request("a")], ELSEWHERE)
    clock.now += 1_000_000
    assert place.open(clock).settle() == ()
    assert ledger.record("a").state is State.QUEUED


def test_another_attempt_is_watched_anew(ledger: Ledger, watcher: Ledger, clock: HandClock) -> None:
    for _ in range(3):
        (claim,) = ledger.queue([request("a")], ELSEWHERE)
        assert watcher.settle() == ()
        clock.now += 30
        ledger.finish(claim, State.SUCCEEDED)
    assert watcher.settle() == ()


def test_who_asks_for_runs_watches_too(ledger: Ledger, watcher: Ledger, clock: HandClock) -> None:
    ledger.queue([request("a")], ELSEWHERE)
    assert watcher.queue([request("a")], STOPPED)[0].owner == ELSEWHERE
    clock.now += 46
    (claim,) = watcher.queue([request("a")], STOPPED)
    assert (claim.owner, claim.attempt) == (STOPPED, 2)


def test_waiting_ends_when_all_is_seen_to_be_alive(
    ledger: Ledger, watcher: Ledger, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.queue([request("a", "/a")], ELSEWHERE)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds
        if len(slept) == 3:
            ledger.beat(ELSEWHERE)

    monkeypatch.setattr("analytics_lib.runs.ledger.time.sleep", sleep)
    assert watcher.settle(wait=100) == ()
    assert slept == [1.0, 1.0, 1.0]


def test_waiting_finds_who_is_silent_within_45_seconds(
    ledger: Ledger, watcher: Ledger, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.queue([request("a", "/a")], ELSEWHERE)

    def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr("analytics_lib.runs.ledger.time.sleep", sleep)
    began = clock.now
    assert watcher.settle(wait=10) == ()
    assert clock.now == began + 10
    (lost,) = watcher.settle(wait=100)
    assert (lost.request.run_id, clock.now) == ("a", began + 45)


def test_an_owner_out_of_sight_is_in_doubt_until_it_is_seen_to_beat(ledger: Ledger, watcher: Ledger) -> None:
    (far, _) = ledger.queue([request("far", "/a"), request("done", "/b")], ELSEWHERE)
    ledger.queue([request("near", "/c")], STOPPED)
    ledger.finish(replace(far, run_id="done", target="/b"), State.SUCCEEDED)
    for _ in range(2):
        watcher.settle()
        assert unseen_hosts(watcher) == {"far": "elsewhere", "done": "", "near": ""}
    ledger.beat(ELSEWHERE)
    assert unseen_hosts(watcher)["far"] == "elsewhere"
    watcher.settle()
    assert unseen_hosts(watcher) == {"far": "", "done": "", "near": ""}
    assert unseen_hosts(ledger)["far"] == "elsewhere", "who has not watched does not know"


def unseen_hosts(ledger: Ledger) -> dict[str, str]:
    return {record.request.run_id: record.unseen_host for record in ledger.records()}


@pytest.mark.parametrize("year", [1971, 2126])
def test_a_clock_that_is_set_makes_nobody_dead_or_alive(
    ledger: Ledger, watcher: Ledger, clock: HandClock, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    class SetClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime(year, 1, 1, tzinfo=tz)

    ledger.queue([request("a", "/a"), request("b", "/b")], ELSEWHERE)
    ledger.queue([request("c", "/c")], STOPPED)
    assert watcher.settle() == ()
    monkeypatch.setattr(history, "datetime", SetClock)
    monkeypatch.setattr("time.time", lambda: datetime(year, 1, 1, tzinfo=UTC).timestamp())
    clock.now += 40
    ledger.beat(STOPPED)
    assert watcher.settle() == ()
    clock.now += 6
    lost = watcher.settle()
    assert [record.request.run_id for record in lost] == ["a", "b"]
    assert lost[0].ended_at.startswith(f"{year}-01-01")
    (record, *_) = ledger.records(1)
    assert record.request.run_id == "c" and record.state is State.QUEUED
    assert ledger.check() == ()
