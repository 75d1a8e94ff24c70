"""Prose for paper: cleaned HTML (from Markdown or an output) as headings, paragraphs, lists, tables."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from scheduler.exporters.typst_equations import equation_node
from scheduler.exporters.typst_glyphs import breakable
from scheduler.exporters.typst_html_tables import read_grid
from scheduler.exporters.typst_inline import trimmed
from scheduler.exporters.typst_manuscript import Inline, Manuscript, Node, can_be_set
from scheduler.exporters.typst_printed import printed_node
from scheduler.exporters.typst_tables import PORTRAIT, table_nodes

_DEEPEST = 5  # nested lists, quotes and styles; deeper ones stand at this depth
_INDENT = 26.0  # pt that a list or quote takes from the room of a table
_LONGEST_WORD = 44
_STYLES = {
    "strong": "strong", "b": "strong", "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em",
    "del": "strike", "s": "strike", "sup": "super", "sub": "sub", "u": "underline", "ins": "underline",
}  # fmt: skip
_HEADING = re.compile(r"h([1-6])")
_BLOCKS = {
    "p", "div", "section", "ul", "ol", "li", "dl", "dt", "dd", "table", "pre", "blockquote", "hr",
    "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "details", "summary", "caption",
}  # fmt: skip
_DATA = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)(;[^,]*)?,(.*)", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n\f]+")


class Prose:
    """Turns cleaned trees into nodes; one for a whole document, because links may lead anywhere in it."""

    def __init__(self, manuscript: Manuscript) -> None:
        self._manuscript = manuscript

    def nodes(self, tree: Any) -> list[Node]:
        """The blocks of a tree, in reading order."""
        return list(self._blocks(tree, 0))

    def _blocks(self, element: Any, depth: int) -> Iterator[Node]:
        run: list[Inline] = [self._text(element.text)]
        for child in element:
            if not isinstance(child.tag, str):
                run.append(self._text(child.tail))
                continue
            if child.tag in _BLOCKS or any(inner.tag in _BLOCKS for inner in child.iterdescendants()):
                yield from _paragraphs(run)
                yield from self._block(child, depth)
                run = []
            else:
                run += self._inline(child)
            run.append(self._text(child.tail))
        yield from _paragraphs(run)

    def _block(self, element: Any, depth: int) -> Iterator[Node]:
        tag = element.tag
        anchor = element.get("id")
        if anchor and not _HEADING.fullmatch(tag):
            yield {"is": "anchor", "name": anchor}
        if match := _HEADING.fullmatch(tag):
            yield from self._heading(element, int(match[1]), depth)
        elif tag in ("ul", "ol", "dl", "blockquote") and depth < _DEEPEST:
            yield from self._nested(element, depth + 1)
        elif tag == "pre":
            yield from self._preformatted(element)
        elif tag == "table":
            room = PORTRAIT - _INDENT * depth - (1 if depth else 0)
            caption = element.find("caption")
            said = trimmed(self._inline_of(caption)) if caption is not None else []
            yield from table_nodes(read_grid(element, self._inline_of), room=room, caption=said)
        elif tag == "hr":
            yield {"is": "rule"}
        else:
            yield from self._blocks(element, depth)

    def _heading(self, element: Any, level: int, depth: int) -> Iterator[Node]:
        body = trimmed(self._inline_of(element))
        if not body:
            return
        if depth:
            yield {"is": "par", "body": [{"is": "strong", "body": body}]}
        else:
            yield {"is": "heading", "level": max(1, level - 1), "name": element.get("id") or "", "body": body}

    def _nested(self, element: Any, depth: int) -> Iterator[Node]:
        if element.tag == "blockquote":
            body = list(self._blocks(element, depth))
            if body:
                yield {"is": "quote", "body": body}
            return
        items = [list(self._item(child, depth)) for child in element if child.tag in ("li", "dt", "dd")]
        start = str(element.get("start") or "1")
        yield {
            "is": "list",
            "ordered": element.tag == "ol",
            "start": int(start) if re.fullmatch(r"\d{1,6}", start) else 1,
            "items": items,
        }

    def _item(self, element: Any, depth: int) -> Iterator[Node]:
        if anchor := element.get("id"):
            yield {"is": "anchor", "name": anchor}
        yield from self._blocks(element, depth)

    def _preformatted(self, element: Any) -> Iterator[Node]:
        code = element.find("code")
        if code is not None and "math" in code.get("class", "").split():
            yield equation_node(self._manuscript, code.text_content(), block=True)
        elif text := element.text_content().strip("\n"):
            yield printed_node(self._manuscript, text)

    def _inline_of(self, element: Any) -> list[Inline]:
        """Everything in an element as one run; blocks inside it stand on lines of their own."""
        run: list[Inline] = [self._text(element.text)]
        for child in element:
            if isinstance(child.tag, str) and child.tag != "caption":
                if child.tag in _BLOCKS and any(part not in ("", " ") for part in run):
                    run.append({"is": "newline"})
                run += self._inline(child)
            run.append(self._text(child.tail))
        return run

    def _inline(self, element: Any) -> list[Inline]:
        tag = element.tag
        if tag == "br":
            return [{"is": "newline"}]
        if tag == "img":
            return self._image(element)
        if tag in ("code", "kbd", "samp"):
            return self._code(element)
        body = self._inline_of(element)
        if tag == "a":
            body = self._link(element, body)
        elif tag in _STYLES and trimmed(body) and not _is_deep(element):
            body = [{"is": _STYLES[tag], "body": body}]
        if anchor := element.get("id"):
            body = [{"is": "anchor", "name": anchor}, *body]
        return body

    def _code(self, element: Any) -> list[Inline]:
        source = element.text_content()
        if "math" in element.get("class", "").split():
            return [equation_node(self._manuscript, source.strip("$"), block=False)]
        text = breakable(self._manuscript.text(source), _LONGEST_WORD)
        return [{"is": "code", "text": text}] if text.strip() else []

    def _link(self, element: Any, body: list[Inline]) -> list[Inline]:
        target = (element.get("href") or "").strip()
        if target.startswith("#"):
            return [{"is": "ref", "name": target[1:], "body": body}]
        if re.match(r"(?i)(https?://|mailto:)[^\s]", target) and trimmed(body):
            return [{"is": "link", "to": quote(target[:2000], safe="%/:=&?~#+!$,;'@()*[]"), "body": body}]
        return body

    def _image(self, element: Any) -> list[Inline]:
        alt = self._manuscript.text(element.get("alt") or "").strip()
        name = picture_file(self._manuscript, element.get("src") or "")
        if name:
            return [{"is": "image", "file": name, "alt": alt or "Picture"}]
        return [f"[picture not included{': ' + alt if alt else ''}]"]

    def _text(self, text: str | None) -> str:
        return breakable(_SPACE.sub(" ", self._manuscript.text(text or "")), _LONGEST_WORD)


def _is_deep(element: Any) -> bool:
    """Whether so many styles lie around an element that one more would exceed what Typst can nest."""
    return sum(1 for outer in element.iterancestors() if outer.tag in _STYLES) >= _DEEPEST


def picture_file(manuscript: Manuscript, address: str) -> str:
    """Keep the picture of a data URI; its name, or nothing where it is damaged or of an unknown kind."""
    match = _DATA.match(address)
    if not match:
        return ""
    kind = {"svg+xml": "svg", "jpeg": "jpg"}.get(match[1], match[1])
    raw = unquote_to_bytes(match[3])
    try:
        content = base64.b64decode(raw) if ";base64" in (match[2] or "") else raw
    except ValueError:
        return ""
    if kind == "svg":
        content = manuscript.glyphs.shown(content.decode("utf-8", "replace"), boxes=False).encode()
    return manuscript.keep(content, kind) if can_be_set(content, kind) else ""


def _paragraphs(run: Sequence[Inline]) -> Iterator[Node]:
    body = trimmed(run)
    if not body:
        return
    if all(isinstance(part, dict) and part["is"] == "image" for part in body):
        yield from ({**part, "is": "picture"} for part in body if isinstance(part, dict))
    else:
        yield {"is": "par", "body": body}
