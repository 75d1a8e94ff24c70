"""The command `analytics runs`: what it lists, shows, checks and cancels, and how it ends."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from analytics_lib.runs import Ledger, Output, Owner, State
from tests.runs.ledgers import ELSEWHERE, Place, request
from tests.small_platform import Command, Said

ME = Owner.here()


@pytest.fixture
def told(beside: Place) -> Ledger:
    ledger = beside.open()
    first, second, _ = ledger.queue(
        [request("aaa1", "/a"), request("bbb2", "/b"), request("ccc3", "/c")], ELSEWHERE
    )
    ledger.start(first, "worker 1", 9)
    output = Output("html", "2026-10/bookings/all.html", "5" * 64, 1_240_000)
    ledger.finish(first, State.SUCCEEDED, wall_seconds=2.5, peak_memory=128_000_000, outputs=[output])
    ledger.start(second, "worker 2", 9)
    ledger.finish(second, State.FAILED, failure="Cell 3 [red] failed: no such column.", wall_seconds=1)
    return ledger


def asked(analytics: Command, place: Place, *words: str) -> Said:
    said = analytics("runs", *words, "--reports", str(place.reports))
    return replace(said, out=re.sub("[\u00a0\u202f]", " ", said.out))  # units stay with their numbers


def test_attempts_are_listed_with_what_failed_and_the_head_of_the_chain(
    analytics: Command, beside: Place, told: Ledger
) -> None:
    said = asked(analytics, beside)
    assert (said.code, said.err) == (0, "")
    title, *lines, end = said.out.splitlines()
    assert re.split("  +", title.strip()) == [
        *("run", "notebook", "period", "model", "state"),
        *("when (UTC)", "time", "memory", "remark"),
    ]
    assert [line.split()[0] for line in lines] == ["ccc3", "bbb2", "aaa1"]
    assert lines[1].rstrip().endswith("Cell 3 [red] failed: no such column.")
    assert all(word in lines[2] for word in ("bookings", "2026-10", "b2c", "succeeded", "2.5 s", "128 MB"))
    assert end == f"The ledger ends at row 7: {told.head().hash}"


def test_a_list_is_as_long_and_as_narrow_as_asked(analytics: Command, beside: Place, told: Ledger) -> None:
    for words, runs in {
        ("--limit", "1"): ["ccc3"],
        ("--state", "failed"): ["bbb2"],
        ("--state", "queued"): ["ccc3"],
    }.items():
        found = json.loads(asked(analytics, beside, *words, "--format", "json").out)
        assert [each["request"]["run_id"] for each in found["runs"]] == runs
    for spelled in ("timed-out", "timed out"):
        assert asked(analytics, beside, "--state", spelled).out.startswith("No run is timed out.")
    said = asked(analytics, beside, "--state", "timed-in")
    assert (said.code, said.err) == (2, "Error: Unknown state 'timed-in': did you mean timed-out?\n")


def test_programs_get_everything(analytics: Command, beside: Place, told: Ledger) -> None:
    found = json.loads(asked(analytics, beside, "--format", "json").out)
    assert found["head"] == {"sequence": 7, "hash": told.head().hash}
    first = found["runs"][-1]
    assert first["request"]["parameters"] == {"period": "2026-10", "business_model": "b2c", "partner": None}
    assert first["outputs"] == [
        {"kind": "html", "path": "2026-10/bookings/all.html", "sha256": "5" * 64, "size": 1_240_000}
    ]


def test_one_run_is_shown_whole(analytics: Command, beside: Place, told: Ledger) -> None:
    told.queue([request("bbb2", "/b")], ME)
    said = asked(analytics, beside, "bb")
    lines = {line.split("  ")[0]: line.split("  ", 1)[1].strip() for line in said.out.splitlines()[:-1]}
    assert (lines["run"], lines["attempt"], lines["state"]) == ("bbb2", "2", "queued")
    assert lines["attempt 1"] == "failed Cell 3 [red] failed: no such column."
    assert lines["parameters"] == "business_model b2c, period 2026-10"
    whole = asked(analytics, beside, "aaa1").out
    assert "html         2026-10/bookings/all.html, 1.24 MB, 555" in whole
    assert "took         2.5 s" in whole


def test_nothing_is_listed_as_running_whose_process_is_gone(analytics: Command, beside: Place) -> None:
    (claim,) = beside.open().queue([request("a")], replace(ME, started="1"))
    beside.open().start(claim, "w", 5)
    assert asked(analytics, beside, "--state", "running").out.startswith("No run is running.")
    assert "ended without saying what became of it" in asked(analytics, beside).out


def test_a_run_of_another_machine_is_in_doubt_until_somebody_watches(
    analytics: Command, beside: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (claim,) = beside.open().queue([request("a")], ELSEWHERE)
    beside.open().start(claim, "w", 5)
    row = asked(analytics, beside, "--state", "running").out.splitlines()[1]
    assert "  running, cell 0 of 5  " in row and "  on elsewhere, not seen from here: --wait" in row
    (found,) = json.loads(asked(analytics, beside, "--format", "json").out)["runs"]
    assert (found["state"], found["unseen_host"]) == ("running", "elsewhere")
    monkeypatch.setattr("analytics_lib.runs.watch.SILENCE", 0.5)
    (found,) = json.loads(asked(analytics, beside, "--wait", "--format", "json").out)["runs"]
    assert (found["state"], found["unseen_host"]) == ("lost", "")
    assert found["failure"].endswith("process 1 on elsewhere, gave no sign of life for 0.5 seconds.")


def test_a_run_of_another_machine_is_in_doubt_no_more_once_it_is_seen_to_live(
    analytics: Command, beside: Place
) -> None:
    ledger = beside.open()
    ledger.queue([request("a")], ELSEWHERE)
    is_listed = threading.Event()

    def beats() -> None:
        while not is_listed.wait(0.2):
            ledger.beat(ELSEWHERE)

    other = threading.Thread(target=beats)
    other.start()
    try:
        said = asked(analytics, beside, "--wait")
    finally:
        is_listed.set()
        other.join()
    assert "  queued  " in said.out and "not seen" not in said.out


def test_a_run_that_is_under_way_tells_its_cell(analytics: Command, beside: Place) -> None:
    ledger = beside.open()
    (claim,) = ledger.queue([request("a")], ME)
    ledger.start(claim, "w", 12)
    ledger.beat(ME, {claim: (3, 12)})
    assert "running, cell 3 of 12" in asked(analytics, beside).out


def test_a_run_is_asked_to_cancel_once_it_is_known_to_run(
    analytics: Command, beside: Place, told: Ledger
) -> None:
    (claim,) = told.queue([request("live", "/live")], ME)
    said = asked(analytics, beside, "liv", "--cancel")
    assert said.code == 0 and said.out.startswith("Asked to cancel the run live")
    assert told.beat(ME) == {claim}
    for run, says in {
        "aaa1": "Error: The run aaa1 does not run: its last attempt is succeeded.",
        "zzz": "Error: The ledger knows no run 'zzz'",
    }.items():
        said = asked(analytics, beside, run, "--cancel")
        assert said.code == 2 and said.err.startswith(says)


@pytest.mark.parametrize(
    "words",
    [
        ("--cancel",),
        ("--check", "aaa1"),
        ("--check", "--state", "failed"),
        ("--check", "--limit", "20"),
        ("--check", "--cancel", "aaa1"),
        ("--check", "--wait"),
        ("aaa1", "--state", "failed"),
        ("aaa1", "--limit", "5"),
    ],
)
def test_what_makes_no_sense_together_is_refused(
    analytics: Command, beside: Place, words: tuple[str, ...]
) -> None:
    said = asked(analytics, beside, *words)
    assert said.code == 2 and said.err.startswith("Error: ") and said.err.count("\n") == 1


def test_the_check_ends_with_one_only_if_something_is_wrong(
    analytics: Command, beside: Place, told: Ledger
) -> None:
    said = asked(analytics, beside, "--check")
    assert (said.code, said.out) == (
        0,
        f"7 rows, all as they were written.\nThe ledger ends at row 7: {told.head().hash}\n",
    )
    beside.without_triggers(
        "UPDATE run_events SET state = 'succeeded' WHERE sequence = 7",
        "DELETE FROM run_events WHERE sequence = 2",
    )
    said = asked(analytics, beside, "--check")
    assert said.code == 1
    assert said.out.splitlines()[:-1] == ["Row 2 is missing.", "Row 7 was changed after it was written."]
    found = json.loads(asked(analytics, beside, "--check", "--format", "json").out)
    assert found["wrong"] == said.out.splitlines()[:-1]


def test_a_check_of_one_row_counts_one(analytics: Command, beside: Place) -> None:
    beside.open().queue([request()], ME)
    assert asked(analytics, beside, "--check").out.startswith("1 row, as it was written.\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [((), "No run was asked for yet."), (("--check",), "No run was asked for yet: there is no ledger.")],
)
def test_where_nothing_ran_yet_nothing_is_made(
    analytics: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    for name in ("notebooks", "parameters"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path))
    said = analytics("runs", *words)
    assert (said.code, said.out) == (0, f"{says}\nThe ledger ends at row 0: {'0' * 64}\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notebooks", "parameters"]


@pytest.mark.parametrize("words", [(), ("--check",), ("--wait",), ("aaa1",), ("aaa1", "--cancel")], ids=str)
def test_a_folder_that_is_named_and_has_no_ledger_is_a_mistake(
    analytics: Command, beside: Place, words: tuple[str, ...]
) -> None:
    said = asked(analytics, beside, *words)
    assert (said.code, said.out) == (2, "")
    begin = f"Error: There is no ledger of the reports in {beside.reports} at {beside.file}: name the folder"
    assert said.err.startswith(begin) and said.err.count("\n") == 1
    assert list(beside.reports.parent.iterdir()) == []


def test_a_ledger_that_was_removed_is_missed_by_the_check(
    analytics: Command, beside: Place, told: Ledger
) -> None:
    for path in beside.reports.parent.glob(f"{beside.file.name}*"):
        path.unlink()
    said = asked(analytics, beside, "--check")
    assert said.code == 1 and said.out.startswith("The ledger ends at row 0, but row 7 was written")


def test_the_root_of_the_disk_holds_no_ledger(analytics: Command) -> None:
    said = analytics("runs", "--reports", "/")
    assert said.code == 2 and said.err.startswith("Error: '/' cannot be the folder of reports")
