"""Owners: a process is told from one that had its number before, and a dead one is known as dead."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from analytics_lib.runs import Ledger, Owner, State, owners
from tests.runs.ledgers import ELSEWHERE, request

SLEEPER = "import json, sys; from dataclasses import asdict; from analytics_lib.runs import Owner; {}"
TELLS = SLEEPER.format("print(json.dumps(asdict(Owner.here())), flush=True); sys.stdin.read()")


@contextmanager
def sleeper() -> Iterator[tuple[subprocess.Popen[str], Owner]]:
    """Another process, and what it says that it is."""
    process = subprocess.Popen(
        [sys.executable, "-c", TELLS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    try:
        yield process, Owner(**json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


def test_a_process_is_always_the_same_owner() -> None:
    assert Owner.here() == Owner.here()
    assert Owner(**json.loads(Owner.here().spelled)) == Owner.here()
    assert Owner.here().why_gone() == ""


def test_another_process_lives_until_it_is_killed_reaped_or_not() -> None:
    with sleeper() as (process, owner):
        assert owner != Owner.here() and owner.pid == process.pid
        assert owner.why_gone() == ""
        os.kill(process.pid, signal.SIGSTOP)
        assert owner.why_gone() == ""
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}").exists(), "nobody has asked yet how it ended"
        said = f"Its owner, process {owner.pid} on {owner.host}, ended without saying what became of it."
        assert owner.why_gone() == said
        process.wait()
        assert owner.why_gone() == said


def test_a_later_process_with_the_same_number_is_not_the_owner() -> None:
    before = replace(Owner.here(), started="1")
    assert "ended without saying" in before.why_gone()


def test_a_machine_that_was_started_anew_runs_nothing_of_before() -> None:
    here = Owner.here()
    before = replace(here, machine="m", boot="another")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Owner, "here", lambda: replace(here, machine="m"))
        assert before.why_gone() == f"The machine {here.host} was started anew while it ran."
        patch.setattr(Owner, "here", lambda: replace(here, machine=""))
        assert replace(before, machine="").why_gone() == ""


@pytest.mark.parametrize("other", [{"host": "x"}, {"machine": "x"}, {"space": "x"}], ids=str)
def test_of_a_process_that_cannot_be_seen_nothing_is_said(other: dict[str, str]) -> None:
    unseen = replace(Owner.here(), started="1", **other)
    assert unseen.why_gone() == "" and not unseen.is_seen
    assert ELSEWHERE.why_gone() == "" and not ELSEWHERE.is_seen


def test_the_same_is_known_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with sleeper() as (process, _):
        monkeypatch.setattr(owners, "_PROC", tmp_path)
        here = Owner.here()
        assert here.why_gone() == "" and here.started
        assert "ended without saying" in replace(here, started="1").why_gone()
        with monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: process.pid)
            other = Owner.here()
        assert other.why_gone() == "" and other.is_seen
        with monkeypatch.context() as patch:
            patch.setattr(psutil.Process, "create_time", denied)
            assert other.why_gone() == "" and not other.is_seen
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert "ended without saying" in other.why_gone()


def test_a_process_that_hides_from_this_user_lives_until_its_number_is_free(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with sleeper() as (process, owner):
        hiding = tmp_path / "proc"  # as one that is mounted with hidepid=2 shows it to another user
        hiding.mkdir()
        (hiding / "self").symlink_to("/proc/self")
        own = hiding / str(os.getpid())
        own.symlink_to(f"/proc/{os.getpid()}")
        assert owner.is_seen
        monkeypatch.setattr(owners, "_PROC", hiding)
        assert owner.why_gone() == "" and not owner.is_seen
        assert Owner.here().is_seen and Owner.here().started
        with monkeypatch.context() as patch:
            patch.setattr(os, "kill", forbidden)
            assert owner.why_gone() == "" and not owner.is_seen
        process.kill()
        process.wait()
        assert "ended without saying" in owner.why_gone()


def denied(process: psutil.Process) -> float:
    """What psutil says of a process of another user that it may not look at."""
    raise psutil.AccessDenied(process.pid)


def forbidden(pid: int, sign: int) -> None:
    """What the system answers to a signal for a process of another user."""
    raise PermissionError(f"signal {sign} for {pid} is not permitted")


def test_what_a_dead_process_held_is_settled_and_free_again(ledger: Ledger) -> None:
    with sleeper() as (process, owner):
        ledger.queue([request("a", "/a"), request("b", "/b")], owner)
        assert ledger.settle() == ()
        process.kill()
        process.wait()
    lost = ledger.settle()
    assert [(each.request.run_id, each.state) for each in lost] == [("a", State.LOST), ("b", State.LOST)]
    assert lost[0].failure == owner.why_gone()
    assert lost[0] == ledger.record("a")
    assert ledger.settle() == () and ledger.check() == ()


def test_who_asks_for_what_a_dead_process_held_gets_it_at_once(ledger: Ledger) -> None:
    gone = replace(Owner.here(), started="1")
    ledger.queue([request("a", "/a"), request("b", "/b")], gone)
    claims = ledger.queue([request("a", "/a"), request("c", "/b")], Owner.here())
    assert [(claim.attempt, claim.owner) for claim in claims] == [(2, Owner.here()), (1, Owner.here())]
    states = [(each.request.run_id, each.state) for each in ledger.records()]
    assert states == [
        ("c", State.QUEUED),
        ("a", State.QUEUED),
        ("b", State.LOST),
        ("a", State.LOST),
    ]


def test_an_owner_is_kept_whole(ledger: Ledger) -> None:
    (claim,) = ledger.queue([request()], ELSEWHERE)
    (again,) = ledger.queue([request()], Owner.here())
    assert asdict(again.owner) == asdict(claim.owner)
