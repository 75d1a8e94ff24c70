"""A canary: passwords that notebooks print, show and raise, and that are found nowhere afterwards."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.redaction import INSTEAD, SHORTEST, Redactor
from scheduler.workplace import NAME
from tests.scheduler.conftest import Watch
from tests.scheduler.faults.commands import carried_through, ended, records_of, started
from tests.scheduler.faults.postgresql import OwnServer, own_server
from tests.scheduler.made_runs import made_notebook

WORD = "canary"
PASSWORD = f"{WORD}-7/4%ü'x"
TOKEN = f"{WORD}-token-31"
FORMATS = ("html", "pdf", "csv", "json", "xlsx", "ipynb")

TELLS = """
import base64, json, logging, os, sys, urllib.parse
from IPython.display import HTML, JSON, Markdown, display
url, token = os.environ["ANALYTICS_DATABASE_URL"], os.environ["ANALYTICS_API_TOKEN"]
print(os.environ)
print(url, urllib.parse.unquote(url), ascii(urllib.parse.unquote(url)), file=sys.stderr)
logging.getLogger("test").warning(token)
display(Markdown(f"[{url}]({url})"), HTML(f"<b title='{token}'>{url}</b>"), JSON({token: [url]}))
display(base64.b64encode(url.encode()), base64.urlsafe_b64encode(f"user:{token}".encode()).decode())
os.write(2, token.encode())
pathless = {"token": token, url: 1}
pathless
"""
READS = """
from analytics_lib import connect, sentences
from analytics_lib.charts import tiles
analytics = connect()
scope = analytics.scope(time_frame=time_frame, period=period, as_of=as_of)
kpis = analytics.measure(["total_bookings", "cancellation_rate"], scope)
sentences.headline(kpis, locale=locale)
tiles(kpis, locale=locale)
"""
RAISES = "raise RuntimeError(f'{url} {token} ' + urllib.parse.unquote(url))"
MISTAKES = """
from analytics_lib import connect
connect(url.replace("reader:", "reader:not-")).measure("total_bookings", None)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with own_server() as running:
        yield running


@pytest.fixture(scope="module")
def secrets(server: OwnServer) -> str:
    """The address of the platform, with a password in it."""
    return server.reader("reader", PASSWORD)


def command_lines() -> Iterator[list[str]]:
    """Of every process that runs now."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            yield process.cmdline()


def told(content: bytes) -> list[str]:
    """The ways in which a content tells the word: as it is, or as base64 writes it at any place."""
    text = unquote(content.decode(errors="replace")).lower()
    found = [WORD] if WORD in text else []
    for before, first in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + WORD.encode()).decode()
        part = encoded[first : (before + len(WORD)) * 8 // 6]
        found += [part] if part.encode() in content else []
    return found


def insides(path: Path) -> Iterator[bytes]:
    """A file, and what it holds where that is packed, unless it may be half written yet."""
    yield path.read_bytes()
    if NAME in path.parts:
        return
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            yield from map(packed.read, packed.namelist())
    if path.suffix == ".pdf" and (reader := shutil.which("pdftotext")):
        yield subprocess.run([reader, str(path), "-"], capture_output=True, check=True).stdout


def tellers(folder: Path) -> dict[str, list[str]]:
    """The files below a folder that tell the word, by their names or by what is in them."""
    found = {}
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            ways = told(str(path).encode())
            # Passing files come and go while a command is at work.
            with suppress(FileNotFoundError):
                ways += [way for inside in insides(path) for way in told(inside)] if path.is_file() else []
            if ways:
                found[str(path)] = ways
    return found


def test_the_search_finds_every_spelling() -> None:
    for before in ("", "a", "ab"):
        assert told(base64.b64encode(f"{before}{PASSWORD}".encode()))
    assert told(b"x%63anary") and told(b"CANARY") and not told(b"[secret]")


@given(st.text(min_size=SHORTEST, max_size=20), st.text(max_size=5), st.text(max_size=5))
def test_base64_hides_no_secret(secret: str, before: str, after: str) -> None:
    content = f"{before}{secret}{after}".encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert INSTEAD in Redactor([secret]).text(encode(content).decode())


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["people", "programs"])
def test_no_secret_is_found_anywhere(
    server: OwnServer,
    secrets: str,
    tmp_path: Path,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
) -> None:
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", secrets)
    monkeypatch.setenv("ANALYTICS_API_TOKEN", TOKEN)
    output, cells = tmp_path / "reports", {"reads": READS, "raises": RAISES, "mistakes": MISTAKES}
    notebooks = [made_notebook(tmp_path / "n", name, TELLS, cell) for name, cell in cells.items()]
    formats = [word for kind in FORMATS for word in ("--format", kind)]
    shown: set[str] = set()
    with started(
        *("report", *notebooks, "--period", "2026-10", "--workers", "2", "--retries", "0"),
        *(*formats, "--output", str(output), *more),
    ) as command:
        while command.poll() is None and not shown:
            shown |= {" ".join(line) for line in command_lines() if told(" ".join(line).encode())}
            seen = tellers(output / NAME) if (output / NAME).exists() else {}
            assert seen == {}
            time.sleep(0.2)
        said = ended(command)
    assert shown == set()
    assert said.code == 1 and told((said.out + said.err).encode()) == []
    assert "[secret]" in said.out
    assert {record.request.notebook: str(record.state) for record in records_of(output)} == {
        "reads": "succeeded",
        "raises": "failed",
        "mistakes": "failed",
    }
    listed = carried_through("runs", "--reports", str(output), "--format", "json")
    assert listed.code == 0 and told((listed.out + listed.err).encode()) == []
    assert "password authentication failed" in listed.out
    kinds = {path.suffix[1:] for path in (output / "2026-10" / "reads").iterdir()}
    assert kinds == set(FORMATS)
    assert len(list(output.rglob("*.failed.ipynb"))) == 2
    assert tellers(tmp_path) == {}
    assert watch.left_behind() == []


def test_a_password_that_is_wrong_is_not_shown(secrets: str, tmp_path: Path) -> None:
    wrong = secrets.replace(":canary", ":wrong-canary")
    said = carried_through("report", "--output", str(tmp_path / "reports"), "--database", wrong)
    assert said.code == 1 and said.out == "" and len(said.err.splitlines()) == 1
    assert "password authentication failed" in said.err and told(said.err.encode()) == []
    assert tellers(tmp_path) == {}
