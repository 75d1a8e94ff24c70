"""Whether a published file is still what was published, without reading it where its inode tells."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from analytics_lib.runs.records import Output, Record
from scheduler.artefacts import artefact_of, holds
from scheduler.incremental import FileCheck, FileState


def file_check(folder: Path) -> FileCheck:
    """The check of files below the folder of reports."""

    def check(record: Record, output: Output) -> FileState:
        path = folder / output.path
        try:
            found = path.stat()
        except OSError:
            return FileState.MISSING
        if found.st_size != output.size:
            return FileState.CHANGED
        if _is_artefact(found, folder, output) and not _is_younger(found, record):
            return FileState.UNCHANGED
        return FileState.UNCHANGED if holds(path, output.sha256, output.size) else FileState.CHANGED

    return check


def _is_artefact(found: os.stat_result, folder: Path, output: Output) -> bool:
    """Whether a file is one with the artefact that it was published from."""
    try:
        return os.path.samestat(found, artefact_of(folder, output.sha256, output.kind).stat())
    except OSError:
        return False


def _is_younger(found: os.stat_result, record: Record) -> bool:
    """Whether a file was written to after its run ended: an editor may write through a link."""
    try:
        ended = datetime.fromisoformat(record.ended_at)
    except ValueError:
        return True
    return found.st_mtime > (ended if ended.tzinfo else ended.replace(tzinfo=UTC)).timestamp()
