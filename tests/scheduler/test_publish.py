"""Publishing: a reader sees the old report or the new one, and the index knows them all."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import lxml.html
import pytest

from analytics_lib.errors import RunError
from scheduler.artefacts import artefact_of, holds
from scheduler.publish import keep_partial, publish, retire, write_index
from tests.scheduler.published_pages import made_page, published_pages

SIZE = 3_000_000

KILLED_WHILE_IT_WRITES = """
import os, pathlib, sys
from scheduler.publish import write_index
os.fsync = lambda _: os.kill(os.getpid(), 9)
write_index(pathlib.Path(sys.argv[1]))
"""


def page(letter: str) -> bytes:
    return letter.encode() * SIZE


def links(output: Path) -> set[str]:
    """The files to which the index leads."""
    tree = lxml.html.parse(str(output / "index.html"))
    return {link.get("href") for link in tree.iter("a")} - {"#reports"}


def test_a_reader_sees_the_old_or_the_new_report_and_never_half(tmp_path: Path) -> None:
    place = "2026-10/bookings/all"
    published_pages({"html": page("a"), "pdf": page("a")}, tmp_path, place)
    seen: set[str] = set()
    torn: list[str] = []
    done = threading.Event()

    def poll() -> None:
        while not done.is_set():
            for kind in ("html", "pdf"):
                content = (tmp_path / f"{place}.{kind}").read_bytes()
                seen.add(chr(content[0]) if content else "nothing")
                if len(content) != SIZE or content.strip(content[:1]):
                    torn.append(kind)

    readers = [threading.Thread(target=poll) for _ in range(2)]
    for reader in readers:
        reader.start()
    for letter in "bcdefgh":
        published_pages({"html": page(letter), "pdf": page(letter)}, tmp_path, place)
        time.sleep(0.02)
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert len(seen) > 1 and "nothing" not in seen


def test_a_page_lies_under_the_hash_of_its_content_and_what_was_there_before_stays(tmp_path: Path) -> None:
    (old,) = published_pages({"html": b"old"}, tmp_path, "2026-10/bookings/all")
    (new,) = published_pages({"html": b"new"}, tmp_path, "2026-10/bookings/all")
    (same,) = published_pages({"html": b"new"}, tmp_path, "2026-10/bookings/b2b")
    assert (new.path, same.path) == ("2026-10/bookings/all.html", "2026-10/bookings/b2b.html")
    assert new.sha256 == same.sha256 == hashlib.sha256(b"new").hexdigest() and new.size == 3
    artefact = artefact_of(tmp_path, new.sha256, "html")
    assert artefact.samefile(tmp_path / new.path) and artefact.samefile(tmp_path / same.path)
    assert artefact_of(tmp_path, old.sha256, "html").read_bytes() == b"old"
    assert artefact.stat().st_mode & 0o222 == 0


def test_a_page_that_somebody_has_changed_in_place_is_not_published_again(tmp_path: Path) -> None:
    (output,) = published_pages({"html": b"true"}, tmp_path, "2026-10/bookings/all")
    changed = tmp_path / output.path
    changed.chmod(0o644)
    changed.write_bytes(b"fake")
    assert not holds(artefact_of(tmp_path, output.sha256, "html"), output.sha256, output.size)
    published_pages({"html": b"true"}, tmp_path, "2026-10/bookings/b2b")
    assert (tmp_path / "2026-10/bookings/b2b.html").read_bytes() == b"true"
    published_pages({"html": b"true"}, tmp_path, "2026-10/bookings/all")
    assert changed.read_bytes() == b"true"


def test_where_there_are_no_hard_links_a_report_is_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (output,) = published_pages({"html": b"page"}, tmp_path, "2026-10/bookings/all")
    assert (tmp_path / output.path).read_bytes() == b"page"
    assert artefact_of(tmp_path, output.sha256, "html").read_bytes() == b"page"


def test_all_formats_are_complete_before_the_first_is_put_in_place(tmp_path: Path) -> None:
    place = Path("2026-10/bookings/all")
    published_pages({"html": b"old", "pdf": b"old"}, tmp_path, place)
    made = tmp_path / "made"
    made.mkdir()
    pages = [made_page(made, "html", b"new"), made_page(made, "pdf", b"new")]
    (made / "report.pdf").unlink()
    with pytest.raises(RunError, match="could not be written"):
        publish(pages, made, tmp_path, place)
    assert {(tmp_path / f"{place}.{kind}").read_bytes() for kind in ("html", "pdf")} == {b"old"}


def test_a_file_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path: Path) -> None:
    place = Path("2026-10/bookings/all")
    published_pages({"html": b"old"}, tmp_path, place)
    (tmp_path / f"{place}.pdf").mkdir()
    with pytest.raises(RunError, match="could not be written"):
        published_pages({"ipynb": b"new", "html": b"new", "pdf": b"new"}, tmp_path, place)
    assert (tmp_path / f"{place}.html").read_bytes() == b"old"
    assert not (tmp_path / f"{place}.ipynb").exists()


def test_files_of_an_older_version_are_retired_unless_somebody_has_changed_them(tmp_path: Path) -> None:
    outputs = published_pages({"html": b"1", "pdf": b"2", "csv": b"3"}, tmp_path, "2026-10/bookings/all")
    html, pdf, csv = (tmp_path / output.path for output in outputs)
    pdf.unlink()
    pdf.write_bytes(b"by hand")
    csv.unlink()
    retire(outputs, tmp_path)
    assert not html.exists() and pdf.read_bytes() == b"by hand"
    assert artefact_of(tmp_path, outputs[0].sha256, "html").read_bytes() == b"1"


def test_dots_in_names_are_kept(tmp_path: Path) -> None:
    outputs = published_pages({"html": b"1", "pdf": b"2"}, tmp_path, "2026/bookings/b2b.ag-001.UTC.de")
    names = ["b2b.ag-001.UTC.de.html", "b2b.ag-001.UTC.de.pdf"]
    assert [Path(output.path).name for output in outputs] == names
    assert sorted(path.name for path in (tmp_path / "2026" / "bookings").iterdir()) == names


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="file"):
        published_pages({"html": b"1"}, tmp_path, "file/bookings/all")


def test_the_notebook_of_a_bad_run_is_kept_until_a_good_one(tmp_path: Path) -> None:
    executed = tmp_path / "executed.ipynb"
    executed.write_text("{}")
    kept = keep_partial(executed, tmp_path, Path("2026-10/bookings/all"))
    assert kept == tmp_path / "2026-10/bookings/all.failed.ipynb" and kept.read_text() == "{}"
    assert keep_partial(executed, tmp_path, Path("2026-10/bookings/all")) is None
    assert not kept.exists()
    executed.write_text("{}")
    keep_partial(executed, tmp_path, Path("2026-10/bookings/all"))
    published_pages({"html": b"1"}, tmp_path, "2026-10/bookings/all")
    assert not kept.exists()


def test_the_index_lists_every_report_and_nothing_else(tmp_path: Path) -> None:
    places = ["2026-10/bookings/all", "2026-10/bookings/b2b.ag-001", "2026-Q3/executive/all"]
    for place in places:
        published_pages({"html": b"1", "pdf": b"2", "ipynb": b"{}"}, tmp_path, place)
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
    published_pages({"html": b"1"}, tmp_path, "2026-10/bookings/<b>all")
    write_index(tmp_path)
    assert "<b>" not in (tmp_path / "index.html").read_text()


def test_many_runs_may_write_the_index_at_once(tmp_path: Path) -> None:
    for number in range(20):
        published_pages({"html": b"1"}, tmp_path, f"2026-10/bookings/all.p{number}")
    writers = [threading.Thread(target=write_index, args=(tmp_path,)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(links(tmp_path)) == 20
    assert not list(tmp_path.glob("*.partial"))


def test_what_a_killed_command_left_of_the_index_is_taken_away_by_the_next(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_IT_WRITES, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list(tmp_path.glob("*.partial")) and not (tmp_path / "index.html").exists()
    write_index(tmp_path)
    assert (tmp_path / "index.html").exists() and not list(tmp_path.glob("*.partial"))
