"""The journal: a store that is only appended to, and the head file that follows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from analytics_lib.errors import WarehouseError
from analytics_lib.runs import history
from analytics_lib.runs.chain import NO_ROWS, Head, News
from analytics_lib.runs.checking import faults
from analytics_lib.runs.head_file import HeadFile
from analytics_lib.runs.store import Session, Store


class Journal:
    """The history of runs in a store, and the head of its chain in a file.

    `is_shared` tells a store that other places write into, where the file may be younger than the history.
    """

    def __init__(self, store: Store, head_file: HeadFile, *, is_shared: bool) -> None:
        self._store = store
        self._head_file = head_file
        self._is_shared = is_shared

    @property
    def shown(self) -> str:
        """Where it is kept, without a password."""
        return self._store.shown

    def reading(self) -> AbstractContextManager[Session | None]:
        """One state of the store, or None if nobody has written one yet."""
        return self._store.reading()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """The only transaction that writes; the head file follows once it has succeeded."""
        with self._store.writing() as session:
            transaction = Transaction(session, self._head_file, is_shared=self._is_shared)
            yield transaction
        if transaction.head is not None:
            self._head_file.advance(transaction.head, self._hash_of)

    def head(self) -> Head:
        """The number and the hash of the last row."""
        with self.reading() as session:
            return NO_ROWS if session is None else history.head_of(session)

    def check(self) -> tuple[str, ...]:
        """What is wrong with the history, one sentence each."""
        # The file first: rows that are appended meanwhile are beyond what it says.
        try:
            witness = self._head_file.read()
        except WarehouseError as error:
            return (str(error),)
        with self.reading() as session:
            rows = iter(()) if session is None else history.walk(session)
            return tuple(faults(rows, witness, str(self._head_file.path), is_shared=self._is_shared))

    def close(self) -> None:
        """Give connections back."""
        self._store.close()

    def _hash_of(self, sequence: int) -> str | None:
        with self.reading() as session:
            return None if session is None else history.hash_of(session, sequence)


class Transaction:
    """One transaction that writes, and the head of the chain after what it has appended."""

    def __init__(self, session: Session, head_file: HeadFile, *, is_shared: bool) -> None:
        self.session = session
        self.head: Head | None = None
        self._head_file = head_file
        self._is_shared = is_shared

    def append(self, news: Sequence[News]) -> None:
        """Add rows to the end of the history."""
        rows = history.append(self.session, news)
        if not rows:
            return
        # The witness is there before the first row is: a ledger with rows and without it has lost it.
        if rows[0].sequence == 1 or self._is_shared:
            self._head_file.begin()
        self.head = rows[-1].head
