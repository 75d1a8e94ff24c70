"""Reports put in their place at once: a reader never sees half a file, and an index lists them all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from html import escape
from pathlib import Path

from filelock import FileLock

from analytics_lib.errors import RunError

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
        _staged(index, _index_page(output).encode()).replace(index)
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


def _index_page(output: Path) -> str:
    found: dict[tuple[str, str, str], list[str]] = {}
    for path in sorted(output.glob("*/*/*")):
        if path.suffix in (".html", ".pdf") and not path.name.startswith("."):
            period, notebook = path.parts[-3], path.parts[-2]
            found.setdefault((period, notebook, path.stem), []).append(path.relative_to(output).as_posix())
    rows = "".join(_index_row(*key, files) for key, files in sorted(found.items(), reverse=True))
    return _INDEX_PAGE.replace("{rows}", rows or '<tr><td colspan="4">No report yet.</td></tr>')


def _index_row(period: str, notebook: str, scope: str, files: list[str]) -> str:
    links = " · ".join(
        f'<a href="{escape(file)}">{escape(file.rsplit(".", 1)[1].upper())}</a>' for file in files
    )
    words = "".join(f"<td>{escape(word)}</td>" for word in (period, notebook, scope))
    return f"<tr>{words}<td>{links}</td></tr>"


_INDEX_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reports</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 Inter, system-ui, sans-serif; max-width: 960px; margin: 0 auto; padding: 32px 16px }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: 8px 16px 8px 0; border-bottom: 1px solid #8884 }
a { display: inline-block; min-height: 24px }
</style></head>
<body><main><h1>Reports</h1>
<table><thead><tr><th scope="col">Period</th><th scope="col">Report</th><th scope="col">For</th>
<th scope="col">Files</th></tr></thead><tbody>{rows}</tbody></table></main></body></html>
"""
