"""Pages published as runs publish them, for tests that need reports and no runs."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePath

from analytics_lib.runs import Output
from scheduler.outcome import Page
from scheduler.publish import publish


def published_pages(contents: Mapping[str, bytes], output: Path, place: PurePath | str) -> tuple[Output, ...]:
    """Publish contents by format at a place below a folder of reports."""
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output, prefix=".running-") as made:
        pages = [made_page(Path(made), kind, content) for kind, content in contents.items()]
        return publish(pages, Path(made), output, Path(place))


def made_page(folder: Path, kind: str, content: bytes) -> Page:
    """A page as a worker leaves it in the folder of its run."""
    (folder / f"report.{kind}").write_bytes(content)
    return Page(kind, hashlib.sha256(content).hexdigest(), len(content))
