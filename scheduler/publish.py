"""Reports and their index put in their place at once: a reader never sees half a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from analytics_lib.errors import RunError
from scheduler.index_page import index_page

INDEX = "index.html"


def publish(pages: Mapping[str, bytes], target: Path) -> tuple[Path, ...]:
    """Write `target`.<format> for each format, all complete before the first is put in place."""
    staged: dict[Path, Path] = {}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for kind, page in pages.items():
            staged[_named(target, kind)] = _staged(_named(target, kind), page)
    except OSError as error:
        for partial in staged.values():
            partial.unlink(missing_ok=True)
        raise RunError(f"The report could not be written to {target.parent}: {error.strerror}.") from error
    for final, partial in staged.items():
        partial.replace(final)
    _named(target, "failed.ipynb").unlink(missing_ok=True)
    return tuple(staged)


def write_index(output: Path) -> Path:
    """The page that lists every report under `output`."""
    output.mkdir(parents=True, exist_ok=True)
    with FileLock(output / ".index.lock"):
        index = output / INDEX
        _staged(index, index_page(output).encode()).replace(index)
    return index


def _named(target: Path, kind: str) -> Path:
    return target.parent / f"{target.name}.{kind}"


def _staged(final: Path, content: bytes) -> Path:
    partial = final.parent / f".{final.name}.{os.getpid()}.partial"
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    return partial
