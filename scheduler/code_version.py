"""Which code makes the reports: a fingerprint of the packages' own files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import analytics_lib
import scheduler


@cache
def code_version() -> str:
    """A fingerprint of the packages' own source, templates and fonts."""
    digest = hashlib.sha256()
    for package in (analytics_lib, scheduler):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder.parent).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
