"""How the accounts of models count."""

from __future__ import annotations


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with what it counts: 1 customer, 2,000 customers; `many` where an s does not do."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
