"""The head of a chain in a file of its own: a witness to rows that are cut off the end of a ledger."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics_lib.errors import WarehouseError
from analytics_lib.runs.chain import NO_ROWS, Head

_LINE = re.compile(r"(\d+) ([0-9a-f]{64})\n?")


class HeadFile:
    """One line, the number and the hash of the last row that this place has seen written.

    It only ever moves forward, and only from a row that the ledger still holds: what was cut off stays
    missing, however much is appended afterwards.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Head | None:
        """What it says; None if there is no such file. Raises `WarehouseError` if it says nothing."""
        try:
            return self._parsed(self.path.read_text(errors="replace"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable(error) from error

    def begin(self) -> None:
        """Write it for a ledger of which this place has seen no rows, unless it is there; one at a time."""
        if self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._write(NO_ROWS)
        except OSError as error:
            raise self._unusable(error) from error

    def advance(self, head: Head, hash_of: Callable[[int], str | None]) -> None:
        """Move forward to a row, if `hash_of` the row that it stands at is still the same.

        The row is written already, so nothing is raised: a head that stays behind says nothing that is false.
        """
        try:
            with self._locked():
                stands = self.read()
                if stands is None or stands.sequence >= head.sequence:
                    return
                if hash_of(stands.sequence) == stands.hash:
                    self._write(head)
        except (OSError, WarehouseError):
            return

    def _parsed(self, text: str) -> Head:
        found = _LINE.fullmatch(text)
        if found is None:
            raise WarehouseError(
                f"The head file {self.path} is damaged: put it back from a copy, or write the number and the "
                "hash of the last row into it if you know that none is missing."
            )
        return Head(int(found[1]), found[2])

    def _unusable(self, error: OSError) -> WarehouseError:
        return WarehouseError(f"The head file {self.path} cannot be used: {error.strerror}.")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep others from moving it. Raises FileNotFoundError."""
        while True:
            handle = os.open(self.path, os.O_RDONLY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                # Who had the lock before has put a new file in its place.
                if os.path.samestat(os.fstat(handle), self.path.stat()):
                    yield
                    return
            finally:
                # A fork may have come between, whose copy of the handle would keep the lock.
                fcntl.flock(handle, fcntl.LOCK_UN)
                os.close(handle)

    def _write(self, head: Head) -> None:
        """Put a new file in its place, whole and safely on the disk; what a killed process left is reused."""
        new = self.path.with_name(f".{self.path.name}.new")
        with new.open("w") as file:
            file.write(f"{head.sequence} {head.hash}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
