"""Secrets that a notebook needs and that no one may read in what comes out of it.

A notebook gets its database's address and other secrets from the environment. Whatever it prints, raises
or returns is searched for them before anything is written: notebook, page, log, message or ledger.
"""

from __future__ import annotations

import json
import math
import re
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import nbformat

INSTEAD = "[secret]"

SHORTEST = 6
"""Characters: what is shorter stands in too many innocent places to be taken out of them."""

_URL_SAFE = str.maketrans("+/", "-_")
"""What base64 writes in addresses in place of two of its signs."""


class Redactor:
    """Takes a set of secrets out of texts and notebooks, in each of the ways in which they are written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spelled = {way for secret in secrets if len(secret) >= SHORTEST for way in _ways(secret)}
        # The longest first, so that of an address with a password nothing is left over.
        words = sorted(spelled, key=lambda word: (-len(word), word))
        self._words = re.compile("|".join(map(re.escape, words))) if words else None

    def text(self, text: str) -> str:
        """The text without the secrets."""
        return text if self._words is None else self._words.sub(INSTEAD, text)

    def notebook(self, notebook: nbformat.NotebookNode) -> None:
        """Take them out of everything that a notebook holds, in place."""
        if self._words is not None:
            for cell in notebook.cells:
                self.cell(cell)
            self._clean(notebook.metadata)

    def cell(self, cell: nbformat.NotebookNode) -> None:
        """Take them out of a cell: its source, its outputs and its metadata."""
        if self._words is not None:
            self._clean(cell)

    def _clean(self, part: Any) -> Any:
        if isinstance(part, str):
            return self.text(part)
        if isinstance(part, dict):
            for name in list(part):
                # Never out of the dict: whoever stops this process may do so here.
                part[name] = self._clean(part[name])
                if (clean := self.text(name)) != name:
                    part[clean] = part[name]
                    del part[name]
        elif isinstance(part, list):
            part[:] = [self._clean(each) for each in part]
        return part


def _ways(secret: str) -> set[str]:
    """As it is, as it stands in addresses, as Python, JSON and HTML write it, and in base64."""
    return {
        secret,
        quote(secret, safe="", errors="surrogateescape"),
        quote_plus(secret, errors="surrogateescape"),
        escape(secret),
        repr(secret)[1:-1],
        ascii(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        *_in_base64(secret),
    }


def _in_base64(secret: str) -> set[str]:
    """As base64 writes it at any place of a longer text, less the characters that its neighbours decide."""
    found = set()
    for before in range(3):
        content = bytes(before) + secret.encode(errors="surrogateescape")
        written = b64encode(content).decode()[math.ceil(before * 8 / 6) : len(content) * 8 // 6]
        found |= {written, written.translate(_URL_SAFE)}
    return found
