"""What is needed and why: a table by hand of every way in which a run can differ from the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from analytics_lib.runs.records import Output, Record, Request, State
from analytics_lib.scope import Scope
from scheduler.code_version import code_version
from scheduler.incremental import Decision, FileState, Known, decide, target_of
from scheduler.plan import Run

FOLDER = Path("reports").absolute()
RUN = Run(
    notebook=Path("bookings.ipynb"),
    notebook_hash="ab" * 32,
    parameters=(("locale", "en"), ("period", "2026-10")),
    scope=Scope.build(period="2026-10", as_of=datetime(2026, 11, 1)),
    place=Path("2026-10/bookings/all"),
    data_version="v1",
    formats=("html", "pdf"),
)
TARGET = target_of(RUN, FOLDER)


def recorded(run: Run, state: State = State.SUCCEEDED, code: str = "") -> Record:
    request = Request(
        run_id=run.run_id if not code else "0" * 16,
        target=TARGET,
        notebook=run.name,
        notebook_hash=run.notebook_hash,
        parameters=dict(run.parameters),
        code_version=code or code_version(),
        data_version=run.data_version,
        data_as_of="2026-11-01T00:00:00Z",
        database="duckdb:///sample.duckdb",
        libraries={},
        formats=run.formats,
        limits={},
        asked_by="",
        asked_with="analytics report",
    )
    outputs = tuple(Output(kind, f"{run.place}.{kind}", kind * 10, 10) for kind in run.formats)
    done = outputs if state is State.SUCCEEDED else ()
    return Record(request, 1, state, "", ended_at="2026-11-27T04:00:59.123Z", outputs=done)


def decided(
    *,
    run: Run = RUN,
    latest: Record | None = None,
    succeeded: Record | Sequence[Record] | None = None,
    files: Mapping[str, FileState] | None = None,
    force: bool = False,
) -> Decision:
    successes = [succeeded] if isinstance(succeeded, Record) else list(succeeded or ())
    last = latest or next(iter(successes), None)
    known = Known({TARGET: last} if last else {}, {TARGET: successes} if successes else {})
    states = files or {}
    (found,) = decide(
        [run], FOLDER, known, lambda _, output: states.get(output.kind, FileState.UNCHANGED), force=force
    )
    return found


SAME = recorded(RUN)
OTHER_NOTEBOOK = recorded(replace(RUN, notebook_hash="cd" * 32))
OTHER_DATA = recorded(replace(RUN, data_version="v0"))
OTHER_CODE = recorded(RUN, code="before")
OTHER_PARAMETERS = recorded(replace(RUN, parameters=(("locale", "de"),)))
FAILED = recorded(RUN, State.FAILED)
FAILED_ON_OTHER_DATA = recorded(replace(RUN, data_version="v0"), State.FAILED)


@pytest.mark.parametrize(
    ("latest", "succeeded", "reason"),
    [
        (None, None, "new"),
        (SAME, SAME, ""),
        (OTHER_NOTEBOOK, OTHER_NOTEBOOK, "the notebook has changed"),
        (OTHER_DATA, OTHER_DATA, "the data has changed"),
        (OTHER_CODE, OTHER_CODE, "the code has changed"),
        (OTHER_PARAMETERS, OTHER_PARAMETERS, "the parameters have changed"),
        (FAILED, None, "it failed before"),
        (FAILED, SAME, "it failed before"),
        (FAILED, OTHER_DATA, "it failed before"),
        # Whatever became of other data, a report that failed has still to be made.
        (FAILED_ON_OTHER_DATA, None, "it failed before"),
        # And one that was good before the data went and came back still is.
        (FAILED_ON_OTHER_DATA, SAME, ""),
        (FAILED_ON_OTHER_DATA, OTHER_CODE, "the code has changed"),
        (recorded(RUN, State.TIMED_OUT), None, "it timed out before"),
        (recorded(RUN, State.CANCELLED), None, "it was cancelled before"),
        (recorded(RUN, State.LOST), None, "it was lost before"),
        (recorded(RUN, State.QUEUED), None, "it has not begun yet"),
        (recorded(RUN, State.RUNNING), SAME, "it has not ended yet"),
    ],
)
def test_the_table(latest: Record | None, succeeded: Record | None, reason: str) -> None:
    found = decided(latest=latest, succeeded=succeeded)
    assert found.is_needed is bool(reason)
    assert found.reason == (reason or "unchanged since 2026-11-27T04:00Z")
    assert decided(latest=latest, succeeded=succeeded, force=True) == Decision(
        RUN, True, "asked again (--force)"
    )


def test_every_way_to_end_has_its_words() -> None:
    for state in State:
        if state is not State.SUCCEEDED:
            assert decided(latest=recorded(RUN, state)).is_needed


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"pdf": FileState.MISSING}, "its PDF is missing"),
        ({"html": FileState.CHANGED}, "its HTML was changed by hand"),
        ({"html": FileState.CHANGED, "pdf": FileState.MISSING}, "its HTML was changed by hand"),
    ],
)
def test_files_that_are_not_what_was_published_are_made_again(
    files: Mapping[str, FileState], reason: str
) -> None:
    assert decided(succeeded=SAME, files=files) == Decision(RUN, True, reason)


def test_only_the_formats_that_are_asked_for_count() -> None:
    page = replace(RUN, formats=("html",))
    assert not decided(run=page, succeeded=SAME, files={"pdf": FileState.MISSING}).is_needed
    workbook = replace(RUN, formats=("html", "xlsx"))
    assert decided(run=workbook, succeeded=SAME).reason == "its XLSX is missing"


def made(*formats: str, minute: int, state: State = State.SUCCEEDED) -> Record:
    return replace(
        recorded(replace(RUN, formats=formats), state), ended_at=f"2026-11-27T05:{minute:02}:00.000Z"
    )


HTML, IPYNB = made("html", minute=1), made("ipynb", minute=2)


@pytest.mark.parametrize(
    ("formats", "reason"),
    [
        (("html",), "unchanged since 2026-11-27T05:01Z"),
        (("ipynb",), "unchanged since 2026-11-27T05:02Z"),
        (("html", "ipynb"), "unchanged since 2026-11-27T05:02Z"),
        (("html", "pdf"), "its PDF is missing"),
    ],
)
def test_formats_that_were_made_in_turn_are_all_there(formats: tuple[str, ...], reason: str) -> None:
    found = decided(run=replace(RUN, formats=formats), succeeded=(IPYNB, HTML))
    assert found.reason == reason
    assert [output.kind for output in found.outputs] == ([] if found.is_needed else list(formats))


def test_a_file_is_compared_with_the_attempt_that_made_it_last() -> None:
    again = made("html", minute=3)
    again = replace(again, outputs=(replace(again.outputs[0], sha256="new"),))
    asked: list[tuple[str, str]] = []

    def check(record: Record, output: Output) -> FileState:
        asked.append((record.ended_at[14:16], output.sha256))
        return FileState.UNCHANGED

    known = Known({TARGET: again}, {TARGET: (again, IPYNB, HTML)})
    (found,) = decide([replace(RUN, formats=("html", "ipynb"))], FOLDER, known, check)
    assert asked == [("03", "new"), ("02", "ipynb" * 10)]
    assert [output.sha256 for output in found.outputs] == ["new", "ipynb" * 10]


@pytest.mark.parametrize(
    ("formats", "succeeded", "reason"),
    [
        (("html",), HTML, ""),
        (("pdf",), HTML, "it failed before"),
        (("html", "pdf"), HTML, "it failed before"),
        (("html",), OTHER_DATA, "the data has changed"),
        (("html",), None, "it failed before"),
    ],
)
def test_a_bad_ending_counts_for_the_formats_that_it_was_to_make(
    formats: tuple[str, ...], succeeded: Record | None, reason: str
) -> None:
    failed = made("pdf", minute=9, state=State.FAILED)
    found = decided(run=replace(RUN, formats=formats), latest=failed, succeeded=succeeded)
    assert (found.is_needed, found.reason if reason else "") == (bool(reason), reason)


def test_what_is_changed_is_not_asked_for_its_files() -> None:
    def check(*_: object) -> FileState:
        raise AssertionError("a file was looked at")

    known = Known({TARGET: OTHER_DATA}, {TARGET: [OTHER_DATA]})
    assert decide([RUN], FOLDER, known, check)[0].is_needed
    assert decide([RUN], FOLDER, Known({TARGET: SAME}, {TARGET: [SAME]}), check, force=True)[0].is_needed


def test_decisions_come_in_the_order_of_the_plan() -> None:
    runs = [replace(RUN, place=Path(f"2026-10/{name}/all")) for name in ("c", "a", "b")]
    assert [found.run for found in decide(runs, FOLDER, Known(), lambda *_: FileState.MISSING)] == runs
