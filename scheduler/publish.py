"""Reports put in their place at once: a reader never sees half a file, and nothing published is lost.

A page is kept under the hash of its content, in `.artefacts/<2 digits>/<sha256>.<format>` below the folder
of reports; the report's own name is a hard link to it. So equal pages lie there once, what a report was
yesterday can still be read, and no run can write into a file of another.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from analytics_lib.errors import RunError
from analytics_lib.runs import Output
from scheduler.artefacts import artefact_of, holds
from scheduler.index_page import index_page
from scheduler.outcome import Page

INDEX = "index.html"
_PATIENCE = 60.0
"""Seconds to wait for others who write the index."""

KEPT = "failed.ipynb"
"""What the notebook of a run that ended badly is called, beside the report that it did not make."""


def publish(pages: Sequence[Page], folder: Path, output: Path, place: Path) -> tuple[Output, ...]:
    """Publish the pages that lie in `folder` as `report.<format>` at `place` below `output`.

    All pages are among the artefacts before the first is put in its place. Raises `RunError`, and then
    leaves every published file as it was.
    """
    target = output / place
    links: list[tuple[Path, Path]] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for page in pages:
            artefact = _kept(folder / f"report.{page.kind}", page, output)
            link = folder / f"link.{page.kind}"
            _link(artefact, link)
            links.append((link, named(target, page.kind)))
        _put_in_place(links, folder)
    except OSError as error:
        raise RunError(f"the report could not be written to {target.parent}: {error.strerror}.") from error
    named(target, KEPT).unlink(missing_ok=True)
    outputs = ((page, named(place, page.kind).as_posix()) for page in pages)
    return tuple(Output(page.kind, path, page.sha256, page.size) for page, path in outputs)


def retire(outputs: Sequence[Output], output: Path) -> None:
    """Take published files from their places, unless somebody has changed them; their artefacts stay.

    Files of an older version beside the formats of a newer one would look like the same report.
    """
    for each in outputs:
        path = output / each.path
        with suppress(OSError):
            if path.samefile(artefact_of(output, each.sha256, each.kind)):
                path.unlink()


def keep_partial(executed: Path, output: Path, place: Path) -> Path | None:
    """Keep the notebook of a run that ended badly beside its report; None where that cannot be.

    That of an earlier run does not stay in its place.
    """
    kept = named(output / place, KEPT)
    try:
        kept.unlink(missing_ok=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        executed.replace(kept)
    except OSError:
        return None
    return kept


def discard_halves(folder: Path, executed: Path) -> None:
    """Remove from a run's folder what a full disk, or a worker that was killed, has left by halves."""
    for page in folder.glob("report.*"):
        page.unlink()
    try:
        json.loads(executed.read_bytes())
    except (OSError, ValueError):
        executed.unlink(missing_ok=True)


def write_index(output: Path) -> Path:
    """The page that lists every report under `output`. Raises `RunError`, and then leaves it as it was."""
    index = output / INDEX
    try:
        output.mkdir(parents=True, exist_ok=True)
        with FileLock(output / ".index.lock", timeout=_PATIENCE):
            _staged(index, index_page(output).encode()).replace(index)
    except Timeout as error:
        raise RunError(
            f"the list of reports {index} is being written by another command for too long."
        ) from error
    except OSError as error:
        raise RunError(f"the list of reports {index} could not be written: {error.strerror}.") from error
    return index


def named(target: Path, kind: str) -> Path:
    """The file of a format at a report's place; a place may have dots in its name."""
    return target.parent / f"{target.name}.{kind}"


def _put_in_place(links: Sequence[tuple[Path, Path]], folder: Path) -> None:
    """Replace all files, or none: those that were replaced before one could not be are put back."""
    replaced: list[tuple[Path, Path]] = []
    try:
        for link, final in links:
            before = folder / f"before-{final.name}"
            if final.exists():
                _link(final, before)
            link.replace(final)
            replaced.append((before, final))
    except OSError:
        for before, final in replaced:
            if before.exists():
                before.replace(final)
            else:
                final.unlink()
        raise


def _kept(page: Path, about: Page, output: Path) -> Path:
    """The page among the artefacts, moved there unless its content is known already."""
    artefact = artefact_of(output, about.sha256, about.kind)
    if not holds(artefact, about.sha256, about.size):
        artefact.parent.mkdir(parents=True, exist_ok=True)
        # Whoever opens a report to change it changes no other report with the same content.
        page.chmod(page.stat().st_mode & ~0o222)
        page.replace(artefact)
    return artefact


def _link(artefact: Path, link: Path) -> None:
    try:
        os.link(artefact, link)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems know no hard links, and others a limit to their number.
        shutil.copyfile(artefact, link)


def _staged(final: Path, content: bytes) -> Path:
    """The content beside its final place, safely on the disk; what a killed command left there is reused."""
    partial = final.parent / f".{final.name}.partial"
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return partial
