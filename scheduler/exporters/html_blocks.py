"""An executed notebook as the row of things that a reader sees: prose, charts, pictures, tiles, notices.

Code, parameters, stderr and widgets that need a kernel are left out. Of an output's several forms the
one that reads best on a page is taken.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analytics_lib.errors import RunError
from scheduler.exporters.html_clean import cleaned, has_content
from scheduler.exporters.html_markdown import render_markdown

TILES = "application/vnd.analytics.tiles+json"
TABLE = "application/vnd.analytics.table+json"
_VEGA = re.compile(r"application/vnd\.vega(?:lite)?\.v\d+[.+]json")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_ALTAIR_CALL = re.compile(r"\}\)\((?=\{)")


@dataclass(frozen=True)
class Prose:
    """Cleaned markup: an lxml `<div>` around it."""

    tree: Any


@dataclass(frozen=True)
class Table(Prose):
    """A table's markup, and what the table says of itself for programs: caption, columns, rows, numbers."""

    said: Mapping[str, Any]


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite (or Vega) specification."""

    spec: dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A picture as data URI, with the alternative text and caption that its maker gave, if any."""

    address: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Tiles:
    """A row of KPI tiles, and their numbers for programs, if they carry them."""

    tiles: list[dict[str, Any]]
    numbers: Any = None


@dataclass(frozen=True)
class Notice:
    """Plain text: `kind` is printed, result, error or note."""

    kind: str
    text: str


Block = Prose | Chart | Picture | Tiles | Notice


def read_blocks(notebook: Any, *, strict: bool = False) -> list[Block]:
    """Everything a report shows of a notebook, in its order."""
    return [block for number, cell in enumerate(notebook.cells) for block in _of_cell(cell, number, strict)]


def read_specs(cell: Any) -> Iterator[dict[str, Any]]:
    """The specifications of the charts that a report shows of a cell, in their order."""
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        if TILES not in data and (spec := _spec_of(data)) is not None and not _needs_network(spec):
            yield spec


def _of_cell(cell: Any, number: int, strict: bool) -> Iterator[Block]:
    if cell.cell_type == "markdown":
        yield from _prose(
            render_markdown(_text(cell.source), cell.get("attachments"), strict=strict), f"c{number}-", strict
        )
    elif cell.cell_type == "code":
        for place, output in enumerate(cell.get("outputs", [])):
            yield from _of_output(output, f"c{number}-{place}-", strict)


def _of_output(output: Any, prefix: str, strict: bool) -> Iterator[Block]:
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") == "stdout":
        text = _plain(_text(output.get("text", "")))
        if text.strip():
            yield Notice("printed", text)
    elif kind == "error":
        name, value = output.get("ename", "Error"), output.get("evalue", "")
        yield Notice("error", _plain(f"{name}: {value}"))
    elif kind in ("display_data", "execute_result"):
        data = output.get("data", {})
        yield from _of_data(data, output.get("metadata") or {}, prefix, strict)


def _of_data(data: Mapping[str, Any], about: Mapping[str, Any], prefix: str, strict: bool) -> Iterator[Block]:
    spec = _spec_of(data)
    if TILES in data:
        row = _json(data[TILES])
        yield Tiles(list(row["tiles"]), row.get("numbers"))
    elif spec is not None:
        yield from _chart(spec, data, about, strict)
    elif "text/html" in data and has_content(tree := cleaned(_text(data["text/html"]), strict=strict)):
        yield Table(tree, _json(data[TABLE])) if TABLE in data else Prose(tree)
    elif picture := _picture(data, about):
        yield picture
    elif "text/markdown" in data:
        yield from _prose(render_markdown(_text(data["text/markdown"]), strict=strict), prefix, strict)
    elif "text/latex" in data:
        yield from _prose(render_markdown(_text(data["text/latex"]), strict=strict), prefix, strict)
    elif _WIDGET in data or ("text/html" in data and "text/plain" not in data):
        yield Notice("note", "An interactive output stood here; it works only in a live notebook.")
    elif "text/plain" in data and _text(data["text/plain"]).strip():
        yield Notice("result", _plain(_text(data["text/plain"])))


def _prose(html: str, prefix: str, strict: bool) -> Iterator[Block]:
    tree = cleaned(html, id_prefix=prefix, strict=strict)
    if has_content(tree):
        yield Prose(tree)


def _chart(
    spec: dict[str, Any], data: Mapping[str, Any], about: Mapping[str, Any], strict: bool
) -> Iterator[Block]:
    if not _needs_network(spec):
        yield Chart(spec)
    elif strict:
        raise RunError(
            "A chart reads its data from an address: put the data into the chart, reports are offline."
        )
    else:
        yield _picture(data, about) or Notice(
            "note",
            "A chart stood here whose data is not in the notebook; a report is read without a network.",
        )


def _spec_of(data: Mapping[str, Any]) -> dict[str, Any] | None:
    spec: Any = None
    page = _text(data.get("text/html", ""))
    mime = max((mime for mime in data if _VEGA.fullmatch(mime)), default=None)
    if mime:
        spec = _json(data[mime])
    elif "vegaEmbed" in page and (call := _ALTAIR_CALL.search(page)):
        # Altair's own renderer writes a page that loads Vega from afar; the chart itself is all in it.
        with contextlib.suppress(ValueError):
            spec, _ = json.JSONDecoder().raw_decode(page, call.end())
    # Sorted as in a saved notebook, so that a notebook in memory gives the same page as its file.
    return json.loads(json.dumps(spec, sort_keys=True)) if isinstance(spec, dict) else None


def _needs_network(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(
            (key in ("data", "from") and isinstance(inner, Mapping) and "url" in inner)
            or (key not in ("datasets", "values") and _needs_network(inner))
            for key, inner in value.items()
        )
    return isinstance(value, list) and any(_needs_network(inner) for inner in value)


def _picture(data: Mapping[str, Any], about: Mapping[str, Any]) -> Picture | None:
    for mime in _PICTURES:
        if mime in data:
            content = _text(data[mime])
            if mime == "image/svg+xml":
                content = base64.b64encode(content.encode()).decode()
            named = {**about, **(about.get(mime) or {})}
            return Picture(
                f"data:{mime};base64,{''.join(content.split())}",
                str(named.get("alt") or named.get("description") or ""),
                str(named.get("caption") or named.get("title") or ""),
            )
    return None


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _plain(text: str) -> str:
    lines = _ANSI.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)
