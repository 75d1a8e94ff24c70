"""Foreign HTML made harmless and tidy: nothing runs, nothing is fetched, tables can be read aloud."""

from __future__ import annotations

import re
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import nh3

from analytics_lib.errors import RunError

_ALLOWED = (
    "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup "
    "table tbody td tfoot th thead time tr u ul var wbr"
)
_DROPPED_WITH_CONTENT = (
    "applet audio canvas embed form frameset head iframe math noframes noscript object script select style "
    "svg template textarea title video xmp"
)
_ATTRIBUTES = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href"},
    "abbr": {"title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_CLASSES = {
    "code": {"math"},
    "table": {"numbers", "dataframe"},
    "td": {"num"},
    "th": {"num"},
}
_NUMBER = re.compile(
    r"^[\s(]*[+\-−–±]?\s*(?:[A-Z]{3}\s?|[^\w\s.,;:()]{0,2}\s?)\d[\d\s.,'’\u00a0\u2009\u202f]*"
    r"(?:e[+\-]?\d+)?\s*(?:%|pp|[kKMB]|[A-Z]{3}|[€$£¥])?\)?$"
)
_NOT_AVAILABLE = {"", "nan", "none", "<na>", "nat", "n/a", "-", "–", "—"}


def _filtered(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if re.match(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", value) else None
    if attribute == "href" and value.lower().lstrip().startswith("data:"):
        return None
    return value


# Characters that no XML parser accepts.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_CLEANER = nh3.Cleaner(
    tags=set(_ALLOWED.split()),
    clean_content_tags=set(_DROPPED_WITH_CONTENT.split()),
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    attribute_filter=_filtered,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel="noopener noreferrer",
)


def cleaned(html: str, *, id_prefix: str | None = None, strict: bool = False) -> Any:
    """The fragment as an lxml `<div>` that holds only harmless markup.

    Ids are dropped, or, with `id_prefix`, kept behind that prefix together with the links to them.
    Pictures that are not part of the page become their alternative text; with `strict`, they and
    pictures without alternative text raise RunError.
    """
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    safe = _CLEANER.clean(_CONTROL.sub("", html)).encode("utf-8", "replace")
    tree = lxml.html.fragment_fromstring(safe, create_parent="div", parser=parser)
    _settle_names(tree, id_prefix)
    for image in list(tree.iter("img")):
        _settle_image(image, strict)
    for table in list(tree.iter("table")):
        _settle_table(table)
    return tree


def inner_html(tree: Any) -> str:
    """What an element holds, as HTML text."""
    parts = [lxml.html.tostring(child, encoding="unicode", method="html") for child in tree]
    lead = lxml.html.document_fromstring("<p></p>").find(".//p")
    lead.text = tree.text
    head = lxml.html.tostring(lead, encoding="unicode", method="html")
    return "".join([head.removeprefix("<p>").removesuffix("</p>"), *parts])


def has_content(tree: Any) -> bool:
    """Whether a reader would see anything of it."""
    return bool(tree.text_content().strip()) or any(True for _ in tree.iter("img", "hr", "table"))


def _settle_names(tree: Any, prefix: str | None) -> None:
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    for element in tree.iter():
        if not element.get("class"):
            element.attrib.pop("class", None)
        name = element.attrib.pop("id", None)
        if name and prefix:
            element.set("id", prefix + name)
        target = element.get("href", "")
        if prefix and target.startswith("#") and target[1:] in ids:
            element.set("href", f"#{prefix}{target[1:]}")


def _settle_image(image: Any, strict: bool) -> None:
    alt = image.get("alt", "").strip()
    if image.get("src") and (alt or not strict):
        image.set("alt", alt)
        return
    if strict:
        fault = "has no alternative text" if image.get("src") else "is not part of the notebook"
        raise RunError(f"A picture{f' ({alt})' if alt else ''} {fault}: embed it and say what it shows.")
    image.tag = "span"
    image.attrib.clear()
    image.text = f"[picture not included{': ' + alt if alt else ''}]"


def _settle_table(table: Any) -> None:
    if table.get("class", "").split()[:1] != ["numbers"]:
        table.set("class", "numbers")
        _align_numbers(table)
    for cell in table.iterfind(".//thead//th"):
        cell.set("scope", "col")
    for cell in table.iterfind(".//tbody//th"):
        cell.set("scope", "row")
    for cell in list(table.iter("th")):
        if not cell.text_content().strip():
            cell.tag = "td"
            cell.attrib.pop("scope", None)
    _box(table)


def _align_numbers(table: Any) -> None:
    """Mark the columns that hold nothing but numbers, headings included, in tables without spans."""
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    if any(cell.get("colspan") or cell.get("rowspan") for row in rows for cell in row):
        return
    body = [row for row in rows if any(cell.tag == "td" for cell in row)]
    for place in range(max((len(row) for row in rows), default=0)):
        texts = [row[place].text_content().strip() for row in body if place < len(row)]
        known = [text for text in texts if text.lower() not in _NOT_AVAILABLE]
        if known and all(_NUMBER.match(text) for text in known):
            for row in rows:
                if place < len(row):
                    row[place].set("class", "num")


def _box(table: Any) -> None:
    """Put a table into its own box, which scrolls sideways by mouse, finger and keyboard."""
    parent = table.getparent()
    caption = table.find("caption")
    name = caption.text_content().strip() if caption is not None else "Table"
    box = lxml.html.Element(
        "div", {"class": "table-box", "tabindex": "0", "role": "group", "aria-label": name}
    )
    tail, table.tail = table.tail, None
    parent.replace(table, box)
    box.append(table)
    box.tail = tail
