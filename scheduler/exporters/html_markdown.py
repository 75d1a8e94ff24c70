"""Markdown cells as HTML; equations stay as their source."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import mistune

from analytics_lib.errors import RunError

# As pandoc reads it: "$5 and $10" is money, "$x + y$" is an equation; and "5 US$ and 10 US$" is money too.
_INLINE = r"(?<![^\W_])\$(?=[^\s$])(?P<equation>[^$\n]*?[^\s$\\])\$(?!\d)"
_BLOCK = r"^ {0,3}\$\$[ \t]*(?P<equation_lines>[\s\S]+?)\$\$[ \t]*$"


def render_markdown(
    text: str, attachments: Mapping[str, Mapping[str, str]] | None = None, *, strict: bool = False
) -> str:
    """The HTML of a Markdown text, raw HTML included (so it must still be cleaned).

    Pictures attached to the cell become part of the page. With `strict`, an equation raises RunError.
    """
    page = str(_parser()(text))
    if strict and (equation := re.search(r'<code class="math">(.*?)</code>', page, re.DOTALL)):
        source = html.unescape(equation[1])
        raise RunError(f"The equation {source} cannot be shown in a report: say it in words or as a picture.")
    for name, contents in (attachments or {}).items():
        page = _with_attachment(page, name, contents)
    return page


def _with_attachment(page: str, name: str, contents: Mapping[str, str]) -> str:
    picture = next(((mime, data) for mime, data in contents.items() if mime.startswith("image/")), None)
    if picture is None:
        return page
    mime, data = picture
    if data.lstrip().startswith("<"):
        data = base64.b64encode(data.encode()).decode()
    address = f"data:{mime};base64,{''.join(data.split())}"

    def settled(match: re.Match[str]) -> str:
        return address if unquote(html.unescape(match[1])) == name else match[0]

    return re.sub(r'(?<=src=")attachment:([^"]*)(?=")', settled, page)


def _parser() -> mistune.Markdown:
    # What is harmful is taken out later, once for Markdown and HTML alike.
    renderer = mistune.HTMLRenderer(escape=False, allow_harmful_protocols=True)
    markdown = mistune.Markdown(renderer=renderer)
    for plugin in ("table", "strikethrough", "footnotes", "url"):
        markdown.use(mistune.plugins.import_plugin(plugin))
    markdown.use(_equations)
    return markdown


def _equations(md: mistune.Markdown) -> None:
    md.inline.register("inline_equation", _INLINE, _parse_inline, before="link")
    md.block.register("block_equation", _BLOCK, _parse_block, before="list")
    if md.renderer is not None:
        md.renderer.register("inline_equation", _show_inline)
        md.renderer.register("block_equation", _show_block)


def _parse_inline(_inline: Any, match: re.Match[str], state: Any) -> int:
    state.append_token({"type": "inline_equation", "raw": match["equation"]})
    return match.end()


def _parse_block(_block: Any, match: re.Match[str], state: Any) -> int:
    state.append_token({"type": "block_equation", "raw": match["equation_lines"].strip()})
    return match.end() + 1


def _show_inline(_renderer: Any, source: str) -> str:
    return f'<code class="math">${html.escape(source)}$</code>'


def _show_block(_renderer: Any, source: str) -> str:
    return f'<pre><code class="math">{html.escape(source)}</code></pre>\n'
