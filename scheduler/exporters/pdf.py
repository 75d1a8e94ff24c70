"""`jupyter nbconvert --to analytics_pdf`: an executed notebook as a tagged PDF, without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst
from nbconvert.exporters.exporter import Exporter
from traitlets import Bool, default

from analytics_lib.errors import RunError
from scheduler.exporters.html_blocks import Block, Chart, Notice, Picture, Prose, Tiles, read_blocks
from scheduler.exporters.html_outline import Headings, take_title
from scheduler.exporters.report_words import data_as_of, footer_of, subtitle_of
from scheduler.exporters.typst_figures import Figure, chart_figure, picture_figure
from scheduler.exporters.typst_inline import plain_words
from scheduler.exporters.typst_links import settle_links
from scheduler.exporters.typst_manuscript import Manuscript, Node, set_pages
from scheduler.exporters.typst_printed import printed_node
from scheduler.exporters.typst_prose import Prose as ProseSetter
from scheduler.exporters.typst_tiles import tiles_node

_TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "report.typ"
_UNDATED = 946_684_800  # 2000-01-01: a notebook that does not say how old its data is; never the clock
_LONG = 4  # sections: a shorter report is read without a table of contents, from its first page on


class PdfReport(Exporter):
    """One PDF/UA-1 and PDF/A-2a file: vector charts, tagged text and tables, contents, bookmarks.

    Works on any executed notebook. With `strict`, whatever a reader could not perceive (a chart or
    picture without alternative text, a skipped heading level, an equation, a glyph that the fonts lack,
    an empty report) raises RunError; without it, the page falls back to what can be shown.
    """

    output_mimetype = "application/pdf"
    export_from_notebook = "Report (PDF, tagged)"
    strict = Bool(False, help="Refuse a notebook that not every reader could read.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(  # type: ignore[override]  # nbconvert types the bytes of a page as notebook
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF's bytes, and nbconvert's resources. Raises RunError (see `strict`)."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        resources["output_extension"] = ".pdf"
        return self.content(
            notebook, str((resources.get("metadata") or {}).get("name") or "Report")
        ), resources

    def content(self, notebook: Any, name: str) -> bytes:
        """The PDF of a notebook as it is, which `name` names if nothing else does. Raises RunError."""
        about = dict(notebook.metadata.get("analytics") or {})
        manuscript = Manuscript()
        document = self._document(read_blocks(notebook, strict=self.strict), about, name, manuscript)
        self._report_missing_glyphs(manuscript, document["title"])
        return _typeset(document, manuscript, about)

    def _document(
        self, blocks: list[Block], about: Mapping[str, Any], name: str, manuscript: Manuscript
    ) -> Node:
        headline = take_title(
            [block.tree for block in blocks if isinstance(block, Prose)], str(about.get("subtitle") or "")
        )
        title = headline or str(about.get("title") or name)
        if self.strict and not blocks:
            raise RunError(f"The notebook '{title}' shows nothing: run it before it is rendered.")
        text = manuscript.text
        flow = _Flow(manuscript, title, self.strict)
        for block in blocks:
            flow.add(block)
        nodes = flow.nodes
        settle_links(nodes)
        start = next((place for place, node in enumerate(nodes) if node["is"] == "heading"), len(nodes))
        sections = [node for node in nodes if node["is"] == "heading" and node["level"] == 1]
        subtitle = subtitle_of(about)
        language, _, region = str(about.get("language") or "en").replace("_", "-").partition("-")
        return {
            "title": text(title).strip() or "Report",
            "subtitle": text(subtitle),
            "language": language.lower() if re.fullmatch(r"[A-Za-z]{2,3}", language) else "en",
            "region": region if re.fullmatch(r"[A-Za-z]{2}", region) else "",
            "footer": [[label, text(said)] for label, said in footer_of(about)],
            "contents": len(sections) >= _LONG,
            "depth": 2 if len(sections) < 12 else 1,
            "lead": nodes[:start],
            "body": nodes[start:],
            "twins": flow.twins,
        }

    def _report_missing_glyphs(self, manuscript: Manuscript, title: str) -> None:
        missing = sorted(manuscript.glyphs.missing)
        if not missing:
            return
        shown = ", ".join(f"{char} (U+{ord(char):04X})" for char in missing[:8])
        if self.strict:
            raise RunError(f"The report '{title}' holds glyphs that its font lacks: replace {shown}.")
        self.log.warning("The PDF shows □ for %d glyphs that its font lacks: %s.", len(missing), shown)


class _Flow:
    """The nodes of a report as its blocks come, with the figures counted and the headings kept in step."""

    def __init__(self, manuscript: Manuscript, title: str, strict: bool) -> None:
        self.nodes: list[Node] = []
        self.twins: list[Node] = []
        self._manuscript = manuscript
        self._strict = strict
        self._headings = Headings(strict=strict)
        self._prose = ProseSetter(manuscript)
        self._section = title
        self._level = 0
        self._figures = 0
        self._in_section = 0

    def add(self, block: Block) -> None:
        if isinstance(block, Prose):
            self._headings.settle(block.tree)
            for node in self._prose.nodes(block.tree):
                if node["is"] == "heading":
                    node = self._in_step(node)
                self.nodes.append(node)
        elif isinstance(block, Chart | Picture):
            figure = self._figure(block)
            self.nodes.append(figure.node)
            if figure.twin:
                self.twins.append(figure.twin)
        elif isinstance(block, Tiles):
            self.nodes.append(tiles_node(self._manuscript, block.tiles))
        else:
            self.nodes.append(_notice(self._manuscript, block))

    def _figure(self, block: Chart | Picture) -> Figure:
        self._figures += 1
        self._in_section += 1
        fallback = f"Figure {self._in_section} of section {self._section}"
        if isinstance(block, Chart):
            return chart_figure(self._manuscript, block, self._figures, fallback, strict=self._strict)
        return picture_figure(self._manuscript, block, self._figures, fallback, strict=self._strict)

    def _in_step(self, heading: Node) -> Node:
        """The heading at a level that PDF/UA accepts: a nested heading may have been made a paragraph."""
        self._level = min(heading["level"], self._level + 1)
        if self._level == 1:
            self._section = plain_words(heading["body"])
            self._in_section = 0
        return {**heading, "level": self._level}


def _notice(manuscript: Manuscript, notice: Notice) -> Node:
    if notice.kind in ("printed", "result"):
        return printed_node(manuscript, notice.text)
    text = " ".join(manuscript.text(notice.text).split())
    return {"is": "notice", "kind": notice.kind, "text": text[:2000]}


def _typeset(document: Node, manuscript: Manuscript, about: Mapping[str, Any]) -> bytes:
    content = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True)
    files = {"document.json": content.encode(), **manuscript.files}
    try:
        return set_pages(_template(), files, timestamp=_timestamp(about))
    except typst.TypstError as error:
        reason = str(error).splitlines()[0]
        raise RunError(
            f"The PDF of '{document['title']}' cannot be set ({reason}); use the HTML report."
        ) from error


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


def _timestamp(about: Mapping[str, Any]) -> int:
    """Seconds since 1970 up to which the data goes."""
    moment = data_as_of(about)
    return _UNDATED if moment is None else max(0, int(moment.timestamp()))
