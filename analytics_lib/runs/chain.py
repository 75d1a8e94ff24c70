"""The chain of events: each row carries a hash over itself and the row before.

hash = sha256(previous hash, newline, canonical JSON of the row), where the first row follows GENESIS.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from analytics_lib.errors import InputError

GENESIS = "0" * 64
"""What the first row follows."""


class Head(NamedTuple):
    """The last row of a ledger: its number and its hash; 0 and GENESIS while there is none."""

    sequence: int
    hash: str


NO_ROWS = Head(0, GENESIS)


class Event(NamedTuple):
    """One row of the history: what happened to an attempt at a run, in the order of the table's columns.

    `at` is a UTC instant by the wall clock of the process that wrote it, for people only: rows are ordered
    by `sequence`. `content` is canonical JSON, hashed as it is stored.
    """

    sequence: int
    at: str
    run_id: str
    target: str
    attempt: int
    state: str
    content: str
    previous: str
    hash: str

    @property
    def head(self) -> Head:
        return Head(self.sequence, self.hash)

    @property
    def is_intact(self) -> bool:
        """Whether the row is what its hash was taken of."""
        return self.hash == _hash(self.previous, *self[:7])


@dataclass(frozen=True)
class News:
    """An event that is not in the ledger yet: all but its place in the chain."""

    run_id: str
    target: str
    attempt: int
    state: str
    content: Mapping[str, Any]


def chained(news: News, at: str, head: Head) -> Event:
    """The row that follows a head. Raises `InputError` if its content cannot be written as JSON."""
    place = (head.sequence + 1, at, news.run_id, news.target, news.attempt, str(news.state))
    content = canonical(news.content)
    return Event(*place, content, head.hash, _hash(head.hash, *place, content))


def canonical(content: Any) -> str:
    """The one way to write a value as JSON, in ASCII. Raises `InputError` for what JSON does not know."""
    try:
        return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The ledger keeps text, numbers, lists and mappings only, and not this: {error}."
        ) from None


def _hash(previous: str, *row: object) -> str:
    return hashlib.sha256(f"{previous}\n{canonical(row)}".encode()).hexdigest()


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} is of type {type(value).__name__}")
