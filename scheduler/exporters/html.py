"""`jupyter nbconvert --to analytics_html`: an executed notebook as one HTML page that needs no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from markupsafe import Markup
from nbconvert.exporters.exporter import Exporter
from traitlets import Bool, default

from analytics_lib.errors import RunError
from analytics_lib.tile_markup import render_tiles
from scheduler.exporters.html_blocks import Block, Chart, Notice, Picture, Prose, Tiles, read_blocks
from scheduler.exporters.html_clean import has_content, inner_html
from scheduler.exporters.html_figures import render_chart, render_picture
from scheduler.exporters.html_fonts import font_faces
from scheduler.exporters.html_outline import Headings, Part, Section, take_title, words
from scheduler.exporters.html_vega import vega_bundle
from scheduler.exporters.report_words import footer_of, subtitle_of
from scheduler.page_parts import digest, template, text_of

_PARTS = "report"
_BOXES = {"prose": "prose", "figure": "figures"}


class HtmlReport(Exporter):
    """One HTML file: static charts that become interactive, light and dark, printable, offline.

    Works on any executed notebook. With `strict`, whatever a reader could not perceive (a chart or
    picture without alternative text, a skipped heading level, an equation, an empty page) raises
    RunError; without it, the page falls back to what can be shown.
    """

    output_mimetype = "text/html"
    export_from_notebook = "Report (HTML, offline)"
    strict = Bool(False, help="Refuse a notebook that not every reader could read.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # nbconvert types the text of a page as notebook
        self, nb: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, and nbconvert's resources. Raises RunError (see `strict`)."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        return self.content(
            notebook, str((resources.get("metadata") or {}).get("name") or "Report")
        ), resources

    def content(self, notebook: Any, name: str) -> str:
        """The page of a notebook as it is, which `name` names if nothing else does. Raises RunError."""
        about = dict(notebook.metadata.get("analytics") or {})
        blocks = read_blocks(notebook, strict=self.strict)
        headline = take_title(
            [block.tree for block in blocks if isinstance(block, Prose)], str(about.get("subtitle") or "")
        )
        title = headline or str(about.get("title") or name)
        if self.strict and not blocks:
            raise RunError(f"The notebook '{title}' shows nothing: run it before it is rendered.")
        sections = _sections(blocks, title, self.strict)
        charts = any(isinstance(block, Chart) for block in blocks)
        return _page(title, about, sections, charts)


def _sections(blocks: list[Block], title: str, strict: bool) -> list[Section]:
    headings = Headings(strict=strict)
    sections = [Section()]
    drawn = 0
    for place, block in enumerate(blocks):
        if isinstance(block, Prose):
            headings.settle(block.tree)
            for part in _split(block.tree, sections):
                sections[-1].parts.append(part)
            continue
        section = sections[-1]
        if isinstance(block, Chart | Picture):
            drawn += 1
            section.drawings += 1
            fallback = f"Figure {section.drawings} of section {section.title or title}"
            if isinstance(block, Chart):
                half = _stands_beside(blocks, place)
                html = render_chart(block, drawn, fallback, half=half, strict=strict)
            else:
                html = render_picture(block, drawn, fallback, strict=strict)
            section.parts.append(Part("figure", html))
        elif isinstance(block, Tiles):
            section.parts.append(Part("tiles", render_tiles(block.tiles)))
        else:
            section.parts.append(Part("notice", _notice(block)))
    return [section for section in sections if section.parts or section.title]


def _split(tree: Any, sections: list[Section]) -> Iterator[Part]:
    """The tree in pieces; each of its second-level headings opens a section as it is passed."""
    rest = tree
    while (heading := next((child for child in rest if child.tag == "h2"), None)) is not None:
        before = rest.makeelement("div")
        before.text, rest.text = rest.text, None
        for child in list(rest[: rest.index(heading)]):
            before.append(child)
        if has_content(before):
            yield Part("prose", inner_html(before))
        sections.append(Section(words(heading), heading.get("id")))
        rest.text = heading.tail
        rest.remove(heading)
    if has_content(rest):
        yield Part("prose", inner_html(rest))


def _stands_beside(blocks: list[Block], place: int) -> bool:
    """Whether the chart shares its row with another; the last of an odd number in succession does not."""
    start = place
    while start and isinstance(blocks[start - 1], Chart | Picture):
        start -= 1
    end = place
    while end + 1 < len(blocks) and isinstance(blocks[end + 1], Chart | Picture):
        end += 1
    count = end - start + 1
    return count > 1 and not (count % 2 and place == end)


def _notice(notice: Notice) -> str:
    if notice.kind == "error":
        return str(Markup('<p class="failure"><strong>This part failed.</strong> {}</p>').format(notice.text))
    if notice.kind == "note":
        return str(Markup('<p class="note">{}</p>').format(notice.text))
    return str(Markup('<pre tabindex="0" class="{}">{}</pre>').format(notice.kind, notice.text))


def _body(section: Section) -> Markup:
    html = ""
    for kind, parts in groupby(section.parts, key=lambda part: part.kind):
        inner = "".join(part.html for part in parts)
        html += f'<div class="{_BOXES[kind]}">{inner}</div>' if kind in _BOXES else inner
    return Markup(html)


def _text(said: Mapping[str, Any], sections: list[Section], bodies: list[Markup]) -> str:
    """All that stands on a page, for its fonts: what is `said` around the sections, and they."""
    return "".join([*map(str, said.values()), *(str(section.title) for section in sections), *bodies])


def _page(title: str, about: dict[str, Any], sections: list[Section], charts: bool) -> str:
    scripts = [vega_bundle(), text_of(_PARTS, "report.js")] if charts else []
    scripts = [f"\n{script}" for script in scripts]
    hashes = " ".join(f"'sha256-{digest(script)}'" for script in scripts) or "'none'"
    bodies = [_body(section) for section in sections]
    said = {"title": title, "subtitle": subtitle_of(about), "footer": footer_of(about)}
    page: str = template(_PARTS).render(
        said,
        language=about.get("language") or "en",
        as_of=about.get("data_as_of") or "",
        lead=[body for body, section in zip(bodies, sections, strict=True) if not section.title],
        sections=[
            {"title": section.title, "anchor": section.anchor, "body": body}
            for body, section in zip(bodies, sections, strict=True)
            if section.title
        ],
        styles=Markup(font_faces(_text(said, sections, bodies)) + text_of(_PARTS, "report.css")),
        scripts=[Markup(script) for script in scripts],
        hashes=Markup(hashes),
    )
    return page
