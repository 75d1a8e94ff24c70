"""Published files: seen as unchanged by their inode, read only where that does not tell."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_lib.runs.records import Output, Record
from scheduler import file_check as subject
from scheduler.file_check import file_check
from scheduler.incremental import FileState
from tests.scheduler.test_incremental import SAME

PAGE = b"<p>seven bookings</p>"
HASH = hashlib.sha256(PAGE).hexdigest()
OUTPUT = Output("html", "2026-10/bookings/all.html", HASH, len(PAGE))
LATER = replace(SAME, ended_at="2100-01-01T00:00:00Z")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page that is one file with its artefact."""
    artefact = tmp_path / ".artefacts" / HASH[:2] / f"{HASH}.html"
    page = tmp_path / OUTPUT.path
    for path in (artefact, page):
        path.parent.mkdir(parents=True)
    artefact.write_bytes(PAGE)
    page.hardlink_to(artefact)
    return page


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a file fails."""

    def read(path: Path, *_: object) -> bool:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(subject, "holds", read)


def state(folder: Path, record: Record = LATER) -> FileState:
    return file_check(folder)(record, OUTPUT)


@pytest.mark.usefixtures("unread")
def test_what_is_one_with_its_artefact_is_not_read(tmp_path: Path, page: Path) -> None:
    assert state(tmp_path) is FileState.UNCHANGED


@pytest.mark.usefixtures("unread")
def test_a_file_that_is_gone_or_has_another_size_is_not_read(tmp_path: Path, page: Path) -> None:
    page.unlink()
    assert state(tmp_path) is FileState.MISSING
    page.write_bytes(PAGE + b"!")
    assert state(tmp_path) is FileState.CHANGED


def test_a_copy_is_what_its_content_is(tmp_path: Path, page: Path) -> None:
    page.unlink()
    page.write_bytes(PAGE)
    assert state(tmp_path) is FileState.UNCHANGED
    page.write_bytes(PAGE.replace(b"seven", b"eight"))
    assert state(tmp_path) is FileState.CHANGED


def test_a_file_without_an_artefact_is_what_its_content_is(tmp_path: Path, page: Path) -> None:
    (tmp_path / ".artefacts" / HASH[:2] / f"{HASH}.html").unlink()
    assert state(tmp_path) is FileState.UNCHANGED


@pytest.mark.parametrize("ended_at", ["2026-11-27T04:00:00Z", "2026-11-27T04:00:00", "", "soon"])
def test_what_was_written_through_the_link_since_is_seen(tmp_path: Path, page: Path, ended_at: str) -> None:
    since = replace(SAME, ended_at=ended_at)
    with page.open("r+b") as file:
        file.write(PAGE.replace(b"seven", b"eight"))
    os.utime(page, (4_000_000_000, 4_000_000_000))
    assert state(tmp_path, since) is FileState.CHANGED
    with page.open("r+b") as file:
        file.write(PAGE)
    os.utime(page, (4_000_000_000, 4_000_000_000))
    assert state(tmp_path, since) is FileState.UNCHANGED


def test_what_is_written_within_the_second_of_its_end_is_read(tmp_path: Path, page: Path) -> None:
    ended = replace(SAME, ended_at="2026-11-01T12:00:00.250000Z")
    moment = datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp()
    page.write_bytes(PAGE[::-1])
    os.utime(page, (moment, moment + 0.5))
    assert state(tmp_path, ended) is FileState.CHANGED
