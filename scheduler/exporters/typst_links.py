"""Links inside a document: every target gets one label, every link to nothing becomes plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scheduler.exporters.typst_manuscript import Node


def settle_links(nodes: list[Node]) -> None:
    """Give anchors and headings labels that Typst can resolve, and links the label that they mean.

    Changes the nodes. The first of several targets of one name is meant; a link without a target is
    kept as text.
    """
    labels: dict[str, str] = {}
    links: list[Node] = []
    for node in _every(nodes):
        if node["is"] == "ref":
            links.append(node)
        elif node["is"] in ("anchor", "heading"):
            key = _key(node.pop("name", ""))
            if key and key not in labels:
                labels[key] = node["label"] = f"a{len(labels)}"
    for link in links:
        label = labels.get(_key(link.pop("name")))
        if label:
            link["label"] = label
        else:
            link["is"] = "span"


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")


def _every(value: Any) -> Iterator[Node]:
    if isinstance(value, list):
        for inner in value:
            if not isinstance(inner, str):
                yield from _every(inner)
    elif isinstance(value, dict):
        if "is" in value:
            yield value
        for inner in value.values():
            if isinstance(inner, list | dict):
                yield from _every(inner)
