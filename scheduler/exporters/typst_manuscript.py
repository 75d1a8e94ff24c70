"""What the Typst template is given: nodes of plain data and the files that they name.

No text of a notebook ever becomes Typst code: the template reads it as JSON. A node is a mapping whose
`is` names its kind; inline nodes are such mappings or strings.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import typst

from scheduler.exporters.typst_glyphs import FONTS, Glyphs

Node = dict[str, Any]
Inline = str | Node

STANDARDS: list[Any] = ["ua-1", "a-2a"]


@cache
def our_fonts() -> typst.Fonts:
    """Inter, our Japanese, and the fonts inside Typst; never those of the machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)])


@dataclass
class Manuscript:
    """The files and glyphs of one document, collected while its nodes are made."""

    glyphs: Glyphs = field(default_factory=Glyphs)
    files: dict[str, bytes] = field(default_factory=dict)

    def text(self, text: Any) -> str:
        """Any text, as our fonts can show it."""
        return self.glyphs.shown(str(text))

    def keep(self, content: bytes, kind: str) -> str:
        """Keep a file (png, jpeg, gif, webp, svg) and return the name that nodes use for it."""
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        self.files[name] = content
        return name


def set_pages(main: bytes, files: Mapping[str, bytes], *, timestamp: int = 0) -> bytes:
    """The PDF of a Typst source that reads nothing but `files`. Raises typst.TypstError."""
    texts = {name: content for name, content in files.items() if name.endswith((".json", ".svg"))}
    with tempfile.TemporaryDirectory() as folder:
        # The binding takes only UTF-8 files from memory; photographs come from an otherwise empty folder.
        for name in sorted(files.keys() - texts.keys()):
            Path(folder, name).write_bytes(files[name])
        sources: Any = {"main.typ": main, **texts}  # typst's types know only one source
        pages = typst.compile(
            sources,
            root=folder,
            font_paths=our_fonts(),
            pdf_standards=STANDARDS,
            timestamp=timestamp,
        )
    return bytes(pages)


def can_be_set(content: bytes, kind: str) -> bool:
    """Whether Typst can draw the picture under the standards that we keep."""
    try:
        page = f'#set document(title: "x")\n#image("picture.{kind}", alt: "x")'
        set_pages(page.encode(), {f"picture.{kind}": content})
    except typst.TypstError:
        return False
    return True
