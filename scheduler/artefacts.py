"""Published content, each kept once under its hash below the folder of reports."""

from __future__ import annotations

import hashlib
from pathlib import Path

ARTEFACTS = ".artefacts"
"""The folder, hidden from the list of reports."""


def artefact_of(output: Path, sha256: str, kind: str) -> Path:
    """Where a page with this content lies below a folder of reports."""
    return output / ARTEFACTS / sha256[:2] / f"{sha256}.{kind}"


def holds(path: Path, sha256: str, size: int) -> bool:
    """Whether a file has this content."""
    try:
        return path.stat().st_size == size and sha256_of(path) == sha256
    except OSError:
        return False


def sha256_of(path: Path) -> str:
    """The hash of a file's content. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
