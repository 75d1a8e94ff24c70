"""The reports that lie in a folder: what each is about, what it says, and its files."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from analytics_lib.errors import InputError
from analytics_lib.local_time import parse_name, step
from scheduler.formats import FORMATS
from scheduler.places import Place, place_of

HEAD = 4096
"""So many bytes of a page hold its title and its date; the pages themselves have millions."""

_LONG_AGO = datetime(1, 1, 1)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_AS_OF = re.compile(r'<meta name="data-as-of" content="([^"]*)">')


@dataclass(frozen=True)
class File:
    """One format of a report: its kind, its address below the folder, and its bytes."""

    kind: str
    address: str
    size: int


@dataclass(frozen=True)
class Report:
    """What was published in one place; `title` and `as_of` are empty where no page says them."""

    place: Place
    title: str
    as_of: str
    files: tuple[File, ...]


def published(folder: Path) -> list[Report]:
    """Every report below the folder, the newest first; what is passing, hidden or failed is none."""
    found: dict[Path, list[tuple[Path, int]]] = {}
    for path in sorted(folder.glob("[!.]*/*/*")):
        if (size := _size(path)) is not None:
            found.setdefault(path.with_suffix(""), []).append((path, size))
    reports = [_report(folder, place, files) for place, files in found.items()]
    return sorted(reports, key=_age, reverse=True)


def _size(path: Path) -> int | None:
    """The bytes of a published file; None for what is none, or has just been taken away."""
    kind = path.suffix.removeprefix(".")
    if kind not in FORMATS or path.name.startswith(".") or path.stem.endswith(".failed"):
        return None
    try:
        return path.stat().st_size
    except OSError:
        return None


def _report(folder: Path, place: Path, found: list[tuple[Path, int]]) -> Report:
    by_kind = {path.suffix.removeprefix("."): (path, size) for path, size in found}
    files = tuple(
        File(kind, quote(by_kind[kind][0].relative_to(folder).as_posix(), safe="/+~"), by_kind[kind][1])
        for kind in FORMATS
        if kind in by_kind
    )
    head = _head(by_kind["html"][0]) if "html" in by_kind else ""
    title, as_of = (_first(pattern, head) for pattern in (_TITLE, _AS_OF))
    return Report(place_of(place.relative_to(folder)), title, as_of, files)


def _head(page: Path) -> str:
    try:
        with page.open("rb") as file:
            return file.read(HEAD).decode(errors="replace")
    except OSError:
        return ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return " ".join(html.unescape(match[1]).split()) if match else ""


def _age(report: Report) -> tuple[datetime, datetime]:
    """What a list is sorted by: when the period ended, as far as it was seen, and when it began.

    All data, which is no period of the calendar, ends where the data did.
    """
    place = report.place
    try:
        frame, start, _ = parse_name(place.period)
        end = step(start, frame, 1)
    except InputError:
        return _moment(report.as_of) or _LONG_AGO, _LONG_AGO
    return min(end, _moment(place.until) or end), start


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
