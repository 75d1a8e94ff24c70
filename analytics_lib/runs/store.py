"""Where a ledger is kept, as the rest of it sees a database: transactions, and statements inside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Row = tuple[Any, ...]


class Session(Protocol):
    """One transaction; statements mark their values by question marks."""

    def rows(self, text: str, values: Sequence[Any] = ()) -> list[Row]:
        """The answer to a SELECT."""

    def stream(self, text: str) -> Iterator[Row]:
        """The answer to a SELECT, of which a few rows at a time are in memory."""

    def write(self, text: str, many: Iterable[Sequence[Any]]) -> int:
        """Run a statement once for each of the values; how many rows it changed."""


class Store(Protocol):
    """A database that holds the tables of one ledger. Failures are WarehouseErrors without a password."""

    @property
    def shown(self) -> str:
        """The address, for messages."""

    def writing(self) -> AbstractContextManager[Session]:
        """A transaction that is the only one to write; makes the tables if they are missing."""

    def reading(self) -> AbstractContextManager[Session | None]:
        """One state of the ledger, or None if nobody has written one yet; makes nothing."""

    def close(self) -> None:
        """Give back what is kept between transactions; the next one opens it again."""
