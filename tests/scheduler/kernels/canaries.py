"""Secrets that a test plants, to look for them where they must not be."""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Secrets:
    """Canaries, and where each is told."""

    of_the_owner: str
    """In the environment of the process that has started the parent."""
    of_the_kernel: str
    """In the environment that `start_kernel` was given."""
    of_the_cell: str
    """In the code of a cell, and in a variable."""

    def all(self) -> list[bytes]:
        return [each.encode() for each in (self.of_the_owner, self.of_the_kernel, self.of_the_cell)]


def canary() -> str:
    """What nobody else has in memory; not one that tests keep by a name of their own."""
    return f"canary{secrets.token_hex(16)}"
