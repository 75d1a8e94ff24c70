"""Secrets that a notebook needs and that no one may read in what comes out of it.

A notebook gets its database's address and other secrets from the environment. Whatever it prints, raises
or returns is searched for them before anything is written: notebook, page, log, message or ledger.
"""

from __future__ import annotations

import json
import math
import os
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import nbformat
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

INSTEAD = "[secret]"

SHORTEST = 6
"""Characters: what is shorter stands in too many innocent places to be taken out of them."""

_NAMES = re.compile(r"CREDENTIAL|PASSPHRASE|PASSW|_PWD$|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY")
_URL_SAFE = str.maketrans("+/", "-_")
"""What base64 writes in addresses in place of two of its signs."""

_IN_ADDRESSES = re.compile(r"pass|secret|token|key", re.IGNORECASE)


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
                part[self.text(name)] = self._clean(part.pop(name))
        elif isinstance(part, list):
            part[:] = [self._clean(each) for each in part]
        return part


def secrets_of(environment: Mapping[str, str], addresses: Iterable[str] = ()) -> frozenset[str]:
    """The secrets of an environment: what its names call one, and the passwords in its addresses."""
    named = {value for name, value in environment.items() if _NAMES.search(name.upper())}
    for value in (*environment.values(), *addresses):
        if "://" in value:
            named |= _secrets_in(value)
    return frozenset(named - {""})


def redactor(addresses: Iterable[str] = ()) -> Redactor:
    """Takes out the secrets of this process's environment and of the addresses given."""
    return Redactor(secrets_of(os.environ, addresses))


def _secrets_in(address: str) -> set[str]:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return set()
    found = {str(url.password)} if url.password else set()
    for name, value in url.query.items():
        if _IN_ADDRESSES.search(name):
            found |= {value} if isinstance(value, str) else set(value)
    return {*found, address} if found else found


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
