"""A PDF as a reader's tools see it: its words, its tag tree, its bookmarks, its fonts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdf

from scheduler.exporters.pdf import PdfReport


@dataclass(frozen=True)
class Tag:
    """One element of the tag tree with the names of those above it."""

    name: str
    alt: str
    above: tuple[str, ...]


def rendered(notebook: Any, *, strict: bool = False, name: str = "sample") -> bytes:
    pages, resources = PdfReport(strict=strict).from_notebook_node(notebook, {"metadata": {"name": name}})
    assert resources["output_extension"] == ".pdf"
    assert pages.startswith(b"%PDF-")
    return pages


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def words_of(pdf: bytes) -> str:
    """All words, one space between them, without the marks that only allow a line to end."""
    return " ".join(" ".join(pages_of(pdf)).replace("\u200b", "").split())


def tags_of(pdf: bytes) -> list[Tag]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return list(_walk(document.Root.StructTreeRoot.K, ()))


def _walk(node: Any, above: tuple[str, ...]) -> Iterator[Tag]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _walk(child, above)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        name = str(node.S).removeprefix("/")
        yield Tag(name, str(node.get("/Alt", "")), above)
        if "/K" in node:
            yield from _walk(node.K, (*above, name))


def bookmarks_of(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document, document.open_outline() as outline:
        return [str(item.title) for item in outline.root]


def fonts_of(pdf: bytes) -> set[str]:
    names: set[str] = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(thing.keys()), "a font is not embedded"
                names.add(str(thing.FontName).partition("+")[2])
    return names
