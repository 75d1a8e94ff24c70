"""Publishing: a reader sees the old report or the new one, and the index knows them all."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import lxml.html
import pytest

from analytics_lib.errors import RunError
from scheduler.publish import publish, write_index

SIZE = 3_000_000


def page(letter: str) -> bytes:
    return letter.encode() * SIZE


def links(output: Path) -> set[str]:
    """The files to which the index leads."""
    tree = lxml.html.parse(str(output / "index.html"))
    return {link.get("href") for link in tree.iter("a")} - {"#reports"}


def test_a_reader_sees_the_old_or_the_new_report_and_never_half(tmp_path: Path) -> None:
    target = tmp_path / "2026-10" / "bookings" / "all"
    publish({"html": page("a"), "pdf": page("a")}, target)
    seen: set[str] = set()
    torn: list[str] = []
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            for kind in ("html", "pdf"):
                content = target.with_name(f"all.{kind}").read_bytes()
                seen.add(chr(content[0]) if content else "nothing")
                if len(content) != SIZE or content.strip(content[:1]):
                    torn.append(kind)

    readers = [threading.Thread(target=poll) for _ in range(2)]
    for reader in readers:
        reader.start()
    for letter in "bcdefgh":
        publish({"html": page(letter), "pdf": page(letter)}, target)
        time.sleep(0.02)
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert len(seen) > 1 and "nothing" not in seen


def test_all_formats_are_complete_before_the_first_is_put_in_place(tmp_path: Path) -> None:
    target = tmp_path / "2026-10" / "bookings" / "all"
    publish({"html": b"old", "pdf": b"old"}, target)
    # A folder in the way of the second format's file cannot be written over.
    (target.parent / f".all.pdf.{os.getpid()}.partial").mkdir()
    with pytest.raises(RunError, match="could not be written"):
        publish({"html": b"new", "pdf": b"new"}, target)
    assert target.with_name("all.html").read_bytes() == target.with_name("all.pdf").read_bytes() == b"old"


def test_nothing_is_left_of_a_report_that_could_not_be_written(tmp_path: Path) -> None:
    target = tmp_path / "2026-10" / "bookings" / "all"
    target.parent.mkdir(parents=True)
    blocked = target.parent / f".all.pdf.{os.getpid()}.partial"
    blocked.mkdir()
    with pytest.raises(RunError):
        publish({"html": b"new", "pdf": b"new"}, target)
    assert list(target.parent.iterdir()) == [blocked]


def test_dots_in_names_are_kept(tmp_path: Path) -> None:
    files = publish({"html": b"1", "pdf": b"2"}, tmp_path / "b2b.ag-001.UTC.de")
    assert [path.name for path in files] == ["b2b.ag-001.UTC.de.html", "b2b.ag-001.UTC.de.pdf"]
    assert sorted(tmp_path.iterdir()) == list(files)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="file"):
        publish({"html": b"1"}, tmp_path / "file" / "all")


def test_the_index_lists_every_report_and_nothing_else(tmp_path: Path) -> None:
    places = ["2026-10/bookings/all", "2026-10/bookings/b2b.ag-001", "2026-Q3/executive/all"]
    for place in places:
        publish({"html": b"1", "pdf": b"2", "ipynb": b"{}"}, tmp_path / place)
    (tmp_path / "2026-10" / "bookings" / "all.failed.ipynb").write_text("{}")
    write_index(tmp_path)
    assert links(tmp_path) == {f"{place}.{kind}" for place in places for kind in ("html", "pdf", "ipynb")}
    assert all((tmp_path / link).is_file() for link in links(tmp_path))
    text = lxml.html.parse(str(tmp_path / "index.html")).getroot().text_content()
    assert "Q3 2026" in text and "Executive" in text and "B2B" in text and "partner ag-001" in text


def test_the_index_of_nothing_says_so(tmp_path: Path) -> None:
    write_index(tmp_path / "reports")
    assert "No report yet" in (tmp_path / "reports" / "index.html").read_text()
    assert links(tmp_path / "reports") == set()


def test_names_cannot_write_html_into_the_index(tmp_path: Path) -> None:
    publish({"html": b"1"}, tmp_path / "2026-10" / "bookings" / "<b>all")
    write_index(tmp_path)
    assert "<b>" not in (tmp_path / "index.html").read_text()


def test_many_runs_may_write_the_index_at_once(tmp_path: Path) -> None:
    for number in range(20):
        publish({"html": b"1"}, tmp_path / "2026-10" / "bookings" / f"all.p{number}")
    writers = [threading.Thread(target=write_index, args=(tmp_path,)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(links(tmp_path)) == 20
    assert not list(tmp_path.glob("*.partial"))
